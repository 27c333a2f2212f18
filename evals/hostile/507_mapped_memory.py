"""Take memory by mapping it, shared and unnamed.

category: resources
ends: out_of_memory|error|killed
timeout: 60
"""

import mmap

kept = []
while True:
    block = mmap.mmap(-1, 64 << 20)
    block.write(b"x" * (64 << 20))
    kept.append(block)
