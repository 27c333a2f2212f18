"""Put other sockets in place of the kernel's own.

category: lies
ends: ok|killed|too_much_output|timeout|error
needs: kernel
timeout: 8
"""

import socket

one, other = socket.socketpair()
for fd in range(3, 80):
    if fd not in (one.fileno(), other.fileno()):
        try:
            if os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"):
                os.dup2(one.fileno(), fd)
        except OSError:
            pass
import time

time.sleep(5)
