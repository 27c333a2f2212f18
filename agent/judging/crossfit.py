"""Weights of blends, cross-fitted: what a blend predicts for a row was weighed without that row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.metrics import Metric
from mlpilot.agent.judging.splits import Plan
from mlpilot.tools import ensemble

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS_MOST = 20_000
ROWS_MOST_OF_ANY_LOSS = 4_000
_PARTS = 5
_SQUARED = ("neg_root_mean_squared_error", "neg_mean_squared_error", "r2", "explained_variance")
_LOGARITHMIC = ("neg_log_loss", "d2_log_loss_score")


class CrossFit:
    """Fits blends over the out-of-fold predictions of one plan.

    `truth` (n,) is over the search rows, `order` (n,) their ranks in time or None.
    """

    def __init__(self, metric: Metric, plan: Plan, truth: Array, order: Ints | None, seed: int) -> None:
        self._metric, self._plan, self._truth = metric, plan, truth
        self._timed = order is not None
        self._parts = _parts(plan, order, seed)
        self._loss = self._loss_of(metric)
        self._sample = self._some_rows(np.random.default_rng([seed, 0xB1E]))

    def fit(self, members: Sequence[Sequence[Array]]) -> tuple[Floats, list[Array]]:
        """Weights (m,) fitted on all held rows, and cross-fitted predictions, one array per fold.

        `members` are m lists of one array per fold, values (n,) or probabilities (n, k).
        """
        stack = np.stack([np.concatenate(self._sampled(member)) for member in members])
        rows = np.concatenate(self._sampled([fold.held for fold in self._plan.folds]))
        weights = ensemble.fit_weights(stack, self._truth[rows], self._loss)
        crossed = []
        for part in range(int(self._parts.max()) + 1):
            known = self._parts[rows] < part if self._timed else self._parts[rows] != part
            crossed.append(ensemble.fit_weights(stack[:, known], self._truth[rows[known]], self._loss))
        table = np.stack(crossed)
        folds = []
        for number, fold in enumerate(self._plan.folds):
            of_row = table[self._parts[fold.held]]
            folds.append(np.einsum("nm,mn...->n...", of_row, np.stack([member[number] for member in members])))
        return weights, folds

    def _sampled(self, folds: Sequence[Array]) -> list[Array]:
        return [one[positions] for one, positions in zip(folds, self._sample, strict=True)]

    def _some_rows(self, rng: np.random.Generator) -> list[Ints]:
        """Positions within each fold's held rows: all of them, or an even share of very many."""
        sizes = [len(fold.held) for fold in self._plan.folds]
        share = (ROWS_MOST_OF_ANY_LOSS if callable(self._loss) else ROWS_MOST) / sum(sizes)
        return [
            np.arange(size) if share >= 1 else np.sort(rng.choice(size, max(1, int(size * share)), replace=False))
            for size in sizes
        ]

    def _loss_of(self, metric: Metric) -> ensemble.Loss:
        if metric.name in _LOGARITHMIC:
            return "log_loss"
        if metric.name in _SQUARED:
            return "squared_error"
        sign = -1.0 if metric.greater_is_better else 1.0
        return lambda truth, blend: sign * metric.value(truth, blend)


def _parts(plan: Plan, order: Ints | None, seed: int) -> Ints:
    """Part (n,) of each search row that weights are fitted without; -1 for rows that are never held."""
    first = plan.folds[: len(plan.folds) // plan.repeats]
    n = len(plan.search)
    parts = np.full(n, -1, dtype=np.int64)
    if len(first) > 1:
        for number, fold in enumerate(first):
            parts[fold.held] = number
        return parts
    held = first[0].held
    place = np.random.default_rng([seed, 0xB1D]).permutation(len(held))
    if order is not None:
        place[np.argsort(order[held], kind="stable")] = np.arange(len(held))
    parts[held] = place * _PARTS // len(held)
    return parts
