"""Send to the host's services over the sockets that the kernel talks to mlpilot with.

category: network
ends: ok|killed|too_much_output
needs: kernel
"""

import socket

for fd in range(3, 200):
    try:
        mine = socket.socket(fileno=os.dup(fd))
    except OSError:
        continue
    for attempt in (
        lambda: mine.connect(host.path),
        lambda: mine.sendto(b"x", "\0" + host.datagram),
        lambda: mine.connect("\0" + host.abstract),
    ):
        try:
            attempt()
            print(fd, "done")
        except OSError as error:
            print(fd, error)
