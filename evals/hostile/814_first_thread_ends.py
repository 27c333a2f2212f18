"""End the first thread only, and leave others at work.

category: life
ends: timeout|killed
timeout: 3
control: a plain process that is sent SIGTERM ends
"""

import threading
import time

threading.Thread(target=time.sleep, args=(1000,)).start()
libc.pthread_exit(None)
