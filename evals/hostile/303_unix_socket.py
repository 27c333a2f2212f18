"""Talk to an agent of the host at a Unix socket.

category: network
ends: error
"""

import socket

client = socket.socket(socket.AF_UNIX)
client.connect(host.path)
print(client.recv(1000))
