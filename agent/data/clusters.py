"""Rows that must stay in one part: members of one group, and copies of one row."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.values import Raw, Strings
from mlpilot.agent.task import Column

SAMPLE = 20_000
UNLIKELY = 1000.0
"""Times as many equal pairs as independent columns would give: dependence makes ten or a hundred times as many on real
tables, copies of rows many millions."""
LARGEST = 0.1
"""A pattern that more than this share of the rows have in common is no copied row (all zero, all missing)."""


def row_hashes(features: pd.DataFrame) -> NDArray[np.uint64]:
    """(n,) one hash for each row, equal for equal rows of any table with these columns, whatever its dtypes."""
    total = np.zeros(len(features), dtype=np.uint64)
    for position in range(features.shape[1]):
        values = features.iloc[:, position].to_numpy()
        if values.dtype.kind in "bif":
            values = values.astype(np.float64) + 0.0  # -0.0 and 0 are one value
        elif values.dtype.kind == "M":
            values = values.view(np.int64)
        with np.errstate(over="ignore"):
            total = total * np.uint64(0x9E3779B97F4A7C15) + pd.util.hash_array(values)
            total ^= total >> np.uint64(29)
    return total


class Copies(NamedTuple):
    """Rows that are equal to another one in every feature; the target is never compared."""

    number: int
    """How many rows there are beyond the distinct ones."""
    clusters: NDArray[np.int64] | None
    """(n,) a code that copies of one row share; None where no row is a copy, or equality is mere coincidence."""


def find_copies(features: pd.DataFrame, columns: Sequence[Column]) -> Copies:
    """The copies among the rows of a table."""
    rows = len(features)
    codes, distinct = pd.factorize(row_hashes(features))
    count = rows - len(distinct)
    if not count or not _tell_apart(features, columns, codes):
        return Copies(count, None)
    codes = codes.astype(np.int64)
    common = np.bincount(codes)[codes] > max(2, LARGEST * rows)
    codes[common] = len(distinct) + np.arange(int(common.sum()))
    return Copies(count, None if len(np.unique(codes)) == rows else codes)


def copies_are_copies(features: pd.DataFrame, columns: Sequence[Column]) -> bool:
    """Whether two equal rows of this table are copies rather than a coincidence of coarse columns."""
    return _tell_apart(features, columns, pd.factorize(row_hashes(features))[0])


def _tell_apart(features: pd.DataFrame, columns: Sequence[Column], codes: NDArray[np.intp]) -> bool:
    """Whether equal rows are copies: at least half of the rows are distinct, or one column alone tells most of the
    distinct ones apart, or there are far more equal pairs than such columns would give by chance."""
    first = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    if 2 * len(first) >= len(features):
        return True
    used = [column for column in columns if column.used]
    if any(_is_fine(features[column.name], column, len(first)) for column in used):
        return True
    sizes = np.bincount(codes).astype(float)
    pairs = float((sizes * (sizes - 1)).sum() / 2)
    sample = features.iloc[first[:: max(1, len(first) // SAMPLE)]]
    return pairs > UNLIKELY * len(features) ** 2 / 2 * _coincidence(sample)


def _coincidence(distinct: pd.DataFrame) -> float:
    """The chance that two rows are equal, were the columns independent; they are not, so it is too small a number."""
    chance = 1.0
    for name in distinct.columns:
        shares = np.bincount(pd.factorize(distinct[name], use_na_sentinel=False)[0]) / len(distinct)
        chance *= float((shares**2).sum())
    return chance


def group_codes(values: Raw) -> NDArray[np.int64]:
    """(n,) a code for each group; a row without a group is alone."""
    codes = values.codes.copy() if isinstance(values, Strings) else pd.factorize(values)[0].astype(np.int64)
    alone = codes < 0
    codes[alone] = codes.max(initial=0) + 1 + np.arange(int(alone.sum()))
    return codes


def merged(first: NDArray[np.int64] | None, second: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """(n,) the finest clusters, coded from 0, in which both hold: what shares either code is together."""
    if first is None or second is None:
        only = first if second is None else second
        return None if only is None else _compact(only)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = _compact(first)
    right = _compact(second) + left.max() + 1
    nodes = int(right.max()) + 1
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(nodes, nodes))
    component: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return component[left].astype(np.int64)


def clusters_per_class(codes: NDArray[np.int64], clusters: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """(k,) the number of clusters in which each class occurs."""
    pairs = pd.unique(codes * (int(clusters.max()) + 1) + clusters)
    return np.bincount(pairs // (int(clusters.max()) + 1), minlength=classes)


def time_ranks(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """(n,) rank in time from 0; ties share a rank."""
    return _compact(values)


def _compact(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """(n,) ranks from 0 of the distinct values."""
    ranks: NDArray[np.intp] = np.unique(values, return_inverse=True)[1]
    return ranks.astype(np.int64)


def _is_fine(values: pd.Series, column: Column, distinct_rows: int) -> bool:
    """Whether a column tells most distinct rows apart, in steps too fine to coincide: text, or three decimals."""
    if column.distinct < max(100, distinct_rows / 2):
        return False
    if column.kind == "number" and values.dtype.kind == "f":
        hundredths = values.dropna().to_numpy() * 100
        return bool(np.mean(np.abs(hundredths - np.round(hundredths)) > 1e-6) > 0.5)
    return column.kind in ("text", "date")
