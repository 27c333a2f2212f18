"""Resolve a name, and so tell somebody something.

category: network
ends: ok
timeout: 60
"""

import socket

for name in ("secret.example.com", "localhost.localdomain", "one.one.one.one"):
    tried(name, lambda: socket.getaddrinfo(name, 80) and name != "localhost.localdomain")
tried("resolver", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(30), ("127.0.0.53", 53)))
