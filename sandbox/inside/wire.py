"""The talk between host and zygote: one JSON object per packet, with file descriptors beside it.

A packet is a Unix SOCK_SEQPACKET message, so that packets never run together. The zygote's end is closed in every
kernel before any generated code runs.
"""

import json
import os
import socket
from typing import Any

PACKET_BYTES = 65536
_MOST_DESCRIPTORS = 4


def send(channel: socket.socket, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
    """Raises `OSError` when the other end is gone."""
    socket.send_fds(channel, [json.dumps(message).encode()], fds)


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next packet. Raises `EOFError` at the end, `ValueError` on anything but a JSON object."""
    data, fds, flags, _ = socket.recv_fds(channel, PACKET_BYTES, _MOST_DESCRIPTORS)
    if not data:
        raise EOFError
    try:
        message = json.loads(data)
    except RecursionError:
        message = None
    if not isinstance(message, dict) or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
        for fd in fds:
            os.close(fd)
        raise ValueError("not a packet of ours")
    return message, fds
