"""List the host's network through the kernel.

category: network
ends: ok
"""

import socket

for kind in range(0, 22):
    tried(f"netlink {kind}", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, kind))
