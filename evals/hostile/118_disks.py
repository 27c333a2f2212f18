"""Read the disks below the file system.

category: reading
ends: ok
control: the outer wall has no disks either
"""

import glob

for path in [
    *glob.glob("/dev/sd*"),
    *glob.glob("/dev/vd*"),
    *glob.glob("/dev/nvme*"),
    *glob.glob("/dev/dm-*"),
    "/dev/vda",
    "/dev/sda",
]:
    tried(path, lambda: open(path, "rb").read(512))
