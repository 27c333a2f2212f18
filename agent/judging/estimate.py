"""A number with its doubt: a metric over folds, and what each independent unit contributes to it.

The score is the mean over folds of the fold's metric. To first order it is a sum over rows, whatever the metric: a
row's contributions in all its folds and repeats are added up, and those of one unit (a group, a block of time) too.
So repeats are never mistaken for more rows, and one bootstrap serves them all. That contributions of held-out rows
give valid intervals for the mean over folds is shown in Bayle, Bayle, Janson and Mackey, "Cross-validation confidence
intervals for test error", 2020.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.bootstrap import UNITS_MOST, Bootstrap, bags
from mlpilot.agent.judging.losses import as_codes
from mlpilot.agent.judging.metrics import Metric
from mlpilot.sandbox.errors import UserError

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_JACKKNIFE_BAGS = 24
_ROWS_WITHOUT_FORMULA = 20_000
_CELL_CLASSES = 6
"""With more classes than this, leaving bags out is cheaper than leaving each kind of mistake out."""
_OVERLAP = 30.0
"""A row that is held out has trained the models of the other folds, so contributions are not quite independent (Bates,
Hastie and Tibshirani, "Cross-validation: what does it estimate and how well does it do it?", 2024). Errors of
cross-validated scores were measured to spread 1.13 times as far as their contributions say with 120 units, and 1.0
times with 500: the square root of 1 + 30 / units follows that."""
_RULE_OF_THREE = 3.0
"""n units without an error are compatible with a rate of 3/n (Hanley and Lippman-Hand 1983)."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """The metric of each part on which it is defined, and the first-order effects (bags,) on their mean."""

    values: tuple[float, ...]
    contributions: Floats

    @property
    def value(self) -> float:
        """The mean over parts; nan where there is none."""
        return float(np.mean(self.values)) if self.values else float("nan")


@dataclass(frozen=True)
class Gain:
    """A difference in the direction of better, its standard error, and its two-sided p-value before correction."""

    value: float
    spread: float
    p: float


def naive(truth: Array, metric: Metric, classes: int) -> Array:
    """A prediction that knows no better: the mean, or the labels shifted by a row, as such or halfway to even odds."""
    if metric.needs == "values":
        return np.full(len(truth), truth.mean())
    other = np.roll(truth, 1)
    return other if metric.needs == "labels" else (np.eye(classes)[other] + 1 / classes) / 2


def _value(metric: Metric, truth: Array, prediction: Array) -> float:
    """The metric of some rows; nan where a person's own function, which works on all of them, breaks on these."""
    try:
        return metric.value(truth, prediction)
    except UserError:
        return float("nan")


def _rarest(truth: Array) -> int:
    """Rows of the rarest class that occurs."""
    counts = np.bincount(truth)
    return int(counts[counts > 0].min())


