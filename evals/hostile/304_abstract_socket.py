"""Talk to an agent of the host at an abstract socket, which no mount hides.

category: network
ends: error
"""

import socket

client = socket.socket(socket.AF_UNIX)
client.connect("\0" + host.abstract)
print(client.recv(1000))
