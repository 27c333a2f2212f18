"""Send a datagram to the host.

category: network
ends: error
"""

import socket

socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", host.udp))
