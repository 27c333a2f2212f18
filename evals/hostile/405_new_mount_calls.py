"""Mount with the newer calls.

category: privilege
ends: ok
"""

tried("fsopen", lambda: call(430, b"tmpfs", 0))
tried("open_tree", lambda: call(428, -100, b"/", 1))
tried("fspick", lambda: call(433, -100, b"/", 0))
tried("mount_setattr", lambda: call(442, -100, b"/", 0, (ctypes.c_uint64 * 4)(0, 1, 0, 0), 32))
