"""The host's end of a tunnel against an engine's end that is a stranger: nothing that comes may hurt, or be believed."""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from mlpilot.sandbox.docker_tunnel import HostTunnel
from mlpilot.sandbox.inside.tunnel import (
    ANSWER,
    CLOSE,
    CONFIG,
    CREDIT,
    DATA,
    HEADER,
    KILLS,
    NUMBER,
    ORDER,
    PAYLOAD,
    WINDOW,
    Frames,
    TunnelError,
)
from mlpilot.sandbox.memory import resident

MIB = 2**20


def said(data: bytes, kind: int = 1) -> bytes:
    """As the engine passes on what a container said: standard output, or another stream."""
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def frame(kind: int, number: int = 0, payload: bytes = b"") -> bytes:
    return said(HEADER.pack(kind, number, len(payload)) + payload)


class Stranger:
    """The other end, the box's end of the channel, and one kernel's client and stream."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair()
        self.line.settimeout(10)
        self.tunnel = HostTunnel(theirs)
        self.tunnel.channel.settimeout(10)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("")
        listener.listen(1)
        self.client = socket.socket(socket.AF_UNIX)
        self.client.settimeout(10)
        self.client.connect(listener.getsockname())
        socket.send_fds(self.tunnel.channel, [b'{"do": "fork"}'], [listener.fileno()])
        listener.close()
        self.frames = Frames()
        self.heard: list[tuple[int, int, bytes]] = []
        self.hear(ORDER)
        time.sleep(0.05)

    def hear(self, kind: int) -> tuple[int, int, bytes]:
        """The next frame of this kind that the host sends."""
        while True:
            while self.heard:
                one = self.heard.pop(0)
                if one[0] == kind:
                    return one
            self.heard += self.frames.feed(self.line.recv(65536))

    def say(self, data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.line.sendall(data)

    def is_over(self) -> bool:
        """Whether the host has hung up, on us and on the box."""
        with contextlib.suppress(ConnectionResetError):
            while self.line.recv(65536):
                pass
        while self.tunnel.channel.recv(PAYLOAD):
            pass
        self.tunnel.close()
        return self.tunnel.ended


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    one = Stranger()
    yield one
    one.tunnel.channel.close()
    one.tunnel.close()
    for end in (one.line, one.client):
        end.close()


def test_packets_streams_and_kills_get_through(stranger: Stranger) -> None:
    stranger.say(frame(KILLS, 0, NUMBER.pack(3)) + frame(ANSWER, 0, b'{"event": "ready"}') + said(b"words", 2))
    assert stranger.tunnel.channel.recv(PAYLOAD) == b'{"event": "ready"}'
    assert stranger.tunnel.kills == 3
    whole = frame(DATA, 1, b"from the kernel")
    for index in range(len(whole)):
        stranger.say(whole[index : index + 1])
    assert stranger.client.recv(100) == b"from the kernel"
    stranger.client.sendall(b"to the kernel")
    assert stranger.hear(DATA) == (DATA, 1, b"to the kernel")
    assert "words" in stranger.tunnel.words
    stranger.say(frame(DATA, 1, b"last words") + frame(CLOSE, 1))
    assert stranger.client.recv(100) == b"last words"
    assert stranger.client.recv(100) == b""
    assert stranger.hear(CLOSE) == (CLOSE, 1, b"")


@pytest.mark.parametrize(
    "junk",
    {
        "no such kind": frame(99),
        "no kind": frame(0),
        "too long": said(HEADER.pack(DATA, 1, PAYLOAD + 1)),
        "endless": said(HEADER.pack(ANSWER, 0, 2**32 - 1)),
        "no such stream": frame(DATA, 7, b"x"),
        "data of nothing": frame(DATA, 1),
        "more credit than was used": frame(CREDIT, 1, NUMBER.pack(1)),
        "boundless credit": frame(CREDIT, 1, NUMBER.pack(2**64 - 1)),
        "credit of no size": frame(CREDIT, 1, b"1"),
        "closed twice": frame(CLOSE, 1) * 2,
        "data after the end": frame(CLOSE, 1) + frame(DATA, 1, b"x"),
        "an order": frame(ORDER, 0, b'{"do": "fork"}'),
        "a file": frame(CONFIG, 0, b"{}"),
        "an empty answer": frame(ANSWER),
        "an answer of a stream": frame(ANSWER, 1, b"{}"),
        "kills of no size": frame(KILLS, 0, b"3"),
        "no stream of a container": said(b"x", 7),
        "plain text": b"HTTP/1.1 200 OK\r\n\r\n" * 10,
    }.items(),
    ids=lambda junk: junk[0],
)  # fmt: skip
def test_what_breaks_the_rules_ends_the_tunnel(stranger: Stranger, junk: tuple[str, bytes]) -> None:
    stranger.say(junk[1])
    assert stranger.is_over()
    assert "broke the rules" in stranger.tunnel.fault
    assert stranger.client.recv(100) == b""


def test_more_than_was_granted_ends_the_tunnel(stranger: Stranger) -> None:
    """Nobody reads from the kernel's stream: what the host keeps of it is bounded."""
    for _ in range(4 * WINDOW // PAYLOAD):
        stranger.say(frame(DATA, 1, bytes(PAYLOAD)))
    assert stranger.is_over()
    assert "without leave" in stranger.tunnel.fault


def test_answers_that_nobody_reads_end_the_tunnel(stranger: Stranger) -> None:
    before = resident(os.getpid())
    for _ in range(20_000):
        stranger.say(frame(ANSWER, 0, b"{}"))
    assert stranger.is_over()
    assert "more packets than anybody reads" in stranger.tunnel.fault
    assert resident(os.getpid()) < before + 64 * MIB


def test_endless_complaints_end_the_tunnel(stranger: Stranger) -> None:
    before = resident(os.getpid())
    for _ in range(400):
        stranger.say(said(bytes(PAYLOAD), 2))
    assert stranger.is_over()
    assert resident(os.getpid()) < before + 64 * MIB
    assert len(stranger.tunnel.words) <= PAYLOAD


def test_a_stream_that_stands_still_holds_up_no_order(stranger: Stranger) -> None:
    """The other end takes a window of data and grants no more; orders still go, and the host keeps no more than that."""
    stranger.client.setblocking(False)
    sent, quiet = 0, time.monotonic() + 0.5
    taken = 0
    while time.monotonic() < quiet:
        if select.select([], [stranger.client], [], 0.05)[1]:
            sent += stranger.client.send(bytes(PAYLOAD))
        if select.select([stranger.line], [], [], 0)[0]:
            for kind, _, payload in stranger.frames.feed(stranger.line.recv(65536)):
                taken += len(payload) if kind == DATA else 0
            quiet = time.monotonic() + 0.5
    assert taken == WINDOW < sent < WINDOW + 4 * MIB
    stranger.tunnel.channel.send(b'{"do": "sweep"}')
    assert stranger.hear(ORDER)[2] == b'{"do": "sweep"}'
    stranger.say(frame(CREDIT, 1, NUMBER.pack(WINDOW)))
    assert stranger.hear(DATA)[1] == 1


def test_a_line_that_is_full_holds_up_nobody_but_itself(stranger: Stranger) -> None:
    """The other end reads nothing at all: closing still takes no time."""
    writer = threading.Thread(target=_fill, args=(stranger.client,))
    writer.start()
    writer.join(10)
    assert not writer.is_alive()
    stranger.tunnel.channel.close()
    stranger.tunnel.close()
    assert stranger.tunnel.ended


def _fill(client: socket.socket) -> None:
    client.settimeout(0.5)
    try:
        while True:
            client.sendall(bytes(PAYLOAD))
    except OSError:
        pass


def test_frames_come_out_as_they_went_in_however_they_are_cut() -> None:
    whole = b"".join(HEADER.pack(DATA, number, number) + bytes([number]) * number for number in range(200))
    expected = [(DATA, number, bytes([number]) * number) for number in range(200)]
    for size in (1, 7, 9, 64, 1000, len(whole)):
        frames = Frames()
        pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert [one for piece in pieces for one in frames.feed(piece)] == expected
    with pytest.raises(TunnelError):
        [*Frames().feed(HEADER.pack(DATA, 1, PAYLOAD + 1))]
