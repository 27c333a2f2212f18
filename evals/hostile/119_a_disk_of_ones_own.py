"""Make a device file for the disk, and read that.

category: reading
ends: ok
control: the outer wall allows no devices
"""

for major in (8, 252, 253, 254, 259):

    def read():
        os.mknod(f"disk{major}", 0o60600, os.makedev(major, 0))
        return open(f"disk{major}", "rb").read(512)

    tried(f"device {major}", read)
