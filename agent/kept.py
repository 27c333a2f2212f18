"""Where DataFrames that were handed over are kept, and what they are called where people read of them."""

from pathlib import Path, PurePath

_FOLDER = "frames"
_LONGEST = 40
"""Of a variable's name, in characters: four bytes each, at the most, and a file's name may have 255."""


def place(state: Path, digest: str, suffix: str, variable: str) -> Path:
    """Where a DataFrame with these contents is kept in the folder of state.

    One that its owner has a name for has that as its file's name, in a folder of its own, so that the name is still
    known when the run is resumed elsewhere. What is no identifier is no name: a namespace may hold any text as a key.
    """
    name = variable[:_LONGEST] if variable.isidentifier() else ""
    return state / _FOLDER / (f"{digest}/{name}{suffix}" if name else f"{digest}{suffix}")


def table_name(path: str) -> str:
    """What a table is called: its file's name, without folders; a DataFrame by its variable's name, or as one."""
    parts = PurePath(path)
    if parts.parent.parent.name == _FOLDER and _is_digest(parts.parent.name):
        return parts.stem
    if parts.parent.name == _FOLDER and _is_digest(parts.stem):
        return f"DataFrame {parts.stem[:6]}"
    return parts.name or path


def is_kept(path: str) -> bool:
    """Whether this is where a DataFrame is kept."""
    return table_name(path) != (PurePath(path).name or path)


def _is_digest(text: str) -> bool:
    return len(text) == 16 and all(character in "0123456789abcdef" for character in text)
