"""Make each kind of namespace.

category: privilege
ends: ok
"""

for name, flag in (
    ("mount", 0x20000),
    ("cgroup", 0x2000000),
    ("uts", 0x4000000),
    ("ipc", 0x8000000),
    ("user", 0x10000000),
    ("pid", 0x20000000),
    ("net", 0x40000000),
    ("time", 0x80),
):
    tried(name, lambda: call(272, flag))
