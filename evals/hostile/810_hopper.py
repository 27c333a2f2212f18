"""Leave a process that is a new one every moment.

category: life
ends: ok
"""

import time

if os.fork() == 0:
    os.setsid()
    libc.prctl(15, host.mark.encode())
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if os.fork():
            os._exit(0)
        time.sleep(0.0005)
time.sleep(0.5)
