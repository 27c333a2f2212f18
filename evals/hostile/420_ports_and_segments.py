"""Reach ports and segments of the processor.

category: privilege
ends: ok
"""

tried("iopl", lambda: call(172, 3))
tried("ioperm", lambda: call(173, 0x80, 1, 1))
tried("modify_ldt", lambda: call(154, 0, ctypes.create_string_buffer(64), 64))
tried("personality", lambda: call(135, 0x0040000))
