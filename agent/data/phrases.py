"""Short phrases about data, for notes and errors: one line each, whatever the data holds."""

import re
from collections.abc import Sequence
from typing import Any

FEW = 5
ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS and kin, with payload
    r"|\x1b[ -/]*[0-~]"  # the other escapes
)
"""Sequences that act on a terminal, whole."""
_CONTROL = dict.fromkeys((*range(32), *range(127, 160)), " ")


def plain(name: str) -> str:
    """A column's name as tables keep it: without escape sequences, control characters, line breaks and outer spaces."""
    return " ".join(ESCAPES.sub("", name).translate(_CONTROL).split())


def shown(value: Any, width: int = 40) -> str:
    """A name or a label on one line, cut where it is long."""
    text = ESCAPES.sub("", str(value)[: 4 * width])
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def plural(word: str, count: int) -> str:
    """`value` for one, `values` for more."""
    return word if count == 1 else word + "s"


def counted(count: int, word: str) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{count:,} {plural(word, count)}"


def listed(names: Sequence[Any]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - FEW:,} more" if len(names) > FEW else ""
    return ", ".join(shown(name) for name in names[:FEW]) + more


def few(notes: Sequence[str], what: str) -> list[str]:
    """The first few notes of one kind, and how many more there are."""
    more = [f"... and {len(notes) - FEW:,} more {what}"] if len(notes) > FEW else []
    return [*notes[:FEW], *more]
