"""Abort, and dump core.

category: life
ends: killed
state: lost
control: the end of a process is no harm to another
"""

import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
except (OSError, ValueError):
    pass
os.abort()
