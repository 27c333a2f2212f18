"""The host's end of the tunnel into a container: its attached standard streams instead of shared sockets.

A box finds the same channel as everywhere: orders go in, answers come out, and each kernel's two listening sockets are
handed over with the order to fork it. What a kernel sends there is bridged, byte for byte, to the listeners in the
host's private folder. All that arrives is a stranger's word: a frame against the rules ends the tunnel.
"""

import contextlib
import os
import socket
import ssl
import stat
import struct
import threading
from typing import Any

from mlpilot.sandbox.inside.tunnel import (
    ANSWER,
    CONFIG,
    KILLS,
    NUMBER,
    ORDER,
    PAYLOAD,
    Stream,
    Tunnel,
    TunnelError,
)

_MULTIPLEX = struct.Struct("!B3xI")
_OUTPUT, _ERRORS = 1, 2
_BYTES_AT_ONCE = 4 * PAYLOAD
_WORDS_BYTES = 65536
_MOST_WORDS = 2**24
_END_SECONDS = 5.0


class Attached:
    """The streams of a container, as the engine multiplexes them: a header of 8 bytes, then so many bytes of one.

    Source: the Docker Engine API, `POST /containers/{id}/attach`.
    """

    def __init__(self, attached: Any) -> None:
        self._attached = attached
        self._socket: Any = getattr(attached, "_sock", attached)
        self._socket.setblocking(False)
        self.reader = self.writer = self._socket.fileno()
        self._header = b""
        self._left = 0
        self._kind = 0
        self._said = 0
        self.words = bytearray()
        """The last that came on standard error."""

    def read(self) -> bytes | None:
        """See `Connection.read`."""
        parts: list[bytes] = []
        while True:
            try:
                data = self._socket.recv(_BYTES_AT_ONCE)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            if not data:
                return b"".join(parts)
            parts += self._output(data)
            if not self._pending():
                break
        return b"".join(parts) or None

    def _pending(self) -> bool:
        """Whether TLS keeps bytes that no descriptor tells of."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """See `Connection.write`."""
        try:
            return int(self._socket.send(data))
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def _output(self, data: bytes) -> list[bytes]:
        """The parts of `data` that are standard output."""
        parts = []
        start = 0
        while start < len(data):
            if not self._left:
                missing = _MULTIPLEX.size - len(self._header)
                self._header += data[start : start + missing]
                start += missing
                if len(self._header) < _MULTIPLEX.size:
                    break
                self._kind, self._left = _MULTIPLEX.unpack(self._header)
                self._header = b""
                continue
            part = data[start : start + self._left]
            start += len(part)
            self._left -= len(part)
            if self._kind == _OUTPUT:
                parts.append(part)
            else:
                self._keep(part)
        return parts

    def _keep(self, part: bytes) -> None:
        self._said += len(part)
        if self._kind != _ERRORS or self._said > _MOST_WORDS:
            raise TunnelError("the container says what no relay says")
        self.words = (self.words + part)[-_WORDS_BYTES:]

    def close(self) -> None:
        """Hang up; the container's standard input ends. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        # The response that the streams came with owns them, and closes them too.
        getattr(self._attached, "_response", self._attached).close()


class HostTunnel(Tunnel):
    """The host's end, carried by a thread of its own. `channel` is for a box, as walls have it."""

    def __init__(self, attached: Any) -> None:
        self.channel, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line = Attached(attached)
        super().__init__(self._line, ours)
        self._next = 1
        self.kills: int | None = None
        """Processes killed for memory so far; None while the relay has told nothing, since it cannot know."""
        self.fault = ""
        """Why the tunnel broke, where it did."""
        self._thread = threading.Thread(target=self._carry, name="mlpilot-tunnel", daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        try:
            self.run()
        except TunnelError as error:
            self.fault = f"the sandbox broke the rules: {error}"
        except OSError as error:
            self.fault = f"the engine hung up: {error}"
        finally:
            self._line.close()

    def on_packet(self, data: bytes, fds: list[int]) -> None:
        numbers = []
        for fd in fds:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                self.add(Stream(self._next, None, socket.socket(fileno=fd)))
                numbers.append(self._next)
                self._next += 1
            else:
                self._send_file(fd)
        self.say(ORDER, len(numbers), b"".join(map(NUMBER.pack, numbers)) + data)

    def _send_file(self, fd: int) -> None:
        with os.fdopen(fd, "rb") as file:
            while part := file.read(PAYLOAD):
                self.say(CONFIG, 0, part)

    def on_silence(self) -> None:
        self._over = True

    def on_frame(self, kind: int, number: int, payload: bytes) -> None:
        if kind == ANSWER and payload and number == 0:
            self.hand_over(payload, [])
        elif kind == KILLS and len(payload) == NUMBER.size and number == 0:
            self.kills = NUMBER.unpack(payload)[0]
        else:
            raise TunnelError(f"a frame of kind {kind} is not for a host")

    @property
    def ended(self) -> bool:
        """Whether nothing is carried any more."""
        return not self._thread.is_alive()

    @property
    def words(self) -> str:
        """What the container wrote to its standard error, the last of it."""
        return self._line.words.decode(errors="replace")

    def close(self) -> None:
        """End it, and wait until it has ended. Safe to call twice."""
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)
        self._thread.join(_END_SECONDS)
