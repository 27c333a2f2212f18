"""End the process at once, with a good code.

category: life
ends: killed
state: lost
control: the end of a process is no harm to another
"""

os._exit(0)
