"""What an endpoint can do, learnt by doing: what it refuses is left out of the next request, and that is remembered.

Servers and models differ in which parameters of `chat.completions` they take, and few of them say so beforehand.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.models.protocol import Endpoint, Message
from mlpilot.agent.models.trouble import Blamed

TEMPERATURE = 0.3
"""For local models, which write better code when they stay near their best guess."""
_VERSION, _MOST_REMEMBERED = 1, 200
_LIMITS = ("max_tokens", "max_completion_tokens", "")
"""Names for the tokens that a reply may have; the empty one: no limit is sent."""
_AT_MOST = re.compile(r"at most `?(\d{2,9})`? (?:completion|output) tokens|max(?:_\w+)?_tokens\b.{0,40}<= `?(\d{2,9})")


@dataclass(frozen=True)
class Capabilities:
    """What is put into a request."""

    stream: bool = True
    stream_usage: bool = True
    limit: str = "max_tokens"
    """What the endpoint calls it; one of three."""
    most_tokens: int = 0
    """The largest limit that it takes; 0: not known."""
    temperature: bool = True
    system: bool = True
    schema: bool = True
    """It can hold the model to a JSON Schema."""


def first_guess(endpoint: Endpoint) -> Capabilities:
    """Before anything was learnt."""
    try:
        host = urlsplit(endpoint.base_url).hostname or ""
    except ValueError:
        host = ""
    own = f".{host}".endswith((".openai.com", ".openai.azure.com"))
    # Remote models that think refuse a temperature, and the others have one of their own that suits them.
    # A schema is a help for small models, and in the way of those that think first.
    return Capabilities(limit=_LIMITS[1] if own else _LIMITS[0], temperature=endpoint.local, schema=endpoint.local)


def compose(
    endpoint: Endpoint,
    messages: Sequence[Message],
    reply_tokens: int,
    able: Capabilities,
    schema: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """The body of a request."""
    body: dict[str, object] = {"model": endpoint.model, "messages": _written(messages, able.system)}
    if able.limit:
        body[able.limit] = min(reply_tokens, able.most_tokens or reply_tokens)
    if able.temperature:
        body["temperature"] = TEMPERATURE
    if able.schema and schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(schema)}}
    if able.stream:
        body["stream"] = True
        if able.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def _written(messages: Sequence[Message], system: bool) -> list[dict[str, str]]:
    """Messages as they are sent; where there is no system role, its text comes first in the person's."""
    # Half a surrogate pair, as damaged data has them, cannot be sent.
    texts = [{"role": one.role, "content": one.content.encode(errors="replace").decode()} for one in messages]
    if system:
        return texts
    rules = [text["content"] for text in texts if text["role"] == "system"]
    others = [text for text in texts if text["role"] != "system"]
    if rules and not (others and others[0]["role"] == "user"):
        others.insert(0, {"role": "user", "content": ""})
    if rules:
        others[0] = {"role": "user", "content": "\n\n".join([*rules, others[0]["content"]]).rstrip()}
    return others


@dataclass(frozen=True)
class _Remedy:
    """What to leave out when the endpoint names it."""

    param: re.Pattern[str]
    """The parameter, as an error object names it."""
    words: re.Pattern[str]
    """In a message that names no parameter."""
    change: Mapping[str, Any]


def _remedy(param: str, words: str, **change: Any) -> _Remedy:
    return _Remedy(re.compile(param), re.compile(words, re.IGNORECASE), change)


_REMEDIES = (
    _remedy(r"stream_options.*", r"stream_options|include_usage", stream_usage=False),
    _remedy(r"stream", r"\bstream(ing)?\b", stream=False),
    _remedy(r"temperature", r"\btemperature\b", temperature=False),
    _remedy(r"response_format.*", r"response_format|json_schema|\bgrammar\b", schema=False),
    _remedy(r"messages.*role", r"\bsystem\b.{0,30}\b(role|message)|\brole\b.{0,60}\bsystem\b", system=False),
)


def adapted(able: Capabilities, blamed: Blamed, tried: set[Capabilities], reply_tokens: int) -> Capabilities | None:
    """How to ask instead, where the endpoint has named what it refuses and that was not tried yet."""
    return next((other for other in _others(able, blamed, reply_tokens) if other not in tried), None)


def _others(able: Capabilities, blamed: Blamed, reply_tokens: int) -> Iterator[Capabilities]:
    if able.limit and (blamed.param == able.limit or re.search(rf"\b{able.limit}\b", blamed.said)):
        most = _AT_MOST.search(blamed.said)
        if most and 0 < (tokens := int(most[1] or most[2])) < reply_tokens:
            yield replace(able, most_tokens=tokens)
        yield from (replace(able, limit=name) for name in _LIMITS)
    for remedy in _REMEDIES:
        if remedy.param.fullmatch(blamed.param) if blamed.param else remedy.words.search(blamed.said):
            yield replace(able, **remedy.change)


class Memory:
    """Capabilities by address and model, in a file where one is given; a damaged file is begun anew."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = _read(path) if path else {}

    def of(self, endpoint: Endpoint) -> Capabilities:
        """What was learnt of an endpoint, else a first guess."""
        return self._known.get(_name(endpoint)) or first_guess(endpoint)

    def learn(self, endpoint: Endpoint, able: Capabilities) -> None:
        """Remember what worked."""
        with self._lock:
            if able == self.of(endpoint):
                return
            self._known[_name(endpoint)] = able
            if self._path is None:
                return
            # Another process may have learnt of other endpoints meanwhile.
            known = {**_read(self._path), _name(endpoint): able}
            kept = dict(list(known.items())[-_MOST_REMEMBERED:])
            content = {"version": _VERSION, "endpoints": {name: asdict(one) for name, one in kept.items()}}
            with suppress(OSError):  # it will be learnt again: no reason to lose a reply
                write_atomically(self._path, json.dumps(content, indent=1) + "\n")


def _name(endpoint: Endpoint) -> str:
    """Address and model, without what an address may hold of a password or a key."""
    try:
        parts = urlsplit(endpoint.base_url)
        address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        address = ""
    return f"{endpoint.model} {address}"


def _read(path: Path) -> dict[str, Capabilities]:
    """What a file holds; nothing where it is missing, damaged, or of another version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            return {}
        known = {str(name): _record(record) for name, record in content["endpoints"].items()}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
    return {name: record for name, record in known.items() if record is not None}


def _record(value: Any) -> Capabilities | None:
    """A record, where each field is there and of its type."""
    types = {field.name: type(field.default) for field in fields(Capabilities)}
    if not isinstance(value, dict) or {name: type(one) for name, one in value.items()} != types:
        return None
    able = Capabilities(**value)
    return able if able.limit in _LIMITS and able.most_tokens >= 0 else None
