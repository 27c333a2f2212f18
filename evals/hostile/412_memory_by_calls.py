"""Read and write the memory of another process.

category: privilege
ends: ok
"""


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


buffer = ctypes.create_string_buffer(64)
mine = Span(ctypes.addressof(buffer), 64)
for pid in (host.pid, 1, os.getppid()):
    start = 0x400000
    try:
        start = int(open(f"/proc/{pid}/maps").read().split("-")[0], 16)
    except OSError:
        pass
    for number in (310, 311):
        there = Span(start, 64)
        tried(f"{number} {pid}", lambda: call(number, pid, ctypes.byref(mine), 1, ctypes.byref(there), 1, 0))
