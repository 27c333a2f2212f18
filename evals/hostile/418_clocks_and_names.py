"""Set the clock and the machine's name.

category: privilege
ends: ok
"""

import time

tried("clock_settime", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
tried("hostname", lambda: call(170, b"mine", 4))
tried("domain", lambda: call(171, b"mine", 4))
