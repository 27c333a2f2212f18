"""What a chat endpoint sends in answer to a request, read strictly from its bytes: a stream of events, or one document.

The rules: what is not JSON, or not an object, or has a field of a wrong type where the reply stands, is `Malformed`.
An object that has nothing to say about the first choice is passed over. An error object under status 200 is a
`Complaint`. A stream that ends before it said so is `Cut`. Bytes that are not UTF-8 are replaced.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mlpilot.agent.models.thinking import without_thinking

LARGEST_EVENT = 1 << 20
"""Bytes of one event of a stream."""
_HEAD = 1 << 16
"""Bytes kept of a stream that has no events yet: it may be a document after all."""


class Malformed(Exception):
    """It is no chat completion; the message goes on after "it is" or "it has"."""


class Cut(Exception):
    """The stream ended amid the reply."""


class Complaint(Exception):
    """The endpoint sent an error instead of (the rest of) a reply."""

    def __init__(self, error: object) -> None:
        super().__init__("an error object")
        self.error = error


@dataclass
class Answer:
    """What was gathered of a reply."""

    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    """Thinking that came apart from the text."""
    finish: str | None = None
    """As the endpoint calls it; None: it has not said."""
    usage: Mapping[str, object] | None = None
    chosen: bool = False
    """A choice has been seen, be it empty."""

    def parts(self) -> tuple[str, str]:
        """The text, and all the thinking."""
        text, thought = without_thinking(_mended("".join(self.content)))
        return text, _mended("".join(self.reasoning)) + thought

    def reason(self) -> Literal["stop", "length", "filter"]:
        """Why it ended."""
        return _REASONS.get(self.finish or "", "stop")


_REASONS: Mapping[str, Literal["stop", "length", "filter"]] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
}


class Reading(Protocol):
    """Reads one body as it comes."""

    answer: Answer
    done: bool
    """It has said all: what comes after is of no interest."""

    def feed(self, data: bytes) -> str:
        """Take the next bytes; the text in them. Raises `Malformed` and `Complaint`."""

    def close(self) -> None:
        """Nothing more comes. Raises `Malformed`, `Complaint` and `Cut`."""


def reading(content_type: str) -> Reading:
    """The reader for a body of this type, whatever was asked for. Raises `Malformed` for any other type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return EventStream()
    if kind == "application/json":
        return Document()
    raise Malformed(f"it is of another type ({kind[:40]})" if kind else "it is of no known type")


class EventStream:
    """Server-sent events, each with one chunk of the reply."""

    def __init__(self) -> None:
        self.answer, self.done = Answer(), False
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._is_error = False
        self._events = 0
        self._head = bytearray()

    def feed(self, data: bytes) -> str:
        """Take the next bytes; the text in them."""
        if not self._events and len(self._head) < _HEAD:
            self._head += data[:_HEAD]
        texts: list[str] = []
        lines = data.split(b"\n")
        for ending in lines[:-1]:
            line = bytes(self._line) + ending
            self._line.clear()
            texts.append(self._take_line(line.removesuffix(b"\r")))
            if self.done:
                return "".join(texts)
        self._line += lines[-1]
        if len(self._line) > LARGEST_EVENT:
            raise Malformed("it has an endless line")
        return "".join(texts)

    def _take_line(self, line: bytes) -> str:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name.removeprefix(b"\xef\xbb\xbf") == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > LARGEST_EVENT:
                raise Malformed("it has an endless event")
        elif name == b"event":
            self._is_error = value == b"error"
        return ""

    def _dispatch(self) -> str:
        """The event is whole."""
        data, is_error = b"\n".join(self._data).strip(), self._is_error
        self._data, self._size, self._is_error = [], 0, False
        if not data:
            return ""
        self._events += 1
        if data == b"[DONE]":
            self.done = True
            return ""
        chunk = _object(data)
        if is_error:
            raise Complaint(chunk.get("error", chunk))
        return _take(self.answer, chunk, ("delta", "message"))

    def close(self) -> None:
        """Nothing more comes."""
        if self.done or self.answer.finish is not None:
            self._settle()
            return
        if not self._events and self._head.lstrip().startswith(b"{"):
            document = Document()
            document.feed(bytes(self._head))
            document.close()
            self.answer = document.answer
            return
        self._last_event()
        if not self._events:
            raise Malformed(_what_else(self._head))
        if not (self.done or self.answer.finish is not None):
            raise Cut
        self._settle()

    def _last_event(self) -> None:
        """An event that ends with the stream instead of an empty line counts if it is whole."""
        line = bytes(self._line).removesuffix(b"\r")
        self._line.clear()
        try:
            if line:
                self._take_line(line)
            self._dispatch()
        except Malformed as error:
            raise Cut from error

    def _settle(self) -> None:
        if not self.answer.chosen or (self.answer.finish is None and not self.answer.content):
            raise Malformed("it has no choices")


