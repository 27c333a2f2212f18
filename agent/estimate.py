"""A number with its doubt: a metric over folds, and what each independent unit contributes to it.

The score is the mean over folds of the fold's metric. To first order it is a sum over rows, whatever the metric: a
row's contributions in all its folds and repeats are added up, and those of one unit (a group, a block of time) too.
So repeats are never mistaken for more rows, and one bootstrap serves them all. That contributions of held-out rows
give valid intervals for the mean over folds is shown in Bayle, Bayle, Janson and Mackey, "Cross-validation confidence
intervals for test error", 2020.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.bootstrap import UNITS_MOST, Bootstrap, bags
from mlpilot.agent.metrics import Metric

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_JACKKNIFE_BAGS = 24
_JACKKNIFE_ROWS = 20_000
_RULE_OF_THREE = 3.0
"""n units without an error are compatible with a rate of 3/n (Hanley and Lippman-Hand 1983)."""


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
        rng = np.random.default_rng([seed, 0xB00])
        most = UNITS_MOST if metric.has_influence else _JACKKNIFE_BAGS
        self._bags = np.full(len(truth), -1, dtype=np.int64)
        self._bags[held] = bags(units[held], most, rng)
        count = int(self._bags.max()) + 1
        self._bootstrap = Bootstrap(count, seed)
        if not metric.has_influence:
            self._leave_out_surplus(units, rng)

    def values(self, predictions: Sequence[Array], metric: Metric | None = None) -> list[float]:
        """The metric of every part on which it is defined."""
        metric = metric or self._metric
        found = [metric.value(self._truth[rows], one) for rows, one in zip(self._parts, predictions, strict=True)]
        return [value for value in found if np.isfinite(value)]

    def interval(self, value: float, predictions: Sequence[Array]) -> tuple[float, float]:
        """95 % interval of the mean over parts, within what the metric can be."""
        low, high = self._bootstrap.interval(value, self._contributions(predictions))
        perfect = self._metric.perfect
        if perfect is None:
            return low, high
        if perfect == 0.0:
            return max(low, 0.0), high
        if value == perfect and self._metric.needs != "values":
            low = min(low, perfect - _RULE_OF_THREE / max(self._bootstrap.units, _RULE_OF_THREE))
        return low, min(high, perfect)

    def gain(self, new: Sequence[Array], old: Sequence[Array]) -> tuple[float, float, float]:
        """How much better `new` is than `old` in the mean over parts, its standard error, and its two-sided p-value."""
        sign = 1.0 if self._metric.greater_is_better else -1.0
        new_values, old_values = self.values(new), self.values(old)
        if not new_values or not old_values:
            return 0.0, 0.0, 1.0
        gain = sign * float(np.mean(new_values) - np.mean(old_values))
        contributions = sign * (self._contributions(new) - self._contributions(old))
        return gain, self._bootstrap.spread(contributions), self._bootstrap.p_value(gain, contributions)

    def _contributions(self, predictions: Sequence[Array]) -> Floats:
        """First-order effect of each bag of units on the mean over parts: (bags,)."""
        if not self._metric.has_influence:
            return self._jackknife(predictions)
        total = np.zeros(self._bootstrap.units)
        for rows, prediction in zip(self._parts, predictions, strict=True):
            influence = self._metric.influence(self._truth[rows], prediction)
            if influence is None or not np.isfinite(influence).all():
                continue
            # Influences are taken around the part's own mean, which is a little too near to its few rows.
            size = len(rows)
            weight = np.sqrt(size / max(size - 1, 1)) / (size * len(self._parts))
            total += np.bincount(self._bags[rows], weights=influence * weight, minlength=len(total))
        return total

    def _jackknife(self, predictions: Sequence[Array]) -> Floats:
        """Contributions by leaving each bag out of all held-out rows of a repeat (Efron and Stein 1981)."""
        count = self._bootstrap.units
        total = np.zeros(count)
        for truth, prediction, bag in self._pooled(predictions):
            whole = self._metric.value(truth, prediction)
            for number in range(count):
                rest = bag != number
                effect = (whole - self._metric.value(truth[rest], prediction[rest])) * rest.mean()
                total[number] += effect if np.isfinite(effect) else 0.0
        return np.asarray((total - total.mean()) / self._repeats * self._shrink, dtype=np.float64)

    def _pooled(self, predictions: Sequence[Array]) -> Iterator[tuple[Array, Array, Ints]]:
        """Truth, prediction and bag of the rows held out in each repeat, surplus rows left out."""
        size = len(self._parts) // self._repeats
        for start in range(0, len(self._parts), size):
            rows = np.concatenate(self._parts[start : start + size])
            kept = self._bags[rows] >= 0
            prediction = np.concatenate(predictions[start : start + size])
            yield self._truth[rows[kept]], prediction[kept], self._bags[rows[kept]]

    def _leave_out_surplus(self, units: Ints, rng: np.random.Generator) -> None:
        """Of very many rows, jackknife a sample of whole units: the spread found is scaled to all of them."""
        self._shrink = 1.0
        if self.rows <= _JACKKNIFE_ROWS:
            return
        _, codes = np.unique(units, return_inverse=True)
        share = _JACKKNIFE_ROWS / self.rows
        self._bags[(rng.random(int(codes.max()) + 1) >= share)[codes]] = -1
        self._shrink = float(np.sqrt((self._bags >= 0).sum() / self.rows))
