"""The Judge: the only holder of hidden labels. Takes predictions, gives Scores, Comparisons and weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging import check as border
from mlpilot.agent.judging.bootstrap import time_blocks
from mlpilot.agent.judging.check import Rejection
from mlpilot.agent.judging.crossfit import CrossFit
from mlpilot.agent.judging.estimate import Estimator, naive
from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.judging.metrics import Metric, companions
from mlpilot.agent.judging.splits import Plan
from mlpilot.agent.task import Task
from mlpilot.sandbox.errors import UserError
from mlpilot.tools import ensemble
from mlpilot.tools.harness import RawPrediction

Array = NDArray[Any]
Ints = NDArray[np.int64]

__all__ = ["BlendResult", "Candidate", "Judge", "RawPrediction", "Rejection"]

SIGNIFICANT = 0.05
NOISE_BAND = 0.25
"""In standard errors. The usual rule, 1.0, chose models with a higher test loss where rows are many enough to tell
them apart (digits: 2.2 % above the best choice, against 0.9 %); up to a quarter, simplicity cost nothing measurable."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An Experiment that may be the best."""

    experiment: int
    folds: Sequence[Array]
    """Checked predictions, one array per fold of the plan."""
    score: Score
    complexity: int
    blend: bool = False


@dataclass(frozen=True, eq=False)
class BlendResult:
    """Weights of a blend, and what it would have predicted had it never seen the row's own fold."""

    weights: tuple[float, ...]
    """One per member, non-negative, summing to one; zero for members that were not taken."""
    folds: tuple[Array, ...]
    """Cross-fitted out-of-fold predictions, as `Judge.score` takes them."""


