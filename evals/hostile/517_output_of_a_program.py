"""Let a program print without end.

category: resources
ends: too_much_output
timeout: 60
"""

import subprocess

subprocess.run(["yes", "x" * 1000])
