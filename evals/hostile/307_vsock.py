"""Talk to the hypervisor.

category: network
ends: ok
control: depends on the kernel's having vsock
"""

import socket


def talk():
    client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    client.settimeout(2)
    client.connect((2, 1024))


tried("vsock", talk)
tried("socket", lambda: socket.socket(40, 1))
tried("device", lambda: os.open("/dev/vsock", os.O_RDONLY))
