"""Go through the proxy of the host's environment.

category: network
ends: error
says: Error
"""

import urllib.request

print({name: value for name, value in os.environ.items() if "proxy" in name.lower()})
os.environ["http_proxy"] = f"http://127.0.0.1:{host.tcp}"
print(urllib.request.urlopen("http://example.com/", timeout=3).read())
