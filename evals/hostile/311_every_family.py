"""Try every family of sockets that a kernel may know.

category: network
ends: ok
"""

import socket

for family in range(1, 47):
    for kind in (1, 2, 3, 4, 5):
        tried(f"{family} {kind}", lambda: socket.socket(family, kind))
