"""Signal every process there is.

category: privilege
ends: ok|killed
"""

import signal

for number in (signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, signal.SIG_IGN)
    try:
        os.kill(-1, number)
    except OSError as error:
        print(error)
for pid in [host.pid, *range(1, 5000)]:
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGUSR1)
        except OSError:
            pass
