"""A word to a person who has looked away: a bell, or a notification of the desktop, when long work has ended.

Off unless it is asked for (`/notify`, `MLPILOT_NOTIFY`), and never where there is no terminal. A person who has pressed
a key a moment ago is there, and needs none.
"""

import os
import time
from collections.abc import Callable

from mlpilot.chat.looks import dumb
from mlpilot.streams import clean

LONG_SECONDS = 10.0
"""What takes longer is long; who has pressed no key for so long may be elsewhere."""
KINDS = ("off", "bell", "desktop")
_LONGEST = 100


class Alerts:
    """Knows when the person was last seen; `write` sends a sequence to the terminal at once."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        wanted = os.environ.get("MLPILOT_NOTIFY", "off")
        self.kind = wanted if wanted in KINDS and not dumb() else "off"
        self._write, self._clock = write, clock
        self._seen = clock()

    def seen(self) -> None:
        """A key was pressed."""
        self._seen = self._clock()

    def now(self) -> float:
        """For `after`: when something begins."""
        return self._clock()

    def after(self, began: float, what: str) -> None:
        """Something has ended that began then, or waits for the person: tell, if it was long and nobody was seen."""
        if self._clock() - max(began, self._seen) >= LONG_SECONDS:
            self._write(sequence(self.kind, what))


def sequence(kind: str, what: str) -> str:
    """What the terminal is sent: BEL, or OSC 9 (iTerm2's notification, which kitty, Ghostty, WezTerm, foot and Windows
    Terminal know too), through tmux where that is between."""
    if kind == "off":
        return ""
    if kind == "bell":
        return "\a"
    told = f"\x1b]9;mlpilot: {clean(what)[:_LONGEST]}\a"
    return f"\x1bPtmux;\x1b{told}\x1b\\" if os.environ.get("TMUX") else told
