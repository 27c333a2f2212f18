"""Watch what others open, and quotas.

category: privilege
ends: ok
control: the outer wall's user has no rights to them
"""

tried("fanotify", lambda: call(300, 0, 0))
tried("quotactl", lambda: call(179, 0x800002 << 8, b"/dev/sda1", 0, ctypes.create_string_buffer(200)))
tried("lookup_dcookie", lambda: call(212, 0, ctypes.create_string_buffer(10), 10))
