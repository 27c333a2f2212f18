"""A message that is known: what it means, and what would mend it.

Patterns look at the first line or at a bounded stretch of text, and none repeats within a repetition: a message may be
as long and as odd as its writer likes.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Sign:
    """An error message that is known, what it means, and what would fix it."""

    kind: str
    pattern: re.Pattern[str]
    """Looked for in "Type: message"."""
    message: str
    """For a person; `{0}`, `{1}`, ... are the pattern's groups."""
    remedy: str


def sign(kind: str, pattern: str, message: str, remedy: str) -> Sign:
    """A Sign whose pattern's dot matches line ends too."""
    return Sign(kind, re.compile(pattern, re.DOTALL), message, remedy)
