"""Read the kernel's log.

category: reading
ends: ok
control: the outer wall has no rights to it
"""

tried("/dev/kmsg", lambda: os.read(os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK), 100))
tried("syslog", lambda: call(103, 3, ctypes.create_string_buffer(100), 100))
