"""One request to an endpoint and what comes back, in a thread of its own, so that nothing a peer does holds us up.

    thread:  request → head → piece → piece → … → end, or what broke it      (through the openai client)
    caller:  takes them one by one, waits as long as it likes, and may leave at any time

When the caller leaves, the connection is shut down under the thread, which then ends; a thread that hangs in a name
server's answer ends when that comes, and sends nothing any more.
"""

import queue
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.models.trouble import Oversized, Refusal

if TYPE_CHECKING:
    import httpx2

THREAD = "mlpilot-exchange"
LARGEST_BODY, LARGEST_ERROR = 4 << 20, 1 << 16
"""Bytes, decompressed: of a reply, and of what is read of an error."""
_WRITE_SECONDS, _LEAVE_SECONDS = 30.0, 0.2
_HEADERS = frozenset(
    {
        "host",
        "accept",
        "connection",
        "content-length",
        "content-type",
        "transfer-encoding",
        # The openai client reads this one again when the response is there.
        "x-stainless-raw-response",
    }
)
"""All that is sent of what the client would send: not the person's machine, organisation or environment."""
_HEADERS_FOR_OPENAI = _HEADERS | {"openai-organization", "openai-project"}


class Silent(Exception):
    """Nothing came in time."""


class Broken(Exception):
    """The exchange ended with an error."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class _Left(Exception):
    """The caller has left."""


class Exchange:
    """A request under way; a context manager that lets go of it."""

    def __init__(self, endpoint: Endpoint, body: Mapping[str, object], *, connect: float, seconds: float) -> None:
        self._endpoint, self._body = endpoint, body
        self._connect, self._seconds = connect, seconds
        self._events: queue.SimpleQueue[str | bytes | BaseException | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._left = self._connected = False
        self.sent = False
        """The whole request has gone out."""
        self._thread = threading.Thread(target=self._work, name=THREAD, daemon=True)

    def __enter__(self) -> Self:
        try:
            self._thread.start()
        except RuntimeError as error:  # the machine has no thread to spare
            self._events.put(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        if self._connected:  # else it may hang where it cannot be reached
            self._thread.join(_LEAVE_SECONDS)

    def head(self, seconds: float) -> str:
        """The content type, once the reply begins. Raises `Silent` and `Broken`."""
        event = self._next(seconds)
        assert isinstance(event, str)  # the first event, unless it broke
        return event

    def piece(self, seconds: float) -> bytes | None:
        """The next bytes of the body, decompressed; None: that was all. Raises `Silent` and `Broken`."""
        event = self._next(seconds)
        assert not isinstance(event, str)
        return event

    def _next(self, seconds: float) -> str | bytes | None:
        try:
            event = self._events.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            raise Silent from None
        if isinstance(event, BaseException):
            raise Broken(event)
        return event

    def leave(self) -> None:
        """Shut the connection down, from any thread."""
        with self._lock:
            self._left = True
            held, self._socket = self._socket, None
        if held is not None:
            with suppress(OSError):  # the peer was faster
                held.shutdown(socket.SHUT_RDWR)
            held.close()

    def _work(self) -> None:
        try:
            self._talk()
            self._events.put(None)
        except BaseException as error:  # noqa: BLE001  whatever it is, the caller judges it: in this thread nobody would
            self._events.put(error)
        finally:
            self.leave()

    def _talk(self) -> None:
        import httpx2
        import openai

        http = httpx2.Client(
            verify=_trusted(not self._endpoint.local),
            trust_env=not self._endpoint.local,
            # Every request has a connection of its own, which can be shut down with no harm to another.
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            event_hooks={"request": [self._prepare], "response": [self._check]},
        )
        # The key is not given to the client, which would also look for one in the environment; see _prepare.
        with openai.OpenAI(api_key="none", base_url=self._endpoint.base_url, http_client=http, max_retries=0) as client:
            ask: Any = client.chat.completions.with_streaming_response.create
            with ask(**self._body) as response:
                self._events.put(response.http_response.headers.get("content-type", ""))
                size = 0
                for piece in response.http_response.iter_bytes():
                    size += len(piece)
                    if size > LARGEST_BODY:
                        raise Oversized
                    if self._left:
                        raise _Left
                    self._events.put(piece)

    def _prepare(self, request: "httpx2.Request") -> None:
        """Decide what goes out, whatever the client or the environment would add."""
        if self._left:
            raise _Left
        allowed = _HEADERS_FOR_OPENAI if is_openai(self._endpoint.base_url) else _HEADERS
        for name in {name.lower() for name in request.headers} - allowed:
            del request.headers[name]
        key = self._endpoint.key
        request.headers["authorization"] = f"Bearer {key.reveal() if key else 'none'}"
        request.headers["accept-encoding"] = "identity"
        request.headers["user-agent"] = "mlpilot"
        request.extensions = {
            **request.extensions,
            "timeout": {
                "connect": min(self._connect, self._seconds),
                "read": self._seconds,
                "write": min(_WRITE_SECONDS, self._seconds),
                "pool": self._seconds,
            },
            "trace": self._trace,
        }

    def _check(self, response: "httpx2.Response") -> None:
        """Go no further with what is no success; read of it what may say why."""
        import httpx2

        if response.is_success:
            return
        body = bytearray()
        with suppress(httpx2.HTTPError):  # the status counts, however its explanation ends
            for piece in response.iter_bytes() if response.is_error else ():
                body += piece
                if len(body) > LARGEST_ERROR:
                    break
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise Refusal(response.status_code, headers, bytes(body[:LARGEST_ERROR]))

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Told by the HTTP client of each of its steps."""
        if name.endswith("send_request_body.complete"):
            self.sent = True
        elif name.endswith("connect_tcp.complete"):
            stream, self._connected = info["return_value"], True
            # A handle of our own on the connection: TLS takes the client's away while it shakes hands.
            handle = stream.get_extra_info("socket").dup()
            with self._lock:
                if not self._left:
                    self._socket = handle
                    return
            handle.close()
            stream.close()
            raise _Left


def is_openai(base_url: str) -> bool:
    """Whether OpenAI itself serves it."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    return host == "openai.com" or host.endswith(".openai.com")


@cache
def _trusted(trust_env: bool) -> ssl.SSLContext:
    """Certificates that are trusted; reading them takes 50 ms."""
    import httpx2

    return httpx2.create_ssl_context(trust_env=trust_env)
