"""Names that are nearly those that a framework reads."""

import difflib

_ALIKE = 0.85


def is_nearly(name: str, meant: str) -> bool:
    """Whether a name is nearly, and not quite, the one that is meant; names of a framework's own begin with `_`."""
    return name != meant and not name.startswith("_") and bool(difflib.get_close_matches(name, [meant], 1, _ALIKE))
