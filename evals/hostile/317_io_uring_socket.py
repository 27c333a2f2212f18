"""Make a socket through io_uring, which filters do not see.

category: network
ends: ok
control: not every kernel has io_uring
"""

tried("io_uring", lambda: call(425, 4, ctypes.create_string_buffer(120)))
