"""JSON with comments, edited in place: what is not changed keeps its comments, its order and its layout.

VS Code's own files allow `//` and `/* */` comments and trailing commas. A `Node` knows where in the text it stands, so
an edit is a splice of the text, after which the text is read again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 200
_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = re.compile(r"[-+.\w]+")


class Malformed(ValueError):
    """The text is not JSON with comments; `line` and `column` (from 1) say where."""

    def __init__(self, what: str, text: str, at: int) -> None:
        self.line = text.count("\n", 0, at) + 1
        self.column = at - (text.rfind("\n", 0, at) + 1) + 1
        super().__init__(f"{what} at line {self.line}, column {self.column}")


@dataclass
class Node:
    """A value and where it stands: text[start:end]."""

    start: int
    end: int
    value: Any
    """Plain Python: for an object or an array, what `json.loads` would give."""
    members: "dict[str, Node]" = field(default_factory=dict)
    """Of an object; of a key that comes twice, the last one, as VS Code reads it."""
    items: "list[Node]" = field(default_factory=list)
    """Of an array."""


def read(text: str) -> Node:
    """The value in `text`. Raises `Malformed`."""
    reader = _Reader(text)
    node = reader.value(_skip(text, 0), 0)
    rest = _skip(text, node.end)
    if rest != len(text):
        raise Malformed("text after the end", text, rest)
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, at: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise Malformed("nested too deeply", self.text, at)
        match self.text[at : at + 1]:
            case "{":
                return self.object(at, depth)
            case "[":
                return self.array(at, depth)
            case '"':
                end = self.string(at)
                return Node(at, end, self.plain(at, end))
        word = _WORD.match(self.text, at)
        if word is None:
            raise Malformed("a value is missing" if at < len(self.text) else "it ends too early", self.text, at)
        return Node(at, word.end(), self.plain(at, word.end()))

    def plain(self, start: int, end: int) -> Any:
        try:
            return json.loads(self.text[start:end])
        except ValueError:
            raise Malformed("not a value of JSON", self.text, start) from None

    def string(self, at: int) -> int:
        found = _STRING.match(self.text, at)
        if found is None:
            raise Malformed("a text in double quotes is missing or does not end", self.text, at)
        return found.end()

    def object(self, start: int, depth: int) -> Node:
        members: dict[str, Node] = {}
        at = start + 1
        for at in self.elements(start, "}"):
            end = self.string(at)
            colon = _skip(self.text, end)
            if self.text[colon : colon + 1] != ":":
                raise Malformed("a colon is missing", self.text, colon)
            node = self.value(_skip(self.text, colon + 1), depth + 1)
            members[self.plain(at, end)] = node
            self.stopped = node.end
        return Node(start, self.stopped, {name: node.value for name, node in members.items()}, members=members)

    def array(self, start: int, depth: int) -> Node:
        items = []
        for at in self.elements(start, "]"):
            items.append(self.value(at, depth + 1))
            self.stopped = items[-1].end
        return Node(start, self.stopped, [node.value for node in items], items=items)

    stopped = 0
    """Where the element that was read last ended; after the last of a container, where that ended."""

    def elements(self, start: int, close: str) -> Iterator[int]:
        """Where each element of the container at `start` begins; whoever reads it says in `stopped` where it ends."""
        at = _skip(self.text, start + 1)
        while self.text[at : at + 1] != close:
            yield at
            at = _skip(self.text, self.stopped)
            if self.text[at : at + 1] == ",":
                at = _skip(self.text, at + 1)
            elif self.text[at : at + 1] != close:
                raise Malformed(f"a comma or {close} is missing", self.text, at)
        self.stopped = at + 1


def _skip(text: str, at: int) -> int:
    """The first place from `at` on that is neither blank nor in a comment."""
    end = _BLANK.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
    if text.startswith("/*", end):
        raise Malformed("a comment does not end", text, end)
    return end


def replaced(text: str, node: Node, value: Any) -> str:
    """`text` with `value` in the place of `node`."""
    return text[: node.start] + _written(text, node.start, value) + text[node.end :]


def with_member(text: str, parent: Node, name: str, value: Any) -> str:
    """`text` with a member more, at the end of the object `parent`."""
    last = max(parent.members.values(), key=lambda node: node.end, default=None)
    return _added(text, parent, last, f"{json.dumps(name)}: ", value)


def with_item(text: str, parent: Node, value: Any) -> str:
    """`text` with an item more, at the end of the array `parent`."""
    return _added(text, parent, parent.items[-1] if parent.items else None, "", value)


def _added(text: str, parent: Node, last: Node | None, before: str, value: Any) -> str:
    inner = _margin(text, parent.start) + _step(text)
    line = _line_end(text)
    written = before + _indented(value, inner, _step(text), line)
    if last is None:
        # What comments an empty container holds stay above what is added.
        held = text[parent.start + 1 : parent.end - 1].rstrip()
        body = f"{held}{line}{inner}{written}{line}{_margin(text, parent.start)}"
        return text[: parent.start + 1] + body + text[parent.end - 1 :]
    comma = _skip(text, last.end)
    has_comma = text[comma : comma + 1] == ","
    # A comment on the line of the last element belongs to it: what is added goes below.
    at = comma + 1 if has_comma else last.end
    rest = re.match(r"[ \t]*(?://[^\r\n]*|/\*[^\r\n]*?\*/[ \t]*(?=\r?\n))?", text[at:])
    below = at + (rest.end() if rest and "/" in rest.group() else 0)
    added = f"{line}{inner}{written}" + ("," if has_comma else "")
    return text[: last.end] + ("" if has_comma else ",") + text[last.end : below] + added + text[below:]


def _written(text: str, at: int, value: Any) -> str:
    return _indented(value, _margin(text, at), _step(text), _line_end(text))


def _indented(value: Any, margin: str, step: str, line: str) -> str:
    return json.dumps(value, indent=step, ensure_ascii=False).replace("\n", line + margin)


def _margin(text: str, at: int) -> str:
    """The blanks that the line of `at` begins with."""
    start = text.rfind("\n", 0, at) + 1
    return re.match(r"[ \t]*", text[start:]).group()  # type: ignore[union-attr]


def _step(text: str) -> str:
    """One level of indentation, as the text has it; VS Code's own is a tab, most people's four blanks."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found.group(1) if found else "    "


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
