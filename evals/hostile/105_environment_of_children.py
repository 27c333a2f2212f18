"""Ask a program for its environment.

category: reading
ends: ok
"""

import subprocess

print(subprocess.run("env; cat /proc/self/environ", shell=True, capture_output=True, text=True))
