"""The server of the live page: loopback only, one token, two addresses, nothing to post.

A page of another site cannot read from it (no CORS), cannot guess the token, and cannot reach it under another name:
the Host header must be the address that it listens at.
"""

import hmac
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from mlpilot.agent.report.markup import Html
from mlpilot.viewing.content import mark_of

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_MOST_WORDS = 2000


class Server(ThreadingHTTPServer):
    """Serves one run."""

    daemon_threads = True

    def __init__(
        self, run: str, page: Callable[[str], str], current: Callable[[str], tuple[str, Html]], port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.run, self.page, self.current = run, page, current
        self.token = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """Where the page is, token and all."""
        return f"http://127.0.0.1:{self.server_port}/{self.run}?token={self.token}"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 30
    server_version, sys_version = "mlpilot", ""

    def do_GET(self) -> None:
        server, asked = self.server, urlsplit(self.path[:_MOST_WORDS])
        given = parse_qs(asked.query).get("token", [""])[0]
        known_host = self.headers.get("Host") == f"127.0.0.1:{server.server_port}"
        if not known_host or not hmac.compare_digest(given.encode(), server.token.encode()):
            self._answer(403, "text/plain", "")
        elif asked.path == f"/{server.run}":
            self._answer(200, "text/html", server.page(server.run))
        elif asked.path == f"/{server.run}/content":
            self._content()
        else:
            self._answer(404, "text/plain", "there is nothing here\n")

    def _content(self) -> None:
        state, content = self.server.current(self.server.run)
        mark = mark_of(content)
        same = self.headers.get("If-None-Match") == mark
        more = {"ETag": mark, "X-Run-Status": state}
        self._answer(304 if same else 200, "text/html", "" if same else content, more)

    def _answer(self, code: int, kind: str, text: str, more: dict[str, str] | None = None) -> None:
        body = text.encode("utf-8", "replace")
        self.send_response(code)
        for name, value in {**_HEADERS, **(more or {})}.items():
            self.send_header(name, value)
        if code != 304:
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing: the token would stand in it."""
