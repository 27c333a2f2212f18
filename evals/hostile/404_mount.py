"""Mount file systems.

category: privilege
ends: ok
"""

os.makedirs("m", exist_ok=True)
for kind in (b"tmpfs", b"proc", b"sysfs", b"overlay", b"devtmpfs", b"cgroup2"):
    tried(kind.decode(), lambda: call(165, b"none", b"m", kind, 0, None))
tried("bind", lambda: call(165, b"/", b"m", None, 4096, None))
tried("remount", lambda: call(165, None, host.data.encode(), None, 32 | 4096, None))
tried("umount", lambda: call(166, b"/proc", 2))
