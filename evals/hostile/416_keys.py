"""Read and leave keys in the kernel's keyrings.

category: privilege
ends: ok
"""

libc.syscall.restype = ctypes.c_long
for ring in (-1, -2, -3, -4, -5):
    tried(f"add {ring}", lambda: call(248, b"user", host.mark.encode(), b"x", 1, ring))
    tried(f"ring {ring}", lambda: call(250, 0, ring, 1))
tried("request", lambda: call(249, b"user", b"anything", None, -3))
