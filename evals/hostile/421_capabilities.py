"""Take back capabilities and new privileges.

category: privilege
ends: ok
"""


class Head(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


head, data = Head(0x20080522, 0), (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)


def take():
    if libc.capset(ctypes.byref(head), data) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def ambient():
    if libc.prctl(47, 2, 21, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ambient")


def privileges():
    libc.prctl(38, 0, 0, 0, 0)
    return "NoNewPrivs:\t1" not in open("/proc/self/status").read()


tried("capset", take)
tried("ambient", ambient)
tried("new privileges", privileges)
