"""Markdown as a model writes it, styled line by line while it streams: nothing waits for the end of a paragraph."""

import re
from collections.abc import Iterator

from rich.text import Text

from mlpilot.streams import clean_block

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*([\w+-]*)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])")


class Lines:
    """Feed it pieces; it gives back whole lines, styled, and knows what is left over."""

    def __init__(self) -> None:
        self._rest = ""
        self._fence = ""
        self._language = ""

    @property
    def pending(self) -> str:
        """The line that is being written."""
        return self._rest

    def feed(self, piece: str) -> Iterator[Text]:
        """The lines that `piece` completes."""
        *whole, self._rest = (self._rest + clean_block(piece)).split("\n")
        for line in whole:
            yield self._styled(line.rstrip("\r"))

    def end(self) -> Iterator[Text]:
        """What is left, at the end of a reply."""
        if self._rest:
            yield self._styled(self._rest)
        self._rest = self._fence = ""

    def _styled(self, line: str) -> Text:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence.group(1).startswith(self._fence) and not fence.group(2):
                self._fence = ""
                return Text("")
            return code_line(line, self._language)
        if fence:
            self._fence, self._language = fence.group(1), fence.group(2).lower()
            return Text(f"  {self._language}", style="dim")
        heading = _HEADING.match(line)
        if heading:
            return Text(heading.group(2), style="bold")
        return _inline(_BULLET.sub(r"\1• ", line))


def _inline(line: str) -> Text:
    text, place = Text(), 0
    for found in _INLINE.finditer(line):
        text.append(line[place : found.start()])
        code, strong, also, leaning = found.groups()
        text.append(code or strong or also or leaning, style="cyan" if code else "bold" if strong or also else "italic")
        place = found.end()
    return text.append(line[place:])


def code_line(line: str, language: str) -> Text:
    """A line of code, indented; Python is coloured."""
    text = Text("  ")
    if language not in ("python", "py", "python3"):
        return text.append(line, style="dim")
    from pygments import lex
    from pygments.lexers.python import PythonLexer
    from pygments.token import Comment, Keyword, Literal, Name

    styles = (
        (Keyword, "magenta"),
        (Literal, "green"),
        (Comment, "dim"),
        (Name.Builtin, "cyan"),
        (Name.Function, "bold"),
    )
    for kind, part in lex(line, PythonLexer(stripnl=False, ensurenl=False)):
        text.append(part, style=next((style for family, style in styles if kind in family), ""))
    return text
