"""Find the sockets' paths, and put links to the host's there.

category: lies
ends: ok
needs: kernel
"""

import socket

for fd in range(3, 80):
    try:
        path = socket.socket(fileno=os.dup(fd)).getsockname()
        print(bool(path))
        os.unlink(path)
        os.symlink(host.path, path)
    except OSError as error:
        print(error)
