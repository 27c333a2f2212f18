"""Why a call failed: from status codes, error objects and exceptions to one kind and one line for a person."""

import email.utils
import json
import math
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mlpilot.agent.models.protocol import Endpoint, Trouble
from mlpilot.agent.models.quoting import LONGEST_LINE, Quoting, clean

LONGEST_WAIT = 3600.0
_LONGEST_SAID = 4096
_USED_UP = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_TOO_LONG = re.compile(
    r"context.?(length|window|size)|maximum context|too many tokens|(prompt|input) is too long|reduce the length"
    r"|exceeds?.{0,40}\bcontext\b|string_above_max_length",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|not a valid model|\bmodel\b.{0,120}(not found|does not exist|not exist|is not available)", re.I
)
_BAD_KEY = re.compile(r"api.?key.{0,20}(not valid|invalid|expired)|(invalid|incorrect|missing).{0,10}api.?key", re.I)
_SAYING = ("message", "msg", "detail", "code", "type", "param", "loc")
_BY_TYPE: Mapping[str, int] = {
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "insufficient_quota": 402,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "overloaded_error": 503,
    "server_error": 500,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
}
"""Words of error objects that come without a status → the status that goes with them."""


class Failure(Exception):
    """A call that failed, before it is known whether it is tried again."""

    def __init__(self, kind: Trouble, message: str, *, retry_after: float | None = None, billed: bool = False) -> None:
        super().__init__(message)
        self.kind, self.retry_after, self.billed = kind, retry_after, billed
        self.blamed: Blamed | None = None


@dataclass(frozen=True)
class Blamed:
    """What the endpoint says is wrong with the request. Not for people: it may repeat anything."""

    param: str
    """The parameter that it names; empty: none."""
    said: str


