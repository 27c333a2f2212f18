"""What a name says about the data that it is given to: which part of a split, features or labels."""

import re

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.values import Data, Step

_PARTS = {
    "train": "train",
    "training": "train",
    "tr": "train",
    "test": "test",
    "testing": "test",
    "te": "test",
    "val": "validation",
    "va": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "eval": "validation",
    "holdout": "test",
}
_FEATURES = listed("x features images inputs input imgs img image texts text sequences xs xb inp")
_LABELS = listed("y labels label targets target ys yb lbl tgt")
_TABLES = listed("df data dataset set frame dataframe samples batch ds table arr array series timeseries")
_MORE = listed("scaled std norm normalized sc pca raw full new all reshaped final t s 1 2 cat encoded enc")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GLUED = re.compile(
    r"^([xy])(train|test|val|valid|tr|te|dev)$|^(train|test|val|valid)([xy])$"
    r"|^(train|test|val|valid|validation)(loader|set|data|df|ds|dl|gen|generator|dataset)$"
)


def tokens(name: str) -> list[str]:
    """Words of a name: `X_trainScaled` is x, train, scaled."""
    found: list[str] = []
    for word in _WORD.findall(name):
        glued = _GLUED.match(word.lower())
        found += [part for part in glued.groups() if part] if glued else [word.lower()]
    return found


def part_of(name: str) -> str:
    """train, test, validation, or nothing."""
    parts = {_PARTS[word] for word in tokens(name) if word in _PARTS}
    return parts.pop() if len(parts) == 1 else ""


def role_of(name: str) -> str:
    """X, y, or nothing."""
    words = tokens(name)
    found = set(words)
    if found & _LABELS and words[0] not in ("x", "xs"):  # `x_tgt` are the features of the target domain
        return "y"
    return "X" if found & _FEATURES else ""


def is_data(name: str) -> bool:
    """Whether data is called so, and nothing else is."""
    found = tokens(name)
    known = _FEATURES | _LABELS | _TABLES
    if not found or not set(found) <= known | _MORE | set(_PARTS):
        return False
    return bool(set(found) & known) or (len(found) == 1 and found[0] in _PARTS)


def _origin(name: str, part: str, role: str) -> str:
    """Features and labels without further words belong together, as the parts of a split do."""
    return "parts" if part else "rows" if role and len(tokens(name)) == 1 else name


def by_name(name: str, source: int | None = None) -> Data | None:
    """The data that such a name stands for; names of the parts of one split belong together."""
    if not is_data(name):
        return None
    part, role = part_of(name), role_of(name)
    origin: Step = ("named", source if source is not None else _origin(name, part, role), "")
    steps = (origin, ("split", f"named {source}", part)) if part else (origin,)
    return Data(rows=frozenset({steps}), role=role)
