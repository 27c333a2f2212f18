"""Packets and byte streams over one connection: what the two ends of a tunnel, host and relay, have in common.

A tunnel stands where no socket can be shared: the engine runs in a virtual machine, or on another machine. It carries
frames: kind (1 byte), stream (4), length (4), payload (at most 64 KiB), numbers big-endian. A stream's sender may be
`WINDOW` bytes ahead of what the receiver has delivered, as HTTP/2 does it (RFC 9113, 5.2), and has at most one frame of
data in the queue, so that no stream fills a memory, or holds up another, or the packets.
"""

import contextlib
import os
import select
import socket
import struct
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

HEADER = struct.Struct("!BII")
NUMBER = struct.Struct("!Q")
PAYLOAD = 65536
WINDOW = 2**20
DATA, CREDIT, CLOSE = 1, 2, 3
CONFIG, ORDER, ANSWER, KILLS = 4, 5, 6, 7
"""What the zygote gets as a file, a packet for it, a packet of its, and how many processes were killed for memory."""

_FDS = 4
_QUEUED_PACKETS = 256
_READ = select.POLLIN | select.POLLHUP | select.POLLERR


class TunnelError(Exception):
    """The other end broke the rules of the tunnel."""


class Connection(Protocol):
    """One connection to the other end; it never waits."""

    reader: int
    """The descriptor that tells when there is something to read."""
    writer: int
    """The descriptor that tells when there is room to write."""

    def read(self) -> bytes | None:
        """What has arrived: empty at the end, None while there is nothing. Raises `OSError`, `TunnelError`."""

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """How many of the bytes went; none where there is no room. Raises `OSError`."""


class Frames:
    """Cuts bytes that arrive into frames; keeps no more than one frame that is not whole."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The frames that are whole now: kind, stream, payload. Raises `TunnelError` at the first that is none."""
        self._data += data
        start = 0
        while len(self._data) - start >= HEADER.size:
            kind, number, length = HEADER.unpack_from(self._data, start)
            if not DATA <= kind <= KILLS or length > PAYLOAD:
                raise TunnelError(f"a frame of kind {kind} and {length} bytes")
            end = start + HEADER.size + length
            if len(self._data) < end:
                break
            yield kind, number, bytes(memoryview(self._data)[start + HEADER.size : end])
            start = end
        del self._data[:start]


@dataclass
class Stream:
    """One byte stream, and the socket at this end of it."""

    number: int
    end: socket.socket | None
    listener: socket.socket | None = None
    """Where the socket comes from, while it is not there yet."""
    room: int = WINDOW
    """Bytes that we may still send."""
    grant: int = WINDOW
    """Bytes that the other end may still send."""
    owed: int = 0
    """Bytes that were delivered, and not granted again yet."""
    inbox: bytearray = field(default_factory=bytearray)
    queued: bool = False
    """Whether a frame of its data waits to be sent."""
    closed_here: bool = False
    closed_there: bool = False

    def drop(self) -> None:
        """Close what is open at this end."""
        for end in (self.end, self.listener):
            if end is not None:
                end.close()
        self.end = self.listener = None
        self.inbox.clear()


