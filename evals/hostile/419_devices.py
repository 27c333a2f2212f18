"""Make and open devices of the machine.

category: privilege
ends: ok
control: the outer wall allows no devices
"""

for name, major, minor in (
    ("mem", 1, 1),
    ("kmsg", 1, 11),
    ("fuse", 10, 229),
    ("kvm", 10, 232),
    ("tun", 10, 200),
    ("loop", 7, 0),
):
    tried(f"make {name}", lambda: os.mknod(f"dev-{name}", 0o20600, os.makedev(major, minor)))
    tried(f"open {name}", lambda: os.open(f"/dev/{name}", os.O_RDONLY))
