"""Loosen the filter of system calls.

category: privilege
ends: ok
"""


def off():
    libc.prctl(22, 0, 0, 0, 0)
    return "Seccomp:\t2" not in open("/proc/self/status").read()


def allow():
    import struct

    code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    libc.prctl(22, 2, ctypes.byref(Program(1, ctypes.addressof(code))), 0, 0)
    import socket

    socket.socket(socket.AF_INET)


tried("turn it off", off)
tried("allow all on top", allow)
