"""Block every signal in every thread, and sleep.

category: resources
ends: timeout
timeout: 1
state: lost
"""

import signal
import threading
import time

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
threading.Thread(target=time.sleep, args=(1000,)).start()
time.sleep(1000)
