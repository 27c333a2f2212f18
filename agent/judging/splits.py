"""Which rows are sealed, and which are held out in which fold: decided once, before anything runs.

Rows that belong together (a `--group`, duplicates) are one unit and never stand on two sides; classes, or bins of a
regression target, are spread evenly; under `--time` nothing is ever predicted from its future.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.walls import secret_rng
from mlpilot.agent.task import TaskType
from mlpilot.sandbox.errors import UserError

Ints = NDArray[np.int64]

SEALED_SHARE, SEALED_MOST = 0.25, 50_000
HELD_SHARE, HELD_MOST = 0.20, 100_000
FIRST_TRAINING = 0.4
"""Under `--time`: the share of the search rows, the earliest ones, that every fold may train on."""
_DEALT_ONE_BY_ONE = 20_000
_BINS = 10


@dataclass(frozen=True, eq=False)
class Fold:
    """Positions into the search rows, ascending."""

    train: Ints
    held: Ints


@dataclass(frozen=True, eq=False)
class Plan:
    """Positions into all rows (`test`, `search`, ascending) and the folds over the search rows."""

    test: Ints
    search: Ints
    folds: tuple[Fold, ...]
    repeats: int
    words: str
    """For the screen: "5 folds · 1,761 rows sealed"."""
    hash: str
    """sha256 of all positions, hexadecimal."""


def make_plan(
    y: NDArray[Any],
    type: TaskType,
    *,
    groups: Ints | None,
    order: Ints | None,
    seed: int,
    sealed: bool,
    secret: str = "",
) -> Plan:
    """Split rows into a sealed test part and folds.

    `y` (n,) class codes or values; `groups` (n,) cluster of each row; `order` (n,) rank in time, equal ranks are never
    cut apart; `sealed=False` when a test table is given apart. Rows are dealt by their labels, so whoever could deal
    again would learn some: `secret` is something that only the Judge knows. Raises `UserError` if no such plan exists.
    """
    n = len(y)
    if n < 4:
        raise UserError(f"{n} rows are too few to learn from and to test on")
    rng = secret_rng("plan", seed, secret)
    strata = y.astype(np.int64) if type == "classification" else _bins(y)
    classes = int(strata.max()) + 1 if type == "classification" else 0
    splitter = _Timed(order, groups, rng) if order is not None else _Shuffled(strata, classes, groups, rng)
    test, search = (np.empty(0, np.int64), np.arange(n)) if not sealed else splitter.seal(_sealed_rows(n))
    counts, repeats = _shape(len(search))
    folds: list[Fold] = []
    for _ in range(repeats if order is None else 1):
        folds += splitter.folds(search, counts)
    folds = _with_all_classes(folds, strata[search], classes, timed=order is not None)
    repeats = 1 if order is not None else repeats
    words = _words(folds, repeats, test, n - len(test) - len(search), timed=order is not None)
    return Plan(test, search, tuple(folds), repeats, words, _hash(test, folds))


def _sealed_rows(n: int) -> int:
    return min(round(SEALED_SHARE * n), SEALED_MOST)


def _shape(n: int) -> tuple[int, int]:
    """Folds and repeats for n search rows: more repeats where rows are few, one part where they are many.

    Measured as the test loss that choosing among six models loses to the best choice: on 133 rows 46 % with one
    repeat, 34 % with two, 16 % with four; on 330 to 900 rows two repeats gain most of what there is to gain.
    """
    for limit, shape in ((300, (5, 4)), (2_000, (5, 2)), (50_000, (5, 1)), (200_000, (3, 1))):
        if n < limit:
            return shape
    return 1, 1


def _bins(values: NDArray[Any]) -> Ints:
    """Up to ten bins of equal size: a skewed target is then spread evenly too."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.searchsorted(edges, values, side="left").astype(np.int64)


