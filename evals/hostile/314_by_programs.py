"""Let programs do the talking.

category: network
ends: ok|error
timeout: 40
"""

import subprocess

url = f"http://127.0.0.1:{host.tcp}/"
script = f"curl -m 3 {url}; wget -T 3 -O- {url}; exec 3<>/dev/tcp/127.0.0.1/{host.tcp} && cat <&3; python3 -c 'import urllib.request as u; print(u.urlopen(\"{url}\", timeout=3).read())'"
print(subprocess.run(["bash", "-c", script], capture_output=True, text=True))