class Refusal(Exception):
    """A status that is no success."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers, self.body = status, headers, body


class Oversized(Exception):
    """A body that is longer than any reply."""


@dataclass(frozen=True)
class Diagnosing:
    """Tells what went wrong with a call to one endpoint."""

    endpoint: Endpoint
    quoting: Quoting

    @property
    def who(self) -> str:
        """The endpoint's server, for a person."""
        return clean(self.endpoint.engine, 60)

    @property
    def where(self) -> str:
        """Its host and port."""
        try:
            parts = urlsplit(self.endpoint.base_url)
            return clean(f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname), 80)
        except ValueError:
            return "its address"

    def refusal(self, refusal: Refusal) -> Failure:
        """From a status code with its headers and the beginning of its body."""
        if 300 <= refusal.status < 400:
            return self._redirect(refusal.headers.get("location", ""))
        try:
            value = json.loads(refusal.body.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError):
            value = None
        value = value[0] if isinstance(value, list) and value else value
        # {"error": …}, as Google's in a list; FastAPI's {"detail": …}; or the error itself
        error = (value.get("error") or value.get("detail") or value) if isinstance(value, dict) else value
        return self._by_status(refusal.status, error, retry_after(refusal.headers))

    def complaint(self, error: object) -> Failure:
        """From an error object that came under a status that is a success."""
        return self._by_status(_status_of(error), error, None, shown=False)

    def _redirect(self, location: str) -> Failure:
        try:
            host = self.quoting.quote(urlsplit(location).hostname)
        except ValueError:
            host = ""
        to = f" ({host[:60]})" if host else ""
        say = f"{self.who} points to another address{to}, which is not followed: if that is right, set it as base URL"
        return Failure("redirect", clean(say))

    def _by_status(self, status: int, error: object, wait: float | None, shown: bool = True) -> Failure:
        fields = error if isinstance(error, dict) else {}
        message = fields.get("message", error if isinstance(error, str) else None)
        words = {_plain(fields.get(name)).lower() for name in ("code", "type")}
        said = _said(error)
        kind = _kind(status, words, said)
        quote = "" if kind == "key" else self.quoting.quote(message)
        say = self._say(kind, wait) + (f" (status {status})" if shown else "") + (f": {quote}" if quote else "")
        failure = Failure(kind, clean(say), retry_after=wait)
        if status in (400, 422):
            failure.blamed = Blamed(_plain(fields.get("param")), said)
        return failure

    def _say(self, kind: Trouble, wait: float | None) -> str:
        model, has_key = clean(self.endpoint.model, 60), self.endpoint.key is not None
        return {
            "key": f"{self.who} does not accept the key: check it" if has_key else f"{self.who} asks for a key",
            "no model": f"{self.who} has no model {model} at this address: check its name and the base URL",
            "quota": f"the credit at {self.who} is used up",
            "rate": f"{self.who} gets too many requests" + (f" and asks to wait {wait:.0f} s" if wait else ""),
            "too long": f"the prompt and its reply do not fit {model} at {self.who}",
            "server": f"{self.who} has an error of its own",
            "timeout": f"{self.who} gave up waiting",
        }.get(kind, f"{self.who} refuses the request")

    def exception(self, error: BaseException, *, began: bool) -> Failure:
        """From what the HTTP client raised; `began`: after the reply had begun."""
        import httpx2

        chain = list(_chain(error))
        for one in chain:
            if isinstance(one, Refusal):
                return self.refusal(one)
            if isinstance(one, Oversized):
                return self.no_reply("it is longer than any reply", billed=began)
            if isinstance(one, httpx2.DecodingError):
                return self.no_reply("it is compressed, and damaged", billed=began)
        if began and not any(isinstance(one, httpx2.TransportError | OSError) for one in chain):
            return self.no_reply(f"the client failed on it ({type(error).__name__})", billed=True)
        if any(isinstance(one, httpx2.RemoteProtocolError) and not _is_closed(one) for one in chain):
            return self.no_reply("it is no HTTP", billed=began)
        if not began and any(isinstance(one, httpx2.ReadTimeout | httpx2.WriteTimeout) for one in chain):
            return Failure("timeout", clean(f"{self.who} took no request or gave no reply in time"), billed=True)
        return Failure("connection", self._unreached(chain, began), billed=began)

    def _unreached(self, chain: list[BaseException], began: bool) -> str:
        import httpx2

        for one in chain:
            if isinstance(one, socket.gaierror | UnicodeError):
                return clean(f"{self.where} is not known: is there a network, and is the name right?")
            if isinstance(one, ConnectionRefusedError):
                return clean(f"nothing listens at {self.where}: is {self.who} running?")
            if isinstance(one, ssl.SSLCertVerificationError):
                return clean(f"the certificate of {self.where} cannot be trusted")
            if isinstance(one, ssl.SSLError):
                return clean(f"{self.where} does not speak TLS as it should")
            if isinstance(one, httpx2.ConnectTimeout):
                return clean(f"{self.where} cannot be reached: no connection in time")
            if isinstance(one, httpx2.ProxyError):
                return clean(f"the proxy does not lead to {self.where}")
            if isinstance(one, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
                return clean(f"{self.where} is no address that can be asked: it begins with http:// or https://")
        return clean(f"the connection to {self.where} broke off" + (" amid the reply" if began else ""))

    def cut(self) -> Failure:
        """A stream that ended too early."""
        return Failure("connection", clean(f"{self.who} broke off amid its reply"), billed=True)

    def no_reply(self, what: str, *, billed: bool) -> Failure:
        """Something else than a chat completion; `what` goes on after "it is" or "it has"."""
        say = clean(f"what {self.who} sent is no reply: {what}", LONGEST_LINE - 60)
        return Failure("not a reply", f"{say}; does {self.where} speak chat.completions?"[:LONGEST_LINE], billed=billed)

    def silence(self, seconds: float) -> Failure:
        """Nothing came for so long, amid a reply."""
        return Failure("timeout", clean(f"{self.who} fell silent amid its reply, for {seconds:.0f} s"), billed=True)

    def late(self, seconds: float, *, billed: bool) -> Failure:
        """The time for the whole call is up."""
        return Failure("timeout", clean(f"{self.who} did not finish within {seconds:.0f} s"), billed=billed)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait, within reason; None: it does not say."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_WAIT)
    try:
        moment = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        return min(max(moment.timestamp() - time.time(), 0.0), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _kind(status: int, words: set[str], said: str) -> Trouble:
    if status == 402 or (status == 429 and words & _USED_UP):
        return "quota"
    if status in (401, 403) or (status == 400 and _BAD_KEY.search(said)):
        return "key"
    if status == 404 or (status in (400, 422) and _NO_MODEL.search(said)):
        return "no model"
    if status == 413 or (status in (400, 422, 500) and _TOO_LONG.search(said)):
        return "too long"
    if status in (408, 429):
        return "rate" if status == 429 else "timeout"
    return "refused" if 400 <= status < 500 else "server"


def _status_of(error: object) -> int:
    """The status that an error object stands for."""
    fields = error if isinstance(error, dict) else {}
    for name in ("status", "code", "type"):
        value = fields.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and 400 <= value < 600:
            return value
        if isinstance(value, str) and value.lower() in _BY_TYPE:
            return _BY_TYPE[value.lower()]
    return 500


def _said(error: object) -> str:
    """What an error object says in words of its own: elsewhere, it may repeat the request."""
    if isinstance(error, list):
        return " ".join(_said(one) for one in error[:10] if isinstance(one, dict))
    if isinstance(error, dict):
        return " ".join(_plain(error.get(name)) for name in _SAYING)
    return _plain(error)


def _plain(value: object) -> str:
    """Words and numbers, and lists of them; no deeper, for that may be too deep."""
    if isinstance(value, list):
        return " ".join(_plain(one) for one in value[:20] if not isinstance(one, list))
    return str(value)[:_LONGEST_SAID] if isinstance(value, str | int) else ""


def _is_closed(error: BaseException) -> bool:
    """Whether the peer hung up, as opposed to having sent something that is no HTTP."""
    return "disconnected" in str(error) or "closed connection" in str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it."""
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__
