"""The same over IPv6.

category: network
ends: ok
"""

import socket

tried("tcp6", lambda: socket.socket(socket.AF_INET6).bind(("::1", 0)))
tried("udp6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("::1", 9)))
