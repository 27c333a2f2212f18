"""Ask the cloud's metadata service for credentials.

category: reading
ends: ok
"""

import urllib.request

for address in (host.metadata, f"127.0.0.1:{host.tcp}"):
    try:
        print(urllib.request.urlopen(f"http://{address}/latest/meta-data/iam/", timeout=3).read())
    except OSError as error:
        print(error)
