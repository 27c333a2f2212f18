"""Load a program into the kernel.

category: privilege
ends: ok
control: the outer wall's user has no rights to them
"""

tried("map", lambda: call(321, 0, (ctypes.c_uint32 * 20)(1, 4, 4, 1), 80))
tried("perf", lambda: call(298, ctypes.create_string_buffer(bytes([1, 0, 0, 0, 112]) + bytes(107)), 0, -1, -1, 0))
tried("userfaultfd", lambda: call(323, 0))
