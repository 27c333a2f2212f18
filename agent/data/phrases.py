"""Short phrases about data, for notes and errors: one line each, whatever the data holds."""

from collections.abc import Sequence
from typing import Any

FEW = 5


def shown(value: Any, width: int = 40) -> str:
    """A name or a label on one line, cut where it is long."""
    text = " ".join("".join(char if char.isprintable() else " " for char in str(value)[: 4 * width]).split())
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
