"""Every fault of an endpoint, alone, through the real client and a real socket: the right kind of error, in time."""

import gc
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from mlpilot.agent.models.chat import Patience
from mlpilot.agent.models.protocol import Message, ModelError
from mlpilot.evals import faults
from mlpilot.evals.scripted import Fault, Peer, ScriptedServer

Serve = Callable[..., ScriptedServer]
WALL = 1.0
"""Seconds that a call may take which will not end by itself."""


@pytest.mark.parametrize("streams", [True, False], ids=["stream", "document"])
@pytest.mark.parametrize("fault", faults.FAULTS, ids=lambda fault: fault.name)
def test_a_fault_becomes_the_right_error_in_time(chat: Any, serve: Serve, fault: Fault, streams: bool) -> None:
    """As an answer to a stream, and to a request without one after the endpoint has refused to stream."""
    server = serve(
        fault=lambda _number, request: fault if streams or "stream" not in request else None,
        refuses=frozenset() if streams else frozenset({"stream"}),
    )
    seconds = WALL if fault.kind == "timeout" else 20.0
    began = time.monotonic()
    error = chat.error(chat.client(server, local=False, key=chat.key), seconds=seconds)
    assert error.kind == fault.kind
    assert time.monotonic() - began < seconds + 1
    assert len(server.asked) <= 3 + (not streams)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_neither_key_nor_prompt_follows_a_redirect(chat: Any, serve: Serve, status: int) -> None:
    other = serve()
    elsewhere = other.base_url.replace("127.0.0.1", "localhost") + "/chat/completions"
    server = serve(fault=lambda _number, _request: faults.redirect(elsewhere, status))
    error = chat.error(chat.client(server, local=False, key=chat.key))
    assert error.kind == "redirect" and "localhost" in str(error)
    assert len(server.requests) == 1 and other.requests == []
    assert server.requests[0].holds(chat.key), "the key was there to be sent on"


def test_a_redirect_on_the_same_server_is_not_followed_either(chat: Any, serve: Serve) -> None:
    server = serve(fault=lambda _number, _request: faults.redirect("/v1/chat/completions/"))
    assert chat.error(chat.client(server)).kind == "redirect"
    assert len(server.requests) == 1


def test_nothing_listens(chat: Any, serve: Serve) -> None:
    server = serve()
    server.stop()
    error = chat.error(chat.client(server))
    assert error.kind == "connection" and "nothing listens at 127.0.0.1" in str(error) and not error.billed


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "nonsense", "http://[::1/v1", "http://127.0.0.1:99999/v1"])
def test_an_address_that_is_none(chat: Any, url: str) -> None:
    assert chat.error(chat.client(url), seconds=WALL).kind == "connection"


def test_an_unknown_host(chat: Any) -> None:
    began = time.monotonic()
    error = chat.error(chat.client("http://no-such-host.invalid/v1", local=False, key=chat.key), seconds=WALL)
    assert error.kind in ("connection", "timeout")
    assert time.monotonic() - began < WALL + 1


