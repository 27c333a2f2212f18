"""Leave a socket where a file is expected.

category: artifacts
ends: ok
get: model.bin!
control: a naive reader only fails
"""

import socket

try:
    socket.socket(socket.AF_UNIX).bind("model.bin")
except OSError as error:
    print("refused:", error)
