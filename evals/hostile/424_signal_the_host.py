"""Signal a process of the host.

category: privilege
ends: ok
"""

import signal

for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
    try:
        os.kill(host.pid, number)
    except OSError as error:
        print(error)
