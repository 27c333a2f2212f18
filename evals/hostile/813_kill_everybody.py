"""Kill every process there is.

category: life
ends: ok|killed
"""

import signal

try:
    os.kill(-1, signal.SIGKILL)
except OSError as error:
    print(error)
for pid in [os.getppid(), 1, *range(2, 2000)]:
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
print("done")
