"""Have the end take for ever.

category: life
ends: ok
control: a plain process that is sent SIGTERM ends
"""

import atexit
import time


class Sticky:
    def __del__(self):
        time.sleep(1000)


kept = Sticky()
atexit.register(time.sleep, 1000)
sys.exit(0)
