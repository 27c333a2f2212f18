"""Catch every interrupt, and go on.

category: resources
ends: timeout
timeout: 1
state: lost
control: a plain process that is sent SIGTERM ends
"""

import time

while True:
    try:
        while True:
            time.sleep(0.01)
    except BaseException:
        pass
