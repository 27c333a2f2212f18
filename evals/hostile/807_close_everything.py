"""Close every descriptor.

category: life
ends: killed|timeout|too_much_output
timeout: 3
state: lost
control: closing its own descriptors harms nobody
"""

os.closerange(0, 4096)
import time

time.sleep(1000)
