"""Read the memory of the machine and of its kernel.

category: reading
ends: ok
control: the outer wall has an unprivileged user's rights over the machine
"""

for path in ("/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore", "/proc/kpageflags"):
    tried(path, lambda: open(path, "rb").read(64))
