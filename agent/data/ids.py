"""Columns that only name a row: what they are called, and what they look like. When in doubt, a column is kept."""

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.data.values import Strings

_TOKENS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_NAMING = frozenset(("id", "ids", "uuid", "guid", "identifier"))
_WHOLE_NAMES = frozenset(
    (
        *("index", "idx", "row", "rownum", "rowno", "row number", "row num", "row no", "row nr", "record number"),
        *("no", "nr", "num", "sno", "s no", "serial", "serial no", "serial number", "index level 0", "pk", "key"),
    )
)
_RUN_TOGETHER = re.compile(
    r"(user|row|record|cust|customer|patient|order|transaction|sample|subject|client|member|account|case|item|product"
    r"|session|event|person|household|employee)id"
)
_UUID = re.compile(r"\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?|[0-9a-f]{16,64}", re.IGNORECASE)
_UNNAMED = re.compile(r"column_\d+|Unnamed: \d+(_level_\d+)?")
FEW = 20
"""Below as many rows, all values may be distinct by chance."""


def named_like_id(name: str) -> bool:
    """`customerID`, `user_id`, `id`, `uuid`, `index`, `row number`, `Unnamed: 0`; but not `fluid` or `paid`."""
    tokens = [token.lower() for token in _TOKENS.split(name) if token]
    if not tokens:
        return name.strip() == "#"
    return (
        tokens[-1] in _NAMING
        or tokens[0] in _NAMING
        or " ".join(tokens) in _WHOLE_NAMES
        or bool(_RUN_TOGETHER.fullmatch("".join(tokens)))
        or name.startswith("Unnamed: ")
    )


def whole_id(name: str, values: NDArray[np.int64], distinct: int) -> bool:
    """Whether integers only name their rows: called like an id and hardly ever repeated, or an unnamed counter."""
    if len(values) < FEW:
        return False
    if _UNNAMED.fullmatch(name):
        return distinct == len(values) and int(values.max()) - int(values.min()) == len(values) - 1
    return named_like_id(name) and distinct >= 0.95 * len(values)


def string_id(name: str, strings: Strings) -> bool:
    """Whether strings only name their rows: called like an id, UUIDs, or codes all of one pattern; hardly repeated."""
    rows, distinct = int((strings.codes >= 0).sum()), len(strings.values)
    if rows < FEW or distinct < 0.95 * rows:
        return False
    sample = strings.values[:: max(1, distinct // 500)]
    one_word = [text for text in sample if not re.search(r"\s", text)]
    if len(one_word) < 0.95 * len(sample):
        return False
    if named_like_id(name) or sum(bool(_UUID.fullmatch(text)) for text in one_word) >= 0.95 * len(sample):
        return True
    return distinct >= 0.99 * rows and _one_code_pattern(one_word)


def _one_code_pattern(texts: list[str]) -> bool:
    """`CUST-00123` or `7590-VHVEG`: letters and digits in one order. `12kg` is a measurement, `51.2N` a place."""
    shapes = Counter(re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text)) for text in texts)
    shape, count = shapes.most_common(1)[0]
    code = "a" in shape and "9" in shape and shape not in ("9a",) and not re.search(r"[.:,@/]", shape)
    return code and count >= 0.95 * len(texts)