def test_a_name_server_that_hangs_holds_nobody_up_and_nothing_is_sent_later(
    chat: Any, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name server can be made to hang here, so the look-up itself is held back."""
    server, answered, really = serve(), threading.Event(), socket.getaddrinfo

    def slow(*args: object, **more: object) -> object:
        answered.wait(20)
        return really(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    assert chat.error(chat.client(server, key=chat.key), seconds=0.5).kind == "timeout"
    assert time.monotonic() - began < 1.5
    answered.set()
    time.sleep(0.3)
    assert server.requests == []


@contextmanager
def raw_server(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A peer below HTTP; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        speak(connection)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def drip(connection: socket.socket) -> None:
    """The beginning of a TLS record that never ends."""
    for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def test_a_tls_handshake_that_drips_is_left_in_time(chat: Any) -> None:
    with raw_server(drip) as port:
        began = time.monotonic()
        error = chat.error(chat.client(f"https://127.0.0.1:{port}/v1", key=chat.key), seconds=1.0)
        assert error.kind == "timeout" and time.monotonic() - began < 2 and not error.billed


def test_no_tls_where_there_should_be(chat: Any, serve: Serve) -> None:
    error = chat.error(chat.client(serve().base_url.replace("http:", "https:"), key=chat.key))
    assert error.kind == "connection" and "TLS" in str(error)


def test_a_peer_that_does_not_take_the_request_is_left_in_time(chat: Any) -> None:
    with raw_server(lambda _connection: time.sleep(5)) as port:
        client = chat.client(f"http://127.0.0.1:{port}/v1")
        long = [Message("user", "colour " * 3_000_000)]
        began = time.monotonic()
        with pytest.raises(ModelError) as caught:
            client.ask(long, reply_tokens=10, seconds=1.0)
        assert caught.value.kind == "timeout"
        assert time.monotonic() - began < 3


def test_an_endpoint_dies_and_returns_on_the_same_port(chat: Any, serve: Serve) -> None:
    server = serve()
    client = chat.client(server)
    assert chat.ask(client).text == "Hello."
    server.stop()
    assert chat.error(client).kind == "connection"
    server.start()
    assert chat.ask(client).text == "Hello."


def test_an_endpoint_that_dies_amid_a_reply(chat: Any, acting: Callable[..., ScriptedServer]) -> None:
    def act(peer: Peer) -> None:
        peer.head(200, "text/event-stream")
        peer.chunk({"content": "Half of "})
        threading.Thread(target=server.stop).start()
        peer.wait(10)

    server = acting(act)
    error = chat.error(chat.client(server))
    assert error.kind == "connection" and error.billed


def test_what_a_server_repeats_of_the_key_or_the_prompt_is_not_quoted(chat: Any, serve: Serve) -> None:
    for said in (
        f"no such key: {chat.key}",
        f"bad: {chat.key[:9].upper()}***",
        f"cannot do «{chat.prompt[1].content}»",
        "mine\\nshaft?",
    ):
        error = faults.status(400, said, "refused")
        server = serve(fault=lambda _number, _request, error=error: error)
        message = str(chat.error(chat.client(server, local=False, key=chat.key)))
        assert "colour" not in message and chat.key[:9] not in message.lower()
    server = serve(fault=lambda _number, _request: faults.status(400, "only one\x1b[31m\r\nat a time" * 9, "refused"))
    assert "only one" in str(chat.error(chat.client(server, local=False, key=chat.key)))


def test_no_connection_is_left_open(chat: Any, serve: Serve) -> None:
    def sockets() -> int:
        gc.collect()
        found = 0
        for link in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile, by another thread
                found += str(link.readlink()).startswith("socket:")
        return found

    before = sockets()
    for fault in (*faults.BROKEN, faults.SLOW[2], faults.LARGE[1], faults.WRONG[0], faults.STATUSES[0]):
        with ScriptedServer(fault=lambda _number, _request, fault=fault: fault) as server:
            chat.error(chat.client(server), seconds=1.0)
    until = time.monotonic() + 5
    while sockets() > before and time.monotonic() < until:
        time.sleep(0.05)
    assert sockets() <= before


def test_ctrl_c_works_at_once_while_an_endpoint_stalls(chat: Any, serve: Serve) -> None:
    server = serve(fault=lambda _number, _request: faults.SLOW[2])
    program = f"""
from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.protocol import Endpoint, Message
try:
    ChatClient(Endpoint("scripted-1", {server.base_url!r}, "Scripted", True)).ask(
        [Message("user", "hi")], reply_tokens=9, seconds=60, on_text=lambda text: print("began", flush=True))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "began\n"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=20)
    assert out == "interrupted\n" and said == "" and process.returncode == 0
    assert time.monotonic() - began < 5


def test_close_ends_a_call_under_way(chat: Any, serve: Serve) -> None:
    server = serve(fault=lambda _number, _request: faults.SLOW[1])
    client = chat.client(server, patience=Patience(silence=60))
    threading.Timer(0.5, client.close).start()
    began = time.monotonic()
    assert chat.error(client, seconds=30).kind == "connection"
    assert time.monotonic() - began < 5 and len(server.asked) == 1


def test_a_person_s_patience_is_shorter_than_the_wall(chat: Any, serve: Serve) -> None:
    """Silence amid a reply is noticed long before the time for the whole call is up."""
    server = serve(fault=lambda _number, _request: faults.SLOW[2])
    began = time.monotonic()
    assert chat.error(chat.client(server, patience=chat.hasty), seconds=30).kind == "timeout"
    assert time.monotonic() - began < 10
