"""Listen, so that others can come in.

category: network
ends: ok
"""

import socket


def listen():
    with socket.create_server(("0.0.0.0", 0)) as server:
        return server.getsockname()


tried("listen", listen)