class Tunnel(ABC):
    """One end. `packets` is a SEQPACKET socket whose packets go to the other end by way of `on_packet`."""

    def __init__(self, connection: Connection, packets: socket.socket) -> None:
        self._connection = connection
        self._packets = packets
        packets.setblocking(False)
        self._frames = Frames()
        self._streams: dict[int, Stream] = {}
        self._current = memoryview(b"")
        self._urgent: deque[bytes] = deque()
        self._bulk: deque[tuple[bytes, Stream]] = deque()
        self._inward: deque[tuple[bytes, list[socket.socket | int]]] = deque()
        self._over = False

    @abstractmethod
    def on_packet(self, data: bytes, fds: list[int]) -> None:
        """Something was said on `packets`; the descriptors are ours to close."""

    @abstractmethod
    def on_frame(self, kind: int, number: int, payload: bytes) -> None:
        """A frame that is no stream's has come. Raises `TunnelError`."""

    @abstractmethod
    def on_silence(self) -> None:
        """`packets` was closed by whoever held its other end."""

    def run(self) -> None:
        """Carry, until either end is gone. Raises `TunnelError`, `OSError`."""
        try:
            while not self._over:
                self._step()
        finally:
            for stream in self._streams.values():
                stream.drop()
            self._packets.close()

    def finish(self) -> None:
        """End, as soon as what is queued has gone."""
        with contextlib.suppress(OSError):
            self._connection_blocks()
            while self._current or self._urgent or self._bulk:
                self._send()
        self._over = True

    def _connection_blocks(self) -> None:
        os.set_blocking(self._connection.writer, True)

    def say(self, kind: int, number: int, payload: bytes = b"") -> None:
        """Queue a frame that goes ahead of all data."""
        self._urgent.append(HEADER.pack(kind, number, len(payload)) + payload)

    def hand_over(self, data: bytes, fds: list[socket.socket | int]) -> None:
        """Queue a packet for `packets`. Raises `TunnelError` when nobody takes them."""
        if len(self._inward) >= _QUEUED_PACKETS:
            raise TunnelError("more packets than anybody reads")
        self._inward.append((data, fds))
        self._deliver_packets()

    def add(self, stream: Stream) -> None:
        """Carry one more stream."""
        for end in (stream.end, stream.listener):
            if end is not None:
                end.setblocking(False)
        self._streams[stream.number] = stream

    def _step(self) -> None:
        poller = select.poll()
        wanted = self._wanted()
        for fd, events in wanted.items():
            poller.register(fd, events)
        ready = dict(poller.poll())
        if ready.get(self._connection.reader, 0) & _READ:
            self._receive()
        if self._packets.fileno() in ready and not self._over:
            self._deliver_packets()
            self._take_packets(ready[self._packets.fileno()])
        for stream in [*self._streams.values()]:
            self._serve(stream, ready)
        self._send()

    def _wanted(self) -> dict[int, int]:
        wanted = {self._connection.reader: select.POLLIN}
        if self._current or self._urgent or self._bulk:
            wanted[self._connection.writer] = wanted.get(self._connection.writer, 0) | select.POLLOUT
        wanted[self._packets.fileno()] = select.POLLIN | (select.POLLOUT if self._inward else 0)
        for stream in self._streams.values():
            if stream.listener is not None:
                wanted[stream.listener.fileno()] = select.POLLIN
            elif stream.end is not None:
                events = select.POLLOUT if stream.inbox else 0
                events |= select.POLLIN if stream.room and not stream.queued else 0
                if events:
                    wanted[stream.end.fileno()] = events
        return wanted

    def _receive(self) -> None:
        data = self._connection.read()
        if data == b"":
            self._over = True
        for kind, number, payload in self._frames.feed(data or b""):
            if kind in (DATA, CREDIT, CLOSE):
                self._on_stream(kind, number, payload)
            else:
                self.on_frame(kind, number, payload)

    def _on_stream(self, kind: int, number: int, payload: bytes) -> None:
        stream = self._streams.get(number)
        if stream is None or stream.closed_there:
            raise TunnelError(f"stream {number} is not open")
        match kind:
            case 1:  # DATA
                stream.grant -= len(payload)
                if stream.grant < 0 or not payload:
                    raise TunnelError(f"stream {number} sent {len(payload)} bytes without leave")
                if not stream.closed_here:
                    stream.inbox += payload
            case 2:  # CREDIT
                stream.room += NUMBER.unpack(payload)[0] if len(payload) == NUMBER.size else WINDOW + 1
                if stream.room > WINDOW:
                    raise TunnelError(f"stream {number} was granted more than it had sent")
            case _:
                stream.closed_there = True
        self._settle(stream)

    def _take_packets(self, events: int) -> None:
        if not events & _READ:
            return
        with contextlib.suppress(BlockingIOError):
            data, fds, flags, _ = socket.recv_fds(self._packets, PAYLOAD, _FDS)
            if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
                raise TunnelError("a packet that is too large")
            if data:
                self.on_packet(data, fds)
            else:
                self.on_silence()

    def _deliver_packets(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._inward:
                data, fds = self._inward[0]
                numbers = [fd if isinstance(fd, int) else fd.fileno() for fd in fds]
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # seen when `packets` is read
                    socket.send_fds(self._packets, [data], numbers)
                self._inward.popleft()
                for fd in fds:
                    os.close(fd) if isinstance(fd, int) else fd.close()

    def _serve(self, stream: Stream, ready: dict[int, int]) -> None:
        if stream.listener is not None:
            if stream.listener.fileno() in ready:
                with contextlib.suppress(OSError):
                    stream.end, _ = stream.listener.accept()
                    stream.end.setblocking(False)
                    stream.listener.close()
                    stream.listener = None
        elif stream.end is not None:
            events = ready.get(stream.end.fileno(), 0)
            if stream.inbox:
                self._deliver(stream)
            if events & _READ and stream.end is not None and stream.room and not stream.queued:
                self._collect(stream)
        self._settle(stream)

    def _collect(self, stream: Stream) -> None:
        assert stream.end is not None
        try:
            data = stream.end.recv(min(PAYLOAD, stream.room))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            stream.drop()
            return
        stream.room -= len(data)
        stream.queued = True
        self._bulk.append((HEADER.pack(DATA, stream.number, len(data)) + data, stream))

    def _deliver(self, stream: Stream) -> None:
        assert stream.end is not None
        try:
            sent = stream.end.send(memoryview(stream.inbox)[: 4 * PAYLOAD])
        except BlockingIOError:
            return
        except OSError:
            stream.drop()
            return
        del stream.inbox[:sent]
        stream.owed += sent
        if stream.owed >= WINDOW // 4 and not stream.closed_there:
            self.say(CREDIT, stream.number, NUMBER.pack(stream.owed))
            stream.grant += stream.owed
            stream.owed = 0

    def _settle(self, stream: Stream) -> None:
        """Close this end when nothing more can come or go, and forget the stream when both are closed."""
        if stream.closed_there and not stream.inbox:
            stream.drop()
        if stream.end is None and stream.listener is None and not stream.closed_here and not stream.queued:
            stream.closed_here = True
            stream.queued = True
            self._bulk.append((HEADER.pack(CLOSE, stream.number, 0), stream))
        if stream.closed_here and stream.closed_there:
            self._streams.pop(stream.number, None)

    def _send(self) -> None:
        while not self._over:
            if not self._current:
                if self._urgent:
                    self._current = memoryview(self._urgent.popleft())
                elif self._bulk:
                    data, stream = self._bulk.popleft()
                    self._current = memoryview(data)
                    stream.queued = False
                    self._settle(stream)
                else:
                    return
            sent = self._connection.write(self._current)
            if not sent:
                return
            self._current = self._current[sent:]
