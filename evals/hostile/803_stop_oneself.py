"""Stop, and never go on.

category: life
ends: timeout
timeout: 1
state: lost
"""

os.kill(os.getpid(), 19)
