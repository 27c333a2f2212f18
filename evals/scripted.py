"""A fake of the network peer: a real HTTP server that speaks `chat.completions`, with replies written by hand.

Everything on our side of the wire is real when a test or an evaluation talks to it: client, sockets, HTTP. There is no
model behind it, so it says nothing of how well a model does. It misbehaves on demand, see `faults`.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from mlpilot.agent.models.protocol import Trouble, tokens

MODEL = "scripted-1"
PIECE = 24
"""Characters of text in one event of a stream."""


@dataclass(frozen=True)
class Recorded:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes
    moment: float
    """On the monotonic clock."""

    @property
    def json(self) -> dict[str, Any]:
        """The body, read; empty where it is no object."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def holds(self, words: str) -> bool:
        """Whether anything in the request has these words, as they are or escaped as in JSON."""
        everything = self.body + self.path.encode() + repr(dict(self.headers)).encode()
        return words.encode() in everything or json.dumps(words)[1:-1].encode() in everything


@dataclass(frozen=True)
class Fault:
    """One way to misbehave."""

    name: str
    kind: Trouble
    """What a client should make of it."""
    act: Callable[["Peer"], None]


@dataclass
class ScriptedServer:
    """Serves while used as a context manager, or between `start` and `stop`; then again on the same port."""

    reply: Callable[[dict[str, Any]], str] = lambda _request: "Hello."
    """From the body of a request to the text of the reply."""
    fault: Callable[[int, dict[str, Any]], Fault | None] = lambda _number, _request: None
    """From the number of a call for a completion (0, 1, …) and its body to how to misbehave; None: not at all."""
    stream_usage: bool = True
    """Usage is told at the end of a stream, where it is asked for."""
    refuses: frozenset[str] = frozenset()
    """Names of parameters that it answers with status 400; `system` is the role of that name."""
    names_param: bool = True
    """It says which parameter it refuses in a field of its own, too."""
    cost: float | None = None
    """US dollars, told with the usage."""
    models: Sequence[str] = (MODEL,)
    requests: list[Recorded] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server: _Server | None = None
        self._lock = threading.Lock()
        self._port = 0

    @property
    def port(self) -> int:
        """Where it serves; the same after a stop."""
        return self._port

    @property
    def base_url(self) -> str:
        """Its address, as a client takes it."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def asked(self) -> list[Recorded]:
        """The requests for a completion."""
        return [request for request in self.requests if request.method == "POST"]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve."""
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), name="scripted", daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody, and refuse connections from now on."""
        server, self._server = self._server, None
        if server is not None:
            server.halt()

    def note(self, request: Recorded) -> int:
        """Record a request; the number of its call for a completion."""
        with self._lock:
            self.requests.append(request)
            return len(self.asked) - 1


class _Server(ThreadingHTTPServer):
    """The listening socket and the connections of one start."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], script: ScriptedServer) -> None:
        self.script, self.stopping = script, threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Keep hold of the connection until it is shut."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection is over."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what is not merely a client that hung up, with which most faults end."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def halt(self) -> None:
        """Stop listening, and shut what is open."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Peer:
    """Our end of one connection, with one request on it: what a reply or a fault writes to."""

    def __init__(self, handler: "_Handler", request: dict[str, Any]) -> None:
        self.request = request
        self._handler = handler
        self._stopping = handler.server.stopping

    @property
    def streams(self) -> bool:
        """Whether a stream was asked for."""
        return self.request.get("stream") is True

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def wait(self, seconds: float) -> None:
        """Do nothing; ends early when the server stops."""
        if self._stopping.wait(seconds):
            raise ConnectionAbortedError

    def head(self, status: int, content_type: str | None, headers: Mapping[str, str] | None = None) -> None:
        """Status and headers of a reply that goes on until the connection is closed."""
        lines = [f"HTTP/1.1 {status} {status}", "Connection: close"]
        lines += [f"Content-Type: {content_type}"] if content_type else []
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def body(self, status: int, content_type: str, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        """A whole reply."""
        self.head(status, content_type, {"Content-Length": str(len(data)), **(headers or {})})
        self.raw(data)

    def json(self, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A whole reply in JSON."""
        self.body(status, "application/json", json.dumps(value).encode(), headers)

    def error(self, status: int, message: str, headers: Mapping[str, str] | None = None, **more: object) -> None:
        """An error object as OpenAI writes it."""
        fields = {"message": message, "type": "invalid_request_error", "param": None, "code": None, **more}
        self.json({"error": fields}, status, headers)

    def event(self, value: object) -> None:
        """One event of a stream."""
        self.raw(b"data: " + json.dumps(value).encode() + b"\n\n")

    def chunk(self, delta: Mapping[str, object] | None = None, finish: str | None = None, **more: object) -> None:
        """One event with a piece of the reply."""
        choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
        self.event({"id": "c", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice], **more})

    def done(self) -> None:
        """The end of a stream."""
        self.raw(b"data: [DONE]\n\n")

    def completion(self, message: Mapping[str, object], finish: str = "stop", **more: object) -> None:
        """A whole completion, in the form that was asked for."""
        if not self.streams:
            choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
            self.json({"id": "c", "object": "chat.completion", "model": MODEL, "choices": [choice], **more})
            return
        self.head(200, "text/event-stream")
        self.chunk({"role": "assistant", "content": ""})
        for piece in _pieces(message):
            self.chunk(piece)
        self.chunk(finish=finish)
        if more:
            self.event({"id": "c", "object": "chat.completion.chunk", "model": MODEL, "choices": [], **more})
        self.done()


