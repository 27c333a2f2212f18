"""A table before anything is asked of it: what its columns are, and what is odd about it, by counting.

Values are quoted for the person who owns the table; nothing here is sent anywhere.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.clusters import row_hashes
from mlpilot.agent.data.phrases import counted, listed, shown
from mlpilot.agent.data.profile import Understood, understand
from mlpilot.agent.data.table import read_table
from mlpilot.agent.data.values import raw
from mlpilot.agent.task import Column

SENTINELS = (-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0)
"""Numbers that people write where a value is missing."""
OFTEN, MANY_MISSING, FAR = 0.005, 0.3, 15.0
"""Shares of the rows; and how many interquartile ranges from the quartiles a value is far out."""
CAREFUL_ROWS = 1_000_000
"""Copies of rows are counted in tables up to this size."""


@dataclass(frozen=True)
class Overview:
    """What a table holds."""

    path: str
    rows: int
    columns: tuple[Column, ...]
    odd: tuple[str, ...]
    """One line each, the gravest first."""


def overview(path: str | Path) -> Overview:
    """Read a table and look at it. Raises `UserError` where it cannot be read."""
    table = read_table(path)
    seen = {str(name): understand(str(name), raw(table.frame[name])) for name in table.frame.columns}
    rows = len(table.frame)
    odd = [*_of_rows(table.frame, rows), *_of_twins(seen)]
    for name, one in seen.items():
        odd += _of_column(name, one, table.frame[name], rows)
    return Overview(str(path), rows, tuple(one.column for one in seen.values()), (*odd, *table.notes))


def _of_rows(frame: pd.DataFrame, rows: int) -> Iterator[str]:
    if rows <= CAREFUL_ROWS:
        copies = rows - len(np.unique(row_hashes(frame.astype(str))))
        if copies:
            yield f"{counted(copies, 'row')} of {rows:,} are copies of others: they must stay on one side of a split"
    if rows < 200:
        yield f"only {counted(rows, 'row')}: every score will be uncertain"


def _of_twins(seen: dict[str, Understood]) -> Iterator[str]:
    """Columns that hold the same values."""
    digests: dict[int, str] = {}
    for name, one in seen.items():
        if one.values is None:
            continue
        digest = hash(pd.util.hash_array(one.values, categorize=True).tobytes())
        if digest in digests:
            yield f"{shown(name)} is {shown(digests[digest])} again"
        else:
            digests[digest] = name


def _of_column(name: str, one: Understood, series: pd.Series, rows: int) -> Iterator[str]:
    column, called = one.column, shown(name)
    if column.kind in ("empty", "constant"):
        yield f"{called} is {column.kind}" + (f" ({column.detail})" if column.detail else "")
        return
    if column.kind == "id":
        yield f"{called} looks like an id: it would be left out"
        return
    yield from one.notes
    if column.missing >= MANY_MISSING * rows:
        yield f"{called}: {column.missing / rows:.0%} are missing"
    if one.values is None:
        return
    if column.kind == "number":
        yield from _of_numbers(called, np.asarray(one.values, dtype=float), rows)
    elif column.kind == "category":
        yield from _of_words(called, series, column, rows)
    elif column.kind == "date":
        yield from _of_dates(called, one.values)


def _of_numbers(called: str, values: NDArray[Any], rows: int) -> Iterator[str]:
    there = values[np.isfinite(values)]
    if len(there) < 20:
        return
    counts = Counter(there.tolist())
    for value in SENTINELS:
        others, count = there[there != value], counts[value]
        outside = len(others) and (value < others.min() or value > others.max())
        if count >= max(3, OFTEN * rows) and outside:
            yield f"{called}: {value:g} stands {count:,} times beyond all other values: is it a sign for missing?"
            there = others
    low, high = np.quantile(there, [0.25, 0.75])
    spread = high - low
    far = there[(there < low - FAR * spread) | (there > high + FAR * spread)] if spread > 0 else there[:0]
    if 0 < len(far) <= max(3, 0.01 * len(there)):
        most = far[np.argmax(np.abs(far - low))]
        yield f"{called}: {counted(len(far), 'value')} far from all others, {most:g} the farthest"
    negative = int((there < 0).sum())
    if 0 < negative <= 0.01 * len(there):
        yield f"{called}: {counted(negative, 'value')} below zero, where nearly all are not"


def _of_words(called: str, series: pd.Series, column: Column, rows: int) -> Iterator[str]:
    texts = Counter(str(value) for value in series.dropna().tolist())
    spellings: dict[str, list[str]] = {}
    for text in texts:
        spellings.setdefault(" ".join(text.split()).casefold(), []).append(text)
    several = [sorted(same) for same in spellings.values() if len(same) > 1]
    if several:
        pairs = "; ".join(" = ".join(repr(shown(text, 20)) for text in same[:3]) for same in several[:3])
        yield f"{called}: one value in several spellings ({pairs})"
    once = [text for text, count in texts.items() if count == 1]
    if column.distinct > 20 and len(once) > 0.5 * column.distinct and column.distinct < 0.5 * rows:
        yield f"{called}: {len(once):,} of {column.distinct:,} values come once only ({listed(once)})"


def _of_dates(called: str, values: NDArray[Any]) -> Iterator[str]:
    there = values[~pd.isna(values)]
    ahead = int((there > np.datetime64("now")).sum())
    if ahead:
        yield f"{called}: {counted(ahead, 'date')} in the future"
