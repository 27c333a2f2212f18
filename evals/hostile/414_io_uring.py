"""Open files through io_uring.

category: privilege
ends: ok
control: not every kernel has io_uring
"""

tried("setup", lambda: call(425, 1, ctypes.create_string_buffer(120)))
tried("register", lambda: call(427, -1, 0, None, 0) is None)