class _Shuffled:
    """Random parts, stratified, of whole units."""

    def __init__(self, strata: Ints, classes: int, groups: Ints | None, rng: np.random.Generator) -> None:
        self._strata, self._classes, self._rng = strata, classes, rng
        self._groups = None if groups is None else np.unique(groups, return_inverse=True)[1].astype(np.int64)

    def seal(self, rows: int) -> tuple[Ints, Ints]:
        n = len(self._strata)
        part = self._deal(np.arange(n), np.array([rows, n - rows]) / n)
        if self._classes:
            self._leave_two_units_of_each(part)
        test = np.flatnonzero(part == 0)
        if len(test) > SEALED_MOST:  # only where a group is large; the surplus can neither be learnt from nor tested on
            test = np.sort(self._rng.choice(test, SEALED_MOST, replace=False))
        return test, np.flatnonzero(part == 1)

    def folds(self, search: Ints, count: int) -> list[Fold]:
        n = len(search)
        if count == 1:
            share = min(HELD_SHARE, HELD_MOST / n)
            part = self._deal(search, np.array([share, 1 - share]))
        else:
            part = self._deal(search, np.full(count, 1 / count))
        folds = [Fold(np.flatnonzero(part != fold), np.flatnonzero(part == fold)) for fold in range(count)]
        folds = [fold for fold in folds if len(fold.train) and len(fold.held)]
        if not folds:
            raise UserError("too few rows, or too few groups, to hold some out; give more rows, or leave --group out")
        return folds

    def _leave_two_units_of_each(self, part: Ints) -> None:
        """Give a class back to the search where fewer than two of its units are left there."""
        units = np.arange(len(part)) if self._groups is None else self._groups
        for stratum in np.flatnonzero(np.bincount(self._strata[part == 1], minlength=self._strata.max() + 1) < 50):
            mine = self._strata == stratum
            left = np.unique(units[mine & (part == 1)])
            sealed = np.unique(units[mine & (part == 0)])
            if len(left) < 2:
                part[np.isin(units, sealed[: 2 - len(left)])] = 1

    def _deal(self, rows: Ints, shares: NDArray[np.float64]) -> Ints:
        """The part (len(rows),) of each row, such that each part gets its share of every stratum."""
        strata = self._strata[rows]
        part = np.full(len(rows), -1, dtype=np.int64)
        counts = np.zeros((len(shares), int(strata.max()) + 1))
        if self._groups is not None:
            _, units = np.unique(self._groups[rows], return_inverse=True)
            sizes = np.bincount(units)
            counts = self._place_units(strata, units, sizes, shares, part)
            alone = np.flatnonzero(sizes[units] == 1)
        else:
            alone = np.arange(len(rows))
        self._fill(strata, alone, shares, counts, part)
        return part

    def _place_units(self, strata: Ints, units: Ints, sizes: Ints, shares: NDArray[np.float64], part: Ints) -> Any:
        """Place units of several rows, the largest first, each where it keeps the parts most even.

        A greedy pass in the manner of scikit-learn's StratifiedGroupKFold; when there are very many units, the
        smallest of them are placed by their first row's stratum alone.
        """
        width = int(strata.max()) + 1
        many = np.flatnonzero(sizes > 1)
        many = many[np.lexsort((self._rng.random(len(many)), -sizes[many]))]
        first = many[: min(_DEALT_ONE_BY_ONE, max(1_000, 4_000_000 // width))]
        where = np.full(len(sizes), -1, dtype=np.int64)
        where[first] = np.arange(len(first))
        mine = where[units] >= 0
        table = np.zeros((len(first), width))
        np.add.at(table, (where[units[mine]], strata[mine]), 1)
        weight = 1 / np.maximum(np.bincount(strata, minlength=width), 1).astype(float) ** 2
        counts = np.zeros((len(shares), width))
        chosen = np.full(len(sizes), -1, dtype=np.int64)
        for unit, row in zip(first, table, strict=True):
            chosen[unit] = best = int(np.argmin((2 * counts + row) @ (row * weight) / shares))
            counts[best] += row
        rest = many[len(first) :]
        if len(rest):
            stratum_of = np.zeros(len(sizes), dtype=np.int64)
            stratum_of[units[::-1]] = strata[::-1]
            self._fill(stratum_of, rest, shares, np.zeros_like(counts), chosen)
        part[:] = chosen[units]
        np.add.at(counts, (part[~mine & (part >= 0)], strata[~mine & (part >= 0)]), 1)
        return counts

    def _fill(self, strata: Ints, alone: Ints, shares: NDArray[np.float64], counts: Any, part: Ints) -> None:
        """Deal single units out, stratum by stratum, so that parts come as near to their shares as they can."""
        shuffled = self._rng.permutation(alone)
        shuffled = shuffled[np.argsort(strata[shuffled], kind="stable")]
        starts = np.searchsorted(strata[shuffled], np.arange(counts.shape[1] + 1))
        owed = self._rng.random(len(shares)) * 1e-6  # whose turn it is where all are equal
        for stratum in np.flatnonzero(np.diff(starts)):
            mine = shuffled[starts[stratum] : starts[stratum + 1]]
            wanted = np.maximum(shares * (len(mine) + counts[:, stratum].sum()) - counts[:, stratum], 0)
            fair = wanted / wanted.sum() * len(mine)
            given = np.floor(fair).astype(np.int64)
            owed += fair - given
            # The rows that are left over go to whom most is owed, from the strata before too: parts stay equally large.
            extra = np.argsort(-owed, kind="stable")[: len(mine) - given.sum()]
            given[extra] += 1
            owed[extra] -= 1
            part[mine] = np.repeat(np.arange(len(shares)), given)


class _Timed:
    """The past and what came after it, cut between ranks."""

    def __init__(self, order: Ints, groups: Ints | None, rng: np.random.Generator) -> None:
        self._order, self._groups, self._rng = order, groups, rng

    def seal(self, rows: int) -> tuple[Ints, Ints]:
        ranks = np.sort(self._order)
        cut = _cut(ranks, len(ranks) - rows)
        if cut is None:
            raise UserError("the time column has one value for all rows; leave --time out")
        past, future = self._apart(np.flatnonzero(self._order < cut), np.flatnonzero(self._order >= cut))
        if not len(past) or not len(future):
            raise UserError("--time and --group leave no rows to test on; leave one of them out")
        return future, past

    def folds(self, search: Ints, count: int) -> list[Fold]:
        """Windows that expand: each fold trains on all that came before the rows it is held to."""
        order = self._order[search]
        ranks = np.sort(order)
        n = len(ranks)
        begin = max(FIRST_TRAINING, 1 - HELD_SHARE, 1 - HELD_MOST / n) if count == 1 else FIRST_TRAINING
        targets = np.linspace(begin * n, n, count + 1)[:-1].round().astype(int)
        cuts = sorted({cut for cut in (_cut(ranks, int(target)) for target in targets) if cut is not None})
        folds = []
        for low, high in zip(cuts, [*cuts[1:], ranks[-1] + 1] if cuts else [], strict=True):
            held = np.flatnonzero((order >= low) & (order < high))
            train, held = self._apart(np.flatnonzero(order < low), held, search)
            if len(train) and len(held):
                folds.append(Fold(train, held))
        if not folds:
            raise UserError("too few different times for a split by time; leave --time out")
        return folds

    def _apart(self, past: Ints, future: Ints, search: Ints | None = None) -> tuple[Ints, Ints]:
        """Keep each unit that stands on both sides on one of them, drawn by the sides' sizes; the rest of it is left
        out. A unit that is always there, such as a customer, is so either learnt from or predicted."""
        if self._groups is None:
            return past, future
        groups = self._groups if search is None else self._groups[search]
        both = np.intersect1d(groups[past], groups[future])
        if not len(both):
            return past, future
        to_future = self._rng.random(len(both)) < len(future) / (len(past) + len(future))
        return past[~np.isin(groups[past], both[to_future])], future[~np.isin(groups[future], both[~to_future])]


def _cut(ranks: Ints, target: int) -> int | None:
    """The rank at which the later part begins, as near to `target` rows before it as ties allow; None if all tie."""
    begins = np.flatnonzero(np.diff(ranks)) + 1
    if not len(begins):
        return None
    return int(ranks[begins[np.argmin(np.abs(begins - target))]])


def _with_all_classes(folds: Sequence[Fold], strata: Ints, classes: int, *, timed: bool) -> list[Fold]:
    """The folds whose training part has every class. Raises `UserError` where there are none, or one is lacking."""
    if not classes:
        return list(folds)
    lacking = [int(np.argmin(np.bincount(strata[fold.train], minlength=classes))) for fold in folds]
    good = [fold for fold, code in zip(folds, lacking, strict=True) if (strata[fold.train] == code).any()]
    if timed and good:
        return good
    if len(good) < len(folds):
        where = "early enough in time" if timed else "in two rows (or groups) at least"
        raise UserError(f"a class of the target does not occur {where}, so it cannot be learnt; leave its rows out")
    return good


def _words(folds: Sequence[Fold], repeats: int, test: Ints, left_out: int, *, timed: bool) -> str:
    if len(folds) == 1:
        what = f"{len(folds[0].held):,} rows held out"
    else:
        what = f"{len(folds) // repeats} folds" + (f" × {repeats}" if repeats > 1 else "")
    if timed:
        what += ", the past predicts the future"
    what += f" · {len(test):,} rows sealed" if len(test) else ""
    return what + (f" · {left_out:,} left out, their group being on the other side" if left_out else "")


def _hash(test: Ints, folds: Sequence[Fold]) -> str:
    digest = hashlib.sha256()
    for positions in (test, *(part for fold in folds for part in (fold.train, fold.held))):
        digest.update(len(positions).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(positions, dtype="<i8").tobytes())
    return digest.hexdigest()
