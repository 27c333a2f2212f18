"""Write noise to the sockets past ZeroMQ.

category: lies
ends: ok|killed|too_much_output|timeout|error
needs: kernel
timeout: 8
"""

import socket

for fd in range(3, 80):
    try:
        raw = socket.socket(fileno=os.dup(fd))
        raw.setblocking(False)
        if raw.getpeername() is not None:
            for noise in (os.urandom(1000), b"\xff" * 100, b"GET / HTTP/1.0\r\n\r\n", b"\x04\xff" + bytes(1000)):
                raw.send(noise)
    except OSError:
        pass
print("end")
