"""JSON as models write it, read without a guess.

The slips that leave no doubt are read: comments, trailing commas, single and typographic quotes, keys without quotes,
`True`, `False` and `None`, line breaks in strings. What could mean two things is refused, with its place: a key that
stands twice, a comma or a quote that is missing, a number that is not finite, an escape that does not exist. Libraries
that read this much either mend by guessing or take seconds for some kilobytes; this one reads every character once.
"""

import math
import re
from typing import Any, NoReturn

from mlpilot.agent.data.phrases import shown
from mlpilot.agent.models.protocol import Unreadable

MOST_DEPTH = 20
MOST_OBJECT = 100_000
"""Characters of one object."""
_BLANK = re.compile(r"[\s\ufeff\u200b-\u200d\u2060\u00ad]+|//[^\n]*|#[^\n]*|/\*")
_BARE = re.compile(r"[^\W\d][\w$-]*|\$[\w$-]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+(?![\w.])")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)(?!\w)", re.IGNORECASE)
_WORDS = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
_CLOSING = {'"': '"', "'": "'", "“": "”“", "”": "”“", "„": "”“", "‘": "’", "’": "’"}
"""Opening quote → the quotes that close it."""
_ESCAPES = {**dict(zip("\"'\\/bfnrt`", "\"'\\/\b\f\n\r\t`", strict=True)), "\n": ""}
_HEX = {"u": 4, "x": 2}
_LONE = re.compile(r"[\ud800-\udfff]")
_MOST_DIGITS = 4000


class CutOff(Unreadable):
    """The text ends before the object does."""


class Parser:
    """Reads one value from a place in a text."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.at = at
        """Where the next character to be read is."""
        self._text = text
        self._start = at

    def value(self, depth: int = 0) -> Any:
        """The value that begins here. Raises `Unreadable`; `CutOff` where the text ends within it."""
        self.skip()
        char = self._peek()
        if depth > MOST_DEPTH:
            self._fail(f"is nested deeper than {MOST_DEPTH} levels")
        if char == "{":
            return self._object(depth)
        if char == "[":
            return self._list(depth)
        if char in _CLOSING:
            return self._string()
        return self._plain()

    def skip(self) -> None:
        """Go on to the next character that is neither blank nor in a comment."""
        last = self._start + MOST_OBJECT
        while found := _BLANK.match(self._text, self.at, last + 1):
            self.at = found.end()
            if found[0] == "/*":
                end = self._text.find("*/", self.at, last)
                if end < 0:
                    raise CutOff("a comment in your JSON object is never closed")
                self.at = end + 2
        if self.at > last:
            raise Unreadable(f"your JSON object is longer than {MOST_OBJECT:,} characters")

    def starts_object(self) -> bool:
        """Whether an object seems to begin here: a brace, a key and a colon, or a key that the text ends in.

        Braces in prose and in code mostly do not look like that.
        """
        try:
            self.at += 1
            self.skip()
            if self.at == len(self._text):
                return False
            self._key()
            self.skip()
            return self._peek() == ":"
        except CutOff:
            return True
        except Unreadable:
            return False

    def _object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        while not self._ends("}"):
            key = self._key()
            if key in found:
                self._fail(f"holds the key `{shown(key)}` twice")
            self.skip()
            if self._peek() != ":":
                self._fail(f"has no colon after the key `{shown(key)}`")
            self.at += 1
            found[key] = self.value(depth + 1)
            if not self._goes_on("}"):
                break
        return found

    def _list(self, depth: int) -> list[Any]:
        self.at += 1
        found: list[Any] = []
        while not self._ends("]"):
            found.append(self.value(depth + 1))
            if not self._goes_on("]"):
                break
        return found

    def _ends(self, closing: str) -> bool:
        self.skip()
        if self._peek() != closing:
            return False
        self.at += 1
        return True

    def _goes_on(self, closing: str) -> bool:
        """Whether a comma follows, or else the end."""
        if self._ends(closing):
            return False
        if self._peek() != ",":
            self._fail(f"needs a comma or `{closing}` before `{shown(self._text[self.at : self.at + 20])}`")
        self.at += 1
        return True

    def _key(self) -> str:
        if self._peek() in _CLOSING:
            return self._string()
        found = _BARE.match(self._text, self.at)
        if found is None:
            self._fail(f"needs a key in double quotes before `{shown(self._text[self.at : self.at + 20])}`")
        self.at = found.end()
        return found[0]

    def _string(self) -> str:
        closing = _CLOSING[self._text[self.at]]
        stops = re.compile(f"[{closing}\\\\]")
        self.at += 1
        out: list[str] = []
        while stop := stops.search(self._text, self.at, self._start + MOST_OBJECT):
            out.append(self._text[self.at : stop.start()])
            self.at = stop.end()
            if stop[0] != "\\":
                return _whole("".join(out))
            out.append(self._escape())
        if len(self._text) > self._start + MOST_OBJECT:
            raise Unreadable(f"your JSON object is longer than {MOST_OBJECT:,} characters")
        raise CutOff("a string in your JSON object is never closed")

    def _escape(self) -> str:
        char = self._peek()
        self.at += 1
        if char in _HEX:
            digits = self._text[self.at : self.at + _HEX[char]]
            if len(digits) == _HEX[char] and re.fullmatch(r"[0-9a-fA-F]+", digits):
                self.at += len(digits)
                return chr(int(digits, 16))
        if char not in _ESCAPES:
            self._fail(f"holds the escape `\\{shown(char)}`, which JSON does not have: write `\\\\` for a backslash")
        return _ESCAPES[char]

    def _plain(self) -> Any:
        """A number or a word."""
        if number := _NUMBER.match(self._text, self.at):
            self.at = number.end()
            return self._number(number[0])
        if word := _NOT_FINITE.match(self._text, self.at):
            self._fail(f"holds `{word[0]}`, and numbers must be finite")
        word = _BARE.match(self._text, self.at)
        if word is None or word[0] not in _WORDS:
            self._fail(f"holds `{shown(self._text[self.at : self.at + 20])}` where a value belongs: text needs quotes")
        self.at = word.end()
        return _WORDS[word[0]]

    def _number(self, written: str) -> int | float:
        digits = written.lstrip("+-")
        if len(written) > _MOST_DIGITS:
            self._fail(f"holds a number of {len(written):,} characters")
        if digits.isdigit():
            if digits[0] == "0" and len(digits) > 1:
                self._fail(f"holds the number `{shown(written)}`, which begins with 0")
            return int(written)
        value = float(written)
        if not math.isfinite(value):
            self._fail(f"holds `{shown(written)}`, and numbers must be finite")
        return value

    def _peek(self) -> str:
        if self.at >= len(self._text):
            raise CutOff("your JSON object is never closed")
        return self._text[self.at]

    def _fail(self, what: str) -> NoReturn:
        line = self._text.count("\n", self._start, self.at) + 1
        raise Unreadable(f"your JSON object {what} (line {line} of the object)")


def _whole(text: str) -> str:
    """The text with pairs of surrogates as the characters that they stand for, and without halves of pairs."""
    if _LONE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
