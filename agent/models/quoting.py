"""What may be said of what a server said: one short clean line, with nothing in it of the key or the prompt."""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_LINE, LONGEST_QUOTE = 200, 120
"""Characters."""
_OF_PROMPT, _OF_KEY = 12, 6
"""So many characters in a row that stand in the prompt or the key, too, are taken to come from there."""
_MARKUP = re.compile(r"<\s*[!/a-z]", re.IGNORECASE)


def clean(text: str, longest: int = LONGEST_LINE) -> str:
    """Text on one line, without control characters, and cut where it is too long."""
    shown = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text[:4000])
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


class Quoting:
    """Quotes a server for a person, knowing what it must not repeat."""

    def __init__(self, key: str | None, prompt: Sequence[str]) -> None:
        self._key = "".join((key or "").casefold().split())
        self._prompt = prompt

    def quote(self, text: object) -> str:
        """The text, cleaned; empty where it is none, is markup, or repeats the key or the prompt."""
        if not isinstance(text, str) or _MARKUP.search(text):
            return ""
        line = clean(text, LONGEST_QUOTE)
        if _shares("".join(line.casefold().split()), self._key, _OF_KEY):
            return ""
        return "" if _shares(_flat(line), _flat(" ".join(self._prompt)), _OF_PROMPT) else line


def _flat(text: str) -> str:
    """Letters and digits and single spaces: quoting and escaping change the rest."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _shares(line: str, source: str, size: int) -> bool:
    """Whether so long a piece of the source (or all of it, if it is shorter) stands in the line."""
    if not source:
        return False
    if len(source) <= size:
        return source in line
    return any(line[start : start + size] in source for start in range(len(line) - size + 1))
