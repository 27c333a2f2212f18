"""Leave a daemon that ignores every signal and renames itself.

category: life
ends: ok
"""

import signal
import time

if os.fork() == 0:
    os.setsid()
    libc.prctl(15, host.mark.encode())
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(0.1)
time.sleep(0.5)
