"""Begin a message past ZeroMQ, and never end it.

category: lies
ends: too_much_output|killed
needs: kernel
timeout: 40
growth: 1400
state: lost
"""

import socket
import struct
import time

frame = struct.pack(">BQ", 3, 1 << 20) + bytes(1 << 20)
for fd in range(3, 80):
    try:
        raw = socket.socket(fileno=os.dup(fd))
        if raw.getsockname().endswith("i") and raw.getpeername() is not None:
            break
    except OSError:
        pass
raw.setblocking(True)
time.sleep(1)  # what ZeroMQ itself still sends would fall amid a frame, and make junk of all after it
while True:
    raw.sendall(frame)
