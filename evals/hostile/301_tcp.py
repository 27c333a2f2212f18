"""Connect to a service of the host.

category: network
ends: error
says: OSError|ConnectionRefused|TimeoutError|Permission
"""

import socket

print(socket.create_connection(("127.0.0.1", host.tcp), timeout=3).recv(1000))
