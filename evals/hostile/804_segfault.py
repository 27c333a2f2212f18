"""Read where there is no memory.

category: life
ends: killed
state: lost
control: the end of a process is no harm to another
"""

ctypes.string_at(0)
