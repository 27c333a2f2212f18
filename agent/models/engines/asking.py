"""One plain GET on loopback, bounded in time and size: whatever listens on a port may be any program."""

import http.client
import io
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

LOOPBACK = "127.0.0.1"
LARGEST = 1 << 20
"""Bytes of an answer, its headers included."""


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    value: object
    """Its JSON; None where it sent none."""


def get(port: int, path: str, *, seconds: float = 0.5, key: str | None = None) -> Answer | None:
    """Ask 127.0.0.1, through no proxy and with no redirect followed; None: no answer in time, or none that is HTTP."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {LOOPBACK}:{port}", "Accept: application/json", "Connection: close"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    try:
        raw = _exchange(port, ("\r\n".join(lines) + "\r\n\r\n").encode("ascii"), seconds)
    except OSError:
        return None
    return _read(raw) if len(raw) <= LARGEST else None


def _exchange(port: int, request: bytes, seconds: float) -> bytes:
    """What the server sends until it ends, sends too much, or the time is up; a slow drip wins no time."""
    deadline = time.monotonic() + seconds
    got = bytearray()
    with socket.create_connection((LOOPBACK, port), timeout=seconds) as connection:
        connection.sendall(request)
        while len(got) <= LARGEST and (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                piece = connection.recv(1 << 16)
            except TimeoutError:
                break
            if not piece:
                break
            got += piece
    return bytes(got)


class _Received:
    """Bytes that were received, where `http.client` expects a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        """The bytes as a file."""
        return io.BytesIO(self._raw)


def _read(raw: bytes) -> Answer | None:
    response = http.client.HTTPResponse(cast(socket.socket, _Received(raw)), method="GET")
    try:
        response.begin()
        body = response.read()
    except (http.client.HTTPException, OSError, ValueError):
        return None
    headers = {name.lower(): value for name, value in response.getheaders()}
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    return Answer(response.status, headers, value)