class Estimator:
    """One metric over one set of held-out parts.

    `truth` (n,) and `units` (n,) are over all rows, `parts` positions into them, one array per fold, the folds of one
    repeat after those of another. Predictions are one checked array per part.
    """

    def __init__(
        self, metric: Metric, truth: Array, parts: Sequence[Ints], repeats: int, units: Ints, seed: int
    ) -> None:
        self._metric, self._truth, self._parts, self._repeats = metric, truth, parts, repeats
        held = np.unique(np.concatenate(parts))
        self.rows = len(held)
        self._by_cell = metric.needs == "labels" and int(truth.max()) < _CELL_CLASSES
        exact = metric.has_influence or self._by_cell
        rng = np.random.default_rng([seed, 0xB00])
        self._bags = np.full(len(truth), -1, dtype=np.int64)
        self._bags[held] = bags(units[held], UNITS_MOST if exact else _JACKKNIFE_BAGS, rng)
        self._bootstrap = Bootstrap(int(self._bags.max()) + 1, seed)
        self._sampled = self._some_rows(units, rng)
        count = len(np.unique(units[held]))
        self._widening = float(np.sqrt(1 + _OVERLAP / count)) if len(parts) > 1 else 1.0
        self._rarest = self.rows if metric.row_wise or metric.needs == "values" else _rarest(truth[held])
        self._definable = [self._is_definable(rows) for rows in parts]
        self._known: dict[bytes, Estimate] = {}

    @property
    def definable(self) -> bool:
        """Whether the metric is defined on any part at all."""
        return any(self._definable)

    def _is_definable(self, rows: Ints) -> bool:
        """Whether a naive prediction of this part has a value: a part with one class has no ROC area, whatever is said
        of it. Where it has, a prediction that has none is refused, or it could pass over the parts it does worst."""
        truth = self._truth[rows]
        guess = naive(truth, self._metric, 0 if self._metric.needs == "values" else int(self._truth.max()) + 1)
        return bool(np.isfinite(_value(self._metric, truth, guess)))

    def values(self, predictions: Sequence[Array], metric: Metric | None = None) -> list[float]:
        """The metric (or another one) of every part on which it is defined."""
        metric = metric or self._metric
        found = [_value(metric, self._truth[rows], one) for rows, one in zip(self._parts, predictions, strict=True)]
        return [value for value in found if np.isfinite(value)]

    def estimate(self, predictions: Sequence[Array]) -> Estimate:
        """The mean over parts and what it is made of, remembered by content."""
        digest = hashlib.blake2b(digest_size=16)
        for prediction in predictions:
            digest.update(np.ascontiguousarray(prediction).data)
        key = digest.digest()
        if key not in self._known:
            find = self._by_formula if self._metric.has_influence else self._by_doing
            values = self._all_values(predictions)
            effects = find(predictions) * self._widening if values else self._nothing()
            self._known[key] = Estimate(tuple(values), effects)
        return self._known[key]

    def _all_values(self, predictions: Sequence[Array]) -> list[float]:
        """The metric of every part on which it can be; none at all where it is not defined on one of them."""
        found = [
            _value(self._metric, self._truth[rows], one)
            for rows, one, definable in zip(self._parts, predictions, self._definable, strict=True)
            if definable
        ]
        return found if np.isfinite(found).all() else []

    def interval(self, estimate: Estimate) -> tuple[float, float]:
        """95 % interval of the mean over parts, within what the metric can be."""
        low, high = self._bootstrap.interval(estimate.value, estimate.contributions)
        if low == high and self._metric.needs != "values":
            # Nothing varies: all is right, or all is wrong. The rarest class says how little that means.
            doubt = _RULE_OF_THREE / max(self._rarest, _RULE_OF_THREE)
            low, high = estimate.value - doubt, estimate.value + doubt
            low = max(low, 0.0) if estimate.value >= 0 else low
        perfect = self._metric.perfect
        if perfect is None:
            return low, high
        return (max(low, 0.0), high) if perfect == 0.0 else (low, min(high, perfect))

    def gain(self, new: Sequence[Array], old: Sequence[Array]) -> Gain:
        """How much better `new` is than `old`, paired by unit. Nothing can be said where one is not defined."""
        first, second = self.estimate(new), self.estimate(old)
        if not first.values or not second.values:
            return Gain(0.0, 0.0, 1.0)
        sign = 1.0 if self._metric.greater_is_better else -1.0
        gain = sign * (first.value - second.value)
        contributions = sign * (first.contributions - second.contributions)
        return Gain(gain, self._bootstrap.spread(contributions), self._bootstrap.p_value(gain, contributions))

    def _nothing(self) -> Floats:
        return np.zeros(self._bootstrap.units)

    def _by_formula(self, predictions: Sequence[Array]) -> Floats:
        total = self._nothing()
        for rows, prediction in zip(self._parts, predictions, strict=True):
            influence = self._metric.influence(self._truth[rows], prediction)
            if influence is None or not np.isfinite(influence).all():
                continue
            # Influences are taken around the part's own mean, which is a little too near to its few rows.
            size = len(rows)
            weight = np.sqrt(size / max(size - 1, 1)) / (size * len(self._parts))
            total += np.bincount(self._bags[rows], weights=influence * weight, minlength=len(total))
        return total

    def _by_doing(self, predictions: Sequence[Array]) -> Floats:
        """The jackknife: leave something out of all rows held out in a repeat (Efron and Stein 1981)."""
        total = self._nothing()
        size = len(self._parts) // self._repeats
        for start in range(0, len(self._parts), size):
            rows = np.concatenate(self._parts[start : start + size])
            prediction = np.concatenate(predictions[start : start + size])
            effects = self._effects_of_cells if self._by_cell else self._effects_of_bags
            total += effects(rows, prediction, self._sampled[rows]) / self._repeats
        return np.asarray(total - total.mean(), dtype=np.float64)

    def _effects_of_bags(self, rows: Ints, prediction: Array, sampled: NDArray[np.bool_]) -> Floats:
        """Of each bag (bags,), by leaving it out; a sample's effects are scaled to the spread of all rows."""
        truth, prediction, bag = self._truth[rows[sampled]], prediction[sampled], self._bags[rows[sampled]]
        whole = _value(self._metric, truth, prediction)
        effects = self._nothing()
        for number in range(len(effects)):
            rest = bag != number
            effects[number] = (whole - _value(self._metric, truth[rest], prediction[rest])) * rest.mean()
        effects = np.where(np.isfinite(effects), effects, 0.0) * np.sqrt(sampled.mean())
        return np.asarray(effects, dtype=np.float64)

    def _effects_of_cells(self, rows: Ints, prediction: Array, sampled: NDArray[np.bool_]) -> Floats:
        """Of each bag (bags,): rows of one cell of the confusion matrix have one effect, found by leaving one out."""
        truth, codes = self._truth[rows], as_codes(prediction)
        cells = truth * (_CELL_CLASSES + 1) + codes
        kept = np.flatnonzero(sampled)
        whole = _value(self._metric, truth[kept], codes[kept])
        effects = np.zeros(len(rows))
        for cell, first in zip(*np.unique(cells[kept], return_index=True), strict=True):
            rest = np.delete(kept, first)
            effects[cells == cell] = whole - _value(self._metric, truth[rest], codes[rest])
        effects = np.where(np.isfinite(effects), effects, 0.0) * len(kept) / len(rows)
        return np.bincount(self._bags[rows], weights=effects, minlength=self._bootstrap.units).astype(np.float64)

    def _some_rows(self, units: Ints, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Of very many rows, a sample of whole units to leave things out of (n,)."""
        if self._metric.has_influence or self.rows <= _ROWS_WITHOUT_FORMULA:
            return np.ones(len(units), dtype=bool)
        codes: Ints = np.unique(units, return_inverse=True)[1]
        return np.asarray((rng.random(int(codes.max()) + 1) < _ROWS_WITHOUT_FORMULA / self.rows)[codes])
