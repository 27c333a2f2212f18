"""Read from every descriptor that was left open.

category: reading
ends: ok
control: a plain process inherits none
"""

for fd in range(3, 1024):
    try:
        print(fd, os.readlink(f"/proc/self/fd/{fd}"))
        os.set_blocking(fd, False)
        print(os.pread(fd, 4096, 0))
    except OSError:
        pass
