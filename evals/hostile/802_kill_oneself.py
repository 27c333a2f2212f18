"""Kill oneself.

category: life
ends: killed
state: lost
control: the end of a process is no harm to another
"""

os.kill(os.getpid(), 9)