def _pieces(message: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    """A message as deltas."""
    for name, value in message.items():
        if isinstance(value, str):
            yield from ({name: value[at : at + PIECE]} for at in range(0, len(value), PIECE))
        else:
            yield {name: value}


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models."""
        self._record(b"")
        peer = Peer(self, {})
        if self.path.rstrip("/") == "/v1/models":
            listed = [{"id": name, "object": "model", "owned_by": "mlpilot"} for name in self.server.script.models]
            peer.json({"object": "list", "data": listed})
        else:
            peer.error(404, "no such page")
        self.close_connection = True

    def do_POST(self) -> None:
        """A completion, or a fault."""
        self.close_connection = True
        script = self.server.script
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = self._record(body)
        request = script.requests[-1].json if number < 0 else script.asked[number].json
        peer = Peer(self, request)
        with suppress(ConnectionError):  # the client has left, or the server stops
            if fault := script.fault(number, request):
                fault.act(peer)
            elif self.path != "/v1/chat/completions":
                peer.error(404, "no such page")
            elif not _refuse(script, peer):
                _complete(script, peer)

    def _record(self, body: bytes) -> int:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.script.note(Recorded(self.command, self.path, headers, body, time.monotonic()))


def _refuse(script: ScriptedServer, peer: Peer) -> bool:
    """Whether the request has something that this server refuses, or no model that it has; then it has said so."""
    request = peer.request
    if request.get("model") not in script.models:
        peer.error(404, f"The model '{request.get('model')}' does not exist", code="model_not_found")
        return True
    has_system = any(message.get("role") == "system" for message in request.get("messages", []))
    for name in sorted(script.refuses):
        if name in request or (name == "system" and has_system):
            param = "messages[0].role" if name == "system" else name
            word = "the system role" if name == "system" else name
            message = f"Unsupported parameter: {word} is not supported with this model."
            peer.error(400, message, param=param if script.names_param else None)
            return True
    return False


def _complete(script: ScriptedServer, peer: Peer) -> None:
    """The reply of the script, with its usage."""
    request, text = peer.request, script.reply(peer.request)
    asked = (request.get("stream_options") or {}).get("include_usage")
    more: dict[str, Any] = {}
    if not peer.streams or (asked and script.stream_usage):
        prompt = sum(tokens(str(message.get("content"))) for message in request.get("messages", []))
        usage: dict[str, object] = {"prompt_tokens": prompt, "completion_tokens": tokens(text)}
        more["usage"] = {**usage, "total_tokens": prompt + tokens(text)} | (
            {"cost": script.cost} if script.cost else {}
        )
    peer.completion({"content": text}, **more)
