"""Have something happen when the kernel is closed.

category: life
ends: ok
"""

import atexit
import signal


def leave(*_):
    for place in ("/dev/shm/", "/tmp/", "/scratch/", host.outside + "/"):
        try:
            open(place + host.mark, "w").write("x")
        except OSError:
            pass


atexit.register(leave)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
    signal.signal(number, leave)
