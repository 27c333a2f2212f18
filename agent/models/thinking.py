"""Visible thinking: what some models write between tags, before or amid their reply, and what is no part of it."""

import re

_NAMES = ("think", "thinking", "reasoning")
_OPENING = re.compile(rf"^[ \t]*<({'|'.join(_NAMES)})>", re.IGNORECASE | re.MULTILINE)
_AT_START = re.compile(rf"\s*<({'|'.join(_NAMES)})>", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}>", re.IGNORECASE) for name in _NAMES}
_CLOSING_ALONE = re.compile(rf"(?:^[ \t]*</(?:{'|'.join(_NAMES)})>)|(?:</(?:{'|'.join(_NAMES)})>[ \t]*$)", re.I | re.M)
"""On the edge of a line: code that speaks of such a tag has it amid one."""
_MOST_HELD = 1000
"""Characters of a preview that are held back, at most: white space before what may be a tag."""
_LONGEST = max(len(f"</{name}>") for name in _NAMES)


def without_thinking(text: str) -> tuple[str, str]:
    """The reply and the thinking of a whole text.

    Thinking is: what comes before a closing tag that nothing opened (the opening one was in the prompt); a block whose
    opening tag begins a line; and everything, where the text begins with a tag that is never closed.
    """
    kept: list[str] = []
    thought: list[str] = []
    at = _end_of_unopened(text)
    thought.append(text[:at])
    while opening := _AT_START.match(text, at) or _OPENING.search(text, at):
        closing = _CLOSING[opening[1].lower()].search(text, opening.end())
        before = text[at : opening.start()]
        if closing is None:
            if "".join((*kept, before)).strip():
                break
            thought.append(text[at:])
            return "", "".join(thought)
        kept.append(before)
        thought.append(text[opening.start() : closing.end()])
        at = closing.end()
    kept.append(text[at:])
    reply = "".join(kept)
    return (reply.lstrip() if at else reply), "".join(thought)


def _end_of_unopened(text: str) -> int:
    """Where thinking ends that has a closing tag only; 0: there is none."""
    closing = _CLOSING_ALONE.search(text)
    opening = _OPENING.search(text)
    return closing.end() if closing and not (opening and opening.start() < closing.start()) else 0


class Preview:
    """Shows a text as it comes, without the thinking at its start.

    Thinking that only its closing tag tells from the reply, or that comes later, is shown: it cannot be known yet.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing: re.Pattern[str] | None = None
        self._after_thinking = False
        self._passing = False

    def feed(self, piece: str) -> str:
        """What can be shown of what has come so far."""
        if self._passing:
            return piece
        self._held += piece
        while True:
            if self._closing is not None:
                end = self._closing.search(self._held)
                if end is None:
                    self._held = self._held[-_LONGEST:]
                    return ""
                self._held, self._closing, self._after_thinking = self._held[end.end() :], None, True
            elif opening := _AT_START.match(self._held):
                self._held, self._closing = self._held[opening.end() :], _CLOSING[opening[1].lower()]
            else:
                return self._undecided()

    def _undecided(self) -> str:
        """Nothing while it may yet become an opening tag, else all that was held back."""
        start = self._held.lstrip()
        if len(self._held) < _MOST_HELD and any(f"<{name}>".startswith(start.lower()) for name in _NAMES):
            return ""
        self._passing = True
        return start if self._after_thinking else self._held