class Judge:
    """Holds the labels of all rows, and tells nothing about any one of them."""

    def __init__(
        self, task: Task, metric: Metric, plan: Plan, y: Array, groups: Ints | None, order: Ints | None,
        y_test: Array | None = None,
    ) -> None:  # fmt: skip
        """`y`, `groups`, `order` (n,) are over all rows; `y_test` (t,) those of `--test`, instead of `plan.test`.

        Raises `UserError` where the metric is not defined for this target.
        """
        self.metric, self.plan = metric, plan
        self._classes = len(task.classes)
        self._y = y[plan.search]
        self._also = [other for other in companions(task.type) if other.name != metric.name]
        units = _units(plan.search, groups, order)
        held = [fold.held for fold in plan.folds]
        self._search = Estimator(metric, self._y, held, plan.repeats, units, task.seed)
        truth = y[plan.test] if y_test is None else y_test
        if len(truth):
            units = _units(plan.test, groups, order) if y_test is None else np.arange(len(truth))
            self._test = Estimator(metric, truth, [np.arange(len(truth))], 1, units, task.seed)
        self._blends = CrossFit(metric, plan, self._y, None if order is None else order[plan.search], task.seed)
        self._refuse_impossible_metric()

    def check(self, raw: RawPrediction, rows: int) -> Array | Rejection:
        """Predictions for `rows` rows: values (n,), codes (n,), or probabilities (n, k) that sum to one exactly.

        Probabilities stay so where the metric needs labels: it takes the likeliest, and a blend can use them all.
        Never raises, whatever the sandbox sent.
        """
        return border.check(raw, rows, self.metric, self._classes)

    def score(self, folds: Sequence[Array]) -> Score | Rejection:
        """Score of out-of-fold predictions, one checked array per fold of the plan, rows in `fold.held` order.

        The mean over the folds on which the metric is defined; a Rejection where it is on none.
        """
        return self._score(self._search, folds)

    def test(self, prediction: Array) -> Score | Rejection:
        """Score of a checked prediction of the test rows (`plan.test`, or those of `--test`, in order)."""
        return self._score(self._test, [prediction])

    def compare(self, new: Sequence[Array], best: Sequence[Array], looks: int) -> Comparison:
        """`new` against `best`, paired by row; `looks` counts the comparisons on this board, this one included.

        A two-sided studentised bootstrap over rows, groups or blocks of time; p is Bonferroni's, times the looks.
        """
        gain = self._search.gain(new, best)
        p = min(1.0, gain.p * max(looks, 1))
        if p >= SIGNIFICANT:
            return Comparison("no better", p, looks)
        return Comparison("better" if gain.value > 0 else "worse", p, looks)

    def best(self, candidates: Sequence[Candidate]) -> int:
        """Number of the best Experiment: the best out-of-fold estimate, or a simpler one that is as good.

        As good: worse by at most `NOISE_BAND` standard errors of the paired difference. Among equally complex ones
        the better score wins, then the earlier one. Picking one of many flatters its score, so a blend, whose score is
        cross-fitted, is held against what picking scores cross-fitted too, and taken where it is as good as that.
        Raises `ValueError` without candidates.
        """
        sign = 1 if self.metric.greater_is_better else -1

        def order(one: Candidate) -> tuple[float, int, int]:
            return sign * one.score.value, -one.complexity, -one.experiment

        blends, singles = ([one for one in candidates if one.blend is kind] for kind in (True, False))
        if not singles:
            return max(blends, key=order).experiment
        leader = max(singles, key=order)
        if blends:
            blend = max(blends, key=order)
            behind = sign * (self._picking(singles, sign) - blend.score.value)
            if behind <= NOISE_BAND * self._search.gain(leader.folds, blend.folds).spread:
                return blend.experiment
        near = [one for one in singles if one.complexity <= leader.complexity and self._is_as_good(one, leader)]
        return min(near, key=lambda one: (one.complexity, -sign * one.score.value, one.experiment)).experiment

    def _picking(self, singles: Sequence[Candidate], sign: int) -> float:
        """What picking the best of these scores: on each fold the one that is best on the other folds of its repeat."""
        values = np.array([one.score.folds for one in singles])
        size = values.shape[1] // self.plan.repeats if values.shape[1] % self.plan.repeats == 0 else values.shape[1]
        if size < 2:
            return sign * float((sign * values).mean(axis=1).max())
        by_repeat = values.reshape(len(singles), -1, size)
        others = by_repeat.sum(axis=2, keepdims=True) - by_repeat
        chosen = (sign * others).argmax(axis=0)
        return float(np.take_along_axis(by_repeat, chosen[None], axis=0).mean())

    def blend(self, members: Sequence[Sequence[Array]]) -> BlendResult:
        """Weights for the members (out-of-fold predictions each), at most eight of them above zero.

        Members are picked and weighed once on all held rows, and once without each part of them for the cross-fitted
        predictions, so that their score is honest; under `--time` only on what came before the part.
        """
        weights, folds = self._blends.fit([[self._soft(one) for one in member] for member in members])
        return BlendResult(tuple(float(weight) for weight in weights), tuple(folds))

    def mix(self, weights: Sequence[float], predictions: Sequence[Array]) -> Array:
        """A blend's prediction of some rows from its members' checked ones."""
        return ensemble.mix(np.stack([self._soft(one) for one in predictions]), np.asarray(weights))

    def _score(self, estimator: Estimator, predictions: Sequence[Array]) -> Score | Rejection:
        found = estimator.estimate(predictions)
        if not found.values:
            return Rejection(f"{self.metric.shown} is not defined for these predictions")
        also: dict[str, float] = {}
        for other in self._also:
            if other.needs != "probabilities" or predictions[0].ndim == 2:
                values = estimator.values(predictions, other)
                also |= {other.shown: float(np.mean(values))} if values else {}
        folds = found.values if estimator is self._search else ()
        return Score(found.value, estimator.interval(found), folds, estimator.rows, also)

    def _is_as_good(self, one: Candidate, leader: Candidate) -> bool:
        gain = self._search.gain(leader.folds, one.folds)
        return one is leader or gain.value <= NOISE_BAND * gain.spread

    def _soft(self, prediction: Array) -> Array:
        """Codes as probabilities of one and zero; all else as it is."""
        return np.eye(self._classes)[prediction] if self._classes and prediction.ndim == 1 else prediction

    def _refuse_impossible_metric(self) -> None:
        """Try the metric on the target itself: gamma deviance wants it positive, a person's function may break."""
        rows = np.arange(len(self._y)) if self.metric.has_influence else _spread(self._y)
        truth = self._y[rows]
        if not np.isfinite(self.metric.value(truth, naive(truth, self.metric, max(self._classes, 1)))):
            raise UserError(f"metric {self.metric.name!r} is not defined for this target; choose another one")
        if not self._search.definable:
            raise UserError(f"metric {self.metric.name!r} is not defined on any fold's rows; choose another one")


def _units(rows: Ints, groups: Ints | None, order: Ints | None) -> Ints:
    """What is drawn as one when resampling `rows`: rows, groups, or blocks of time; a group goes with its first row."""
    units = np.arange(len(rows)) if order is None else time_blocks(order[rows])
    if groups is None:
        return units
    _, first, codes = np.unique(groups[rows], return_index=True, return_inverse=True)
    return units[first][codes]


def _spread(y: Array) -> Ints:
    """Positions of at most 2,000 rows, evenly spaced."""
    return np.linspace(0, len(y) - 1, min(len(y), 2_000)).astype(np.int64)
