"""Take memory in many children, each a little.

category: resources
ends: ok|out_of_memory|killed|timeout
timeout: 30
"""

import time

for _ in range(40):
    if os.fork() == 0:
        kept = bytearray(b"x" * (48 << 20))
        time.sleep(60)
        os._exit(0)
time.sleep(5)
