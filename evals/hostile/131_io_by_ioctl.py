"""Read a file of the host by opening it relative to a descriptor of the mount.

category: reading
ends: ok
says: wall:
"""

import ctypes.util

folder = os.open(host.data, os.O_RDONLY)
for path in ("../labels.csv", "../home/.ssh/id_ed25519"):
    try:
        print(os.read(os.open(path, os.O_RDONLY, dir_fd=folder), 1000))
    except OSError as error:
        print("wall:", error)
how = (ctypes.c_uint64 * 3)(0, 0, 0)
try:
    print(os.read(call(437, folder, b"../labels.csv", how, 24), 1000))
except OSError as error:
    print("wall:", error)
