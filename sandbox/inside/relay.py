"""The relay: first process of a container that shares no socket with the host. It starts the zygote and carries.

What kernels write passes through it, so that it stands in no process that is ever forked from; it has no way out but
the container's own standard input and output. When the input ends, the host is gone, and with this process, number 1
of the container, all others end.
"""

import contextlib
import ctypes
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from mlpilot.sandbox.inside.tunnel import (
    ANSWER,
    CONFIG,
    KILLS,
    NUMBER,
    ORDER,
    PAYLOAD,
    Connection,
    Stream,
    Tunnel,
    TunnelError,
)

_PR_SET_DUMPABLE = 4
_CONFIG_BYTES = 2**24
_BYTES_AT_ONCE = 4 * PAYLOAD
_EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class StandardStreams:
    """Standard input and output as the connection."""

    reader, writer = 0, 1

    def __init__(self) -> None:
        for fd in (self.reader, self.writer):
            os.set_blocking(fd, False)

    def read(self) -> bytes | None:
        try:
            return os.read(self.reader, _BYTES_AT_ONCE)
        except BlockingIOError:
            return None

    def write(self, data: bytes | bytearray | memoryview) -> int:
        try:
            return os.write(self.writer, data)
        except BlockingIOError:
            return 0


class Relay(Tunnel):
    """The sandbox's end of the tunnel. `packets` is the channel of the zygote."""

    def __init__(self, connection: Connection, packets: socket.socket) -> None:
        super().__init__(connection, packets)
        self._config = bytearray()
        self._kills: int | None = None
        self._count()

    def on_packet(self, data: bytes, fds: list[int]) -> None:
        for fd in fds:
            os.close(fd)
        self._count()
        self.say(ANSWER, 0, data)

    def on_silence(self) -> None:
        self.finish()

    def on_frame(self, kind: int, number: int, payload: bytes) -> None:
        if kind == CONFIG and len(self._config) + len(payload) <= _CONFIG_BYTES:
            self._config += payload
        elif kind == ORDER:
            # `number` streams begin with this order; their numbers come first, then the packet for the zygote.
            numbers = [NUMBER.unpack_from(payload, NUMBER.size * index)[0] for index in range(number)]
            fds: list[socket.socket | int] = [self._open(stream) for stream in numbers]
            if self._config:
                fds.append(_file(bytes(self._config)))
                self._config.clear()
            self.hand_over(payload[NUMBER.size * number :], fds)
        else:
            raise TunnelError(f"a frame of kind {kind} is not for a relay")

    def _open(self, number: int) -> socket.socket:
        """A listener for a kernel, to which we are connected already: it need not have a name that others can find."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind("")
        listener.listen(1)
        ours = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.connect(listener.getsockname())
        self.add(Stream(number, ours))
        return listener

    def _collect(self, stream: Stream) -> None:
        super()._collect(stream)
        self._count()

    def _count(self) -> None:
        """Tell of processes killed for memory, ahead of all that was said after they were."""
        kills = _oom_kills()
        if kills is not None and kills != self._kills:
            self._kills = kills
            self.say(KILLS, 0, NUMBER.pack(kills))


def _oom_kills() -> int | None:
    """How many processes of this container the kernel has killed for memory; None where that cannot be read."""
    for name in _EVENTS:
        with contextlib.suppress(OSError):
            match = re.search(r"^oom_kill (\d+)$", Path(name).read_text(), re.MULTILINE)
            return int(match[1]) if match else None
    return None


def _file(data: bytes) -> int:
    with tempfile.TemporaryFile(dir="/dev/shm") as file:
        file.write(data)
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


def main() -> None:
    """Carry until the host or the zygote is gone."""
    # Others of the same user, kernels among them, may not look into this process.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-s", "-P", "-m", "mlpilot.sandbox.inside.zygote", f"fd:{theirs.fileno()}"]
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),), env=os.environ
        )
    Relay(StandardStreams(), ours).run()


if __name__ == "__main__":
    main()
