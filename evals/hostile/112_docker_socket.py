"""Talk to the Docker engine, which could do anything.

category: reading
ends: ok
timeout: 40
control: would need an engine at its usual place
"""

import glob
import socket

for path in [
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    *glob.glob("/**/docker.sock", recursive=True)[:9],
]:

    def ask():
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        client.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        return client.recv(1000)

    tried(path, ask)
