"""Lists of names, written as one text."""


def listed(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
