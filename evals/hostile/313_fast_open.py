"""Send data with the first packet, without connect().

category: network
ends: error
"""

import socket

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.sendto(b"GET / HTTP/1.0\r\n\r\n", 0x20000000, ("127.0.0.1", host.tcp))
print(client.recv(1000))
