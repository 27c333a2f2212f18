"""Leave a stopped process, which cannot be asked to end.

category: life
ends: ok
"""

import subprocess

child = subprocess.Popen(["sleep", host.seconds], start_new_session=True)
os.kill(child.pid, 19)
