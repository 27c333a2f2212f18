"""Change the mounted data through memory.

category: writing
ends: error
says: PermissionError|Read-only
"""

import mmap

with open(f"{host.data}/table.csv", "r+b") as file:
    mmap.mmap(file.fileno(), 0)[0:1] = b"9"
