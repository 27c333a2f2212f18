"""Ask the host's end to take, or give, descriptors.

category: network
ends: ok|killed|timeout|too_much_output
timeout: 5
needs: kernel
"""

import socket

passed = 0
for fd in range(3, 200):
    try:
        mine = socket.socket(fileno=os.dup(fd))
        mine.setblocking(False)
        if mine.family == socket.AF_UNIX and mine.type == socket.SOCK_STREAM:
            name = mine.getpeername()
            _, given, _, _ = mine.recvmsg(1, socket.CMSG_SPACE(64))
            if given:
                print(host.proof, "was given descriptors")
            passed += 1
    except OSError:
        pass
print(passed, "sockets")