class Document:
    """One JSON object with the whole reply."""

    def __init__(self) -> None:
        self.answer, self.done = Answer(), False
        self._body = bytearray()

    def feed(self, data: bytes) -> str:
        """Take the next bytes: they say nothing before all are there."""
        self._body += data
        return ""

    def close(self) -> None:
        """Nothing more comes: read it."""
        body = self._body.strip()
        if not body.removeprefix(b"\xef\xbb\xbf"):
            raise Malformed("it is empty")
        _take(self.answer, _object(bytes(body)), ("message",))
        if not self.answer.chosen or (self.answer.finish is None and not "".join(self.answer.content)):
            raise Malformed("it has no choices")


def _object(data: bytes) -> dict[str, object]:
    try:
        value = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise Malformed(_what_else(data)) from None
    if not isinstance(value, dict):
        raise Malformed("it is JSON, but no object")
    return value


def _what_else(data: bytes | bytearray) -> str:
    """What a body is that is not what it should be."""
    start = bytes(data[:1000]).lstrip().lower()
    if not start:
        return "it is empty"
    return "it is a web page" if start.startswith((b"<!doctype html", b"<html")) else "it is no JSON"


def _take(answer: Answer, chunk: Mapping[str, object], places: tuple[str, ...]) -> str:
    """Add a chunk, or a whole completion, to the answer; the text in it."""
    if error := chunk.get("error"):
        raise Complaint(error)
    if isinstance(usage := chunk.get("usage"), dict):
        answer.usage = usage
    choices = chunk.get("choices")
    if choices is None or choices == []:
        return ""
    if not isinstance(choices, list) or not isinstance(choice := choices[0], dict):
        raise Malformed("it has no list of choices")
    if choice.get("index") not in (0, None):
        return ""
    answer.chosen = True
    said: object = next((choice[place] for place in places if choice.get(place) is not None), {})
    if not isinstance(said, dict):
        raise Malformed("it has a choice that is no message")
    finish = choice.get("finish_reason")
    if finish == "error":
        raise Complaint({"message": "the model failed amid its reply", "type": "server_error"})
    if isinstance(finish, str) and finish:
        answer.finish = finish
    # Of two names for the same thinking, the first that is there counts.
    thought = next((said[name] for name in ("reasoning_content", "reasoning") if isinstance(said.get(name), str)), "")
    if thought:
        answer.reasoning.append(str(thought))
    text = _text(said.get("content")) or _text(said.get("refusal"))
    if text:
        answer.content.append(text)
    return text


def _text(content: object) -> str:
    """Text, or the text among parts of several types."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise Malformed("it has text that is no text")
    texts = [part.get("text") for part in content if part.get("type") in ("text", "output_text")]
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("it has text that is no text")
    return "".join(map(str, texts))


def _mended(text: str) -> str:
    """Characters that came as two halves in two chunks put together; a half alone cannot be written anywhere."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", errors="replace")
