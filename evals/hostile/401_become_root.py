"""Become root.

category: privilege
ends: ok
"""

libc.setuid.restype = ctypes.c_int
for attempt in (lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    tried("root", attempt)
