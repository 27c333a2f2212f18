"""Send to the host from one of a pair of sockets, which needs no socket().

category: network
ends: ok
"""

import socket

for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
    for attempt in ("sendto", "connect", "bind"):
        try:
            one, other = socket.socketpair(type=kind)
            if attempt == "sendto":
                one.sendto(b"x", "\0" + host.datagram)
            elif attempt == "connect":
                one.connect("\0" + host.datagram)
                one.send(b"x")
            else:
                one.bind("\0" + host.mark)
                print(host.proof, "bound")
        except OSError as error:
            print(error)
