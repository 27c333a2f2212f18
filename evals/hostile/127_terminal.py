"""Read what is typed at the terminal.

category: reading
ends: ok
control: would need a terminal
"""

for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/pts/0", "/dev/pts/1"):
    tried(path, lambda: os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
