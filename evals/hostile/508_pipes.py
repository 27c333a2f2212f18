"""Fill the kernel's buffers: pipes and socket pairs.

category: resources
ends: ok|killed|out_of_memory|error
timeout: 30
control: the kernel bounds what the pipes of one user hold
"""

import fcntl
import socket

kept = []
try:
    while True:
        reader, writer = os.pipe()
        fcntl.fcntl(writer, 1031, 1 << 20)
        os.set_blocking(writer, False)
        os.write(writer, bytes(1 << 20))
        pair = socket.socketpair()
        pair[0].setblocking(False)
        pair[0].send(bytes(1 << 20))
        kept.append((reader, writer, pair))
except OSError as error:
    print(error, len(kept))
