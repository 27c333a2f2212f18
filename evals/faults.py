"""The ways in which an endpoint misbehaves, as data: each writes its misbehaviour to the connection.

Not among them, for no server answers: a refused connection and an unknown name; and `ScriptedServer.stop` makes an
endpoint that dies and returns.
"""

import gzip
from collections.abc import Callable, Iterator
from functools import cache

from mlpilot.agent.models.protocol import Trouble
from mlpilot.evals.scripted import Fault, Peer

LONG = 600.0
"""Seconds: longer than any client should wait."""
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Network login</h1></body></html>"
HUGE = 50 << 20
"""Bytes of a reply that no model wrote."""
_BLOCK = "lorem ipsum " * 4000


def status(number: int, message: str, kind: Trouble, retry_after: str | None = None, code: str | None = None) -> Fault:
    """An error status with an error object."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    name = f"{number} {kind}" + ("" if retry_after is None else f", retry after {retry_after}")
    return Fault(name, kind, lambda peer: peer.error(number, message, headers, code=code))


def redirect(to: str, number: int = 307) -> Fault:
    """A redirect to another address."""
    return Fault(f"{number} redirect", "redirect", lambda peer: peer.body(number, "text/plain", b"", {"Location": to}))


def under_200(name: str, content_type: str | None, data: bytes) -> Fault:
    """Something that is no completion, with a status that says it is one."""

    def act(peer: Peer) -> None:
        peer.head(200, content_type)
        peer.raw(data)

    return Fault(name, "not a reply", act)


def shaped(name: str, value: object) -> Fault:
    """JSON of a shape that no completion has, as an event or as a document, as was asked for."""

    def act(peer: Peer) -> None:
        if peer.streams:
            peer.head(200, "text/event-stream")
            peer.event(value)
            peer.done()
        else:
            peer.json(value)

    return Fault(name, "not a reply", act)


def error_under_200(name: str, kind: Trouble, error: object) -> Fault:
    """An error object with status 200."""
    return Fault(name, kind, shaped(name, {"error": error}).act)


def _slow_headers(peer: Peer) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Padding: " + b"x" * 10_000:
        peer.raw(bytes([letter]))
        peer.wait(0.1)


def _stall(peer: Peer) -> None:
    _begin(peer)
    peer.wait(LONG)


def _stall_before_headers(peer: Peer) -> None:
    peer.wait(LONG)


def _drip(peer: Peer) -> None:
    _begin(peer)
    while True:
        if peer.streams:
            peer.chunk({"content": "x"})
        else:
            peer.raw(b" ")
        peer.wait(0.1)


def _begin(peer: Peer) -> None:
    """The first half of a reply."""
    if peer.streams:
        peer.head(200, "text/event-stream")
        peer.chunk({"role": "assistant", "content": "Half of "})
    else:
        peer.head(200, "application/json", {"Content-Length": "5000"})
        peer.raw(b'{"choices": [{"index": 0, "message": {"content": "Half of ')


def _cut_chunked(peer: Peer) -> None:
    """Break off amid a chunk of the HTTP transfer."""
    peer.head(200, "text/event-stream" if peer.streams else "application/json", {"Transfer-Encoding": "chunked"})
    peer.raw(b'1000\r\ndata: {"choices": [{"index": 0, "delta": {"content": "Half')


def _hang_up(peer: Peer) -> None:
    """Close the connection with no answer."""


def _blocks() -> Iterator[str]:
    while True:
        yield _BLOCK


def _endless(peer: Peer) -> None:
    peer.head(200, "text/event-stream" if peer.streams else "application/json")
    if not peer.streams:
        peer.raw(b'{"choices": [{"index": 0, "message": {"content": "')
    for block in _blocks():
        if peer.streams:
            peer.chunk({"content": block})
        else:
            peer.raw(block.encode())
        peer.wait(0)


def _fifty_megabytes(peer: Peer) -> None:
    text = _BLOCK * (HUGE // len(_BLOCK))
    if peer.streams:
        peer.head(200, "text/event-stream")
        peer.chunk({"content": text}, "stop")
        peer.done()
    else:
        peer.completion({"content": text})


def _endless_headers(peer: Peer) -> None:
    peer.raw(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        peer.raw(f"X-{number}: {'x' * 1000}\r\n".encode())
        peer.wait(0)


@cache
def _bomb(before: bytes, after: bytes) -> bytes:
    """A few bytes that grow."""
    return gzip.compress(before + b"a" * HUGE + after, compresslevel=1)


def _gzip_bomb(peer: Peer) -> None:
    before, after = b'{"choices": [{"index": 0, "message": {"content": "', b'"}, "finish_reason": "stop"}]}'
    if peer.streams:
        before, after = b"data: " + before, after + b"\n\ndata: [DONE]\n\n"
    kind = "text/event-stream" if peer.streams else "application/json"
    peer.body(200, kind, _bomb(before, after), {"Content-Encoding": "gzip"})


def _bomb_in_error(peer: Peer) -> None:
    data = _bomb(b'{"error": {"message": "', b'"}}')
    peer.body(500, "application/json", data, {"Content-Encoding": "gzip"})


def _invalid_utf8(peer: Peer) -> None:
    """No JSON at all, made of bytes that are no text."""
    peer.head(200, "text/event-stream" if peer.streams else "application/json")
    peer.raw(b"data: \xff\xfe\x80\xc3\x28{\n\n" if peer.streams else b"\xff\xfe\x80\xc3\x28{")


def _nested(depth: int) -> Callable[[Peer], None]:
    def act(peer: Peer) -> None:
        value = b"[" * depth + b"]" * depth
        body = b'{"choices": ' + value + b"}"
        peer.head(200, "text/event-stream" if peer.streams else "application/json")
        peer.raw(b"data: " + body + b"\n\ndata: [DONE]\n\n" if peer.streams else body)

    return act


STATUSES = (
    status(401, "Incorrect API key provided", "key", code="invalid_api_key"),
    status(403, "You may not use this", "key"),
    status(404, "The model does not exist", "no model", code="model_not_found"),
    status(402, "Payment required", "quota"),
    status(429, "You exceeded your current quota", "quota", code="insufficient_quota"),
    status(429, "Rate limit reached", "rate"),
    status(429, "Rate limit reached", "rate", "1"),
    status(429, "Rate limit reached", "rate", "3000"),
    status(400, "This model's maximum context length is 8192 tokens", "too long", code="context_length_exceeded"),
    status(400, "We do not serve such requests", "refused"),
    status(500, "Internal error", "server"),
    status(503, "Overloaded", "server"),
)
SLOW = (
    Fault("slow headers", "timeout", _slow_headers),
    Fault("stall before headers", "timeout", _stall_before_headers),
    Fault("stall mid-stream", "timeout", _stall),
    Fault("slow drip", "timeout", _drip),
)
BROKEN = (
    Fault("hang up", "connection", _hang_up),
    Fault("cut stream", "connection", _begin),
    Fault("cut amid a chunk", "connection", _cut_chunked),
)
LARGE = (
    Fault("50 MB reply", "not a reply", _fifty_megabytes),
    Fault("endless reply", "not a reply", _endless),
    Fault("endless headers", "not a reply", _endless_headers),
    Fault("gzip bomb", "not a reply", _gzip_bomb),
    Fault("gzip bomb in an error", "server", _bomb_in_error),
)
WRONG = (
    under_200("HTML page", "text/html", HTML),
    under_200("HTML page in a stream", "text/event-stream", HTML),
    under_200("HTML page as JSON", "application/json", HTML),
    under_200("plain text", "text/plain", b"Hello."),
    under_200("no content type", None, b'{"choices": [{"index": 0, "message": {"content": "Hello."}}]}'),
    under_200("empty body in a stream", "text/event-stream", b""),
    under_200("empty body", "application/json", b""),
    under_200("only the end of a stream", "text/event-stream", b"data: [DONE]\n\n"),
    Fault("invalid UTF-8", "not a reply", _invalid_utf8),
    shaped("empty choices", {"id": "c", "choices": []}),
    shaped("no choices", {"id": "c"}),
    shaped("a list", [1, 2, 3]),
    shaped("null", None),
    shaped("a number", 42),
    shaped("choices of a wrong type", {"choices": {"0": "Hello."}}),
    shaped("a choice of a wrong type", {"choices": [7]}),
    shaped("a message of a wrong type", {"choices": [{"index": 0, "message": "Hello.", "delta": "Hello."}]}),
    shaped("text of a wrong type", {"choices": [{"index": 0, "message": {"content": 7}, "delta": {"content": 7}}]}),
    Fault("deeply nested", "not a reply", _nested(100_000)),
    Fault("no HTTP", "not a reply", lambda peer: peer.raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
)
UNDER_200 = (
    error_under_200("error object under 200", "server", {"message": "The server had an error", "type": "server_error"}),
    error_under_200("error text under 200", "server", "something went wrong"),
    error_under_200("429 under 200", "rate", {"message": "Slow down", "code": 429}),
    error_under_200("key error under 200", "key", {"message": "Bad key", "type": "authentication_error"}),
    Fault("bare error in a stream", "server", under_200("", "text/event-stream", b'{"error": "it fell over"}').act),
)
FAULTS = (*STATUSES, *SLOW, *BROKEN, *LARGE, *WRONG, *UNDER_200)
"""All that need no other server."""
