"""Where a run's best model errs: groups of rows whose out-of-fold loss is clearly above that of the others.

Numbers are cut at their quartiles, words are taken as they are. A group counts where Welch's t is above the bound that
Bonferroni asks for over all the groups that were looked at.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.phrases import shown
from mlpilot.agent.record import RunRecord
from mlpilot.agent.study import Study
from mlpilot.sandbox.errors import UserError

LEAST_ROWS, MOST_VALUES, MOST_GROUPS = 25, 30, 6
CHANCE = 0.05


@dataclass(frozen=True)
class Group:
    """Rows that have something in common, and the mean loss on them against that on all the others."""

    what: str
    rows: int
    inside: float
    outside: float


@dataclass(frozen=True)
class Errors:
    """What is known of the errors of the best model."""

    loss: str
    """What is counted, in words."""
    rows: int
    mean: float
    looked_at: int
    """Groups."""
    worse: tuple[Group, ...]
    """The clearest first."""


def errors_of(record: RunRecord) -> Errors:
    """Reads the table again, (n, d), and compares group with group. Raises `UserError` where that cannot be done."""
    kept = record.behaviour
    if kept is None:
        raise UserError(f"{record.run} has kept no predictions yet: they come with its end")
    X = _rows(record, kept.oof_truth)
    loss, what = losses(kept.oof_truth, kept.oof)
    groups = [group for name in X.columns for group in _groups(str(name), X[name])]
    bound = NormalDist().inv_cdf(1 - CHANCE / max(len(groups), 1))
    found: list[tuple[float, Group]] = []
    for told, inside in groups:
        if (clearly := _welch(loss[inside], loss[~inside])) > bound:
            means = float(loss[inside].mean()), float(loss[~inside].mean())
            found.append((clearly, Group(told, int(inside.sum()), *means)))
    found.sort(key=lambda one: -one[0])
    return Errors(what, len(loss), float(loss.mean()), len(groups), tuple(group for _, group in found[:MOST_GROUPS]))


def losses(truth: NDArray[np.float64], predicted: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """(n,) how wrong each row was, and what that is called."""
    if predicted.ndim == 2:
        sure = predicted[np.arange(len(truth)), truth.astype(int)]
        return -np.log(np.clip(sure, 1e-6, 1.0)), "log loss"
    if np.array_equal(predicted, predicted.round()) and np.isin(predicted, truth).all():
        return (predicted != truth).astype(float), "share of rows that are wrong"
    return np.abs(predicted - truth), "absolute error"


def _rows(record: RunRecord, truth: NDArray[np.float64]) -> pd.DataFrame:
    """The rows that were held out in the search, in the order of their predictions: split again as the judge did."""
    study = Study.load(record.spec, 1)
    search = study.plan.search
    held = np.zeros(len(search), dtype=bool)
    for fold in study.plan.folds:
        held[fold.held] = True
    rows = search[held]
    if not np.array_equal(study.prepared.y[rows], truth):
        raise UserError(f"{record.spec.data} is not what it was in {record.run}: its errors cannot be laid beside it")
    return study.prepared.X.iloc[rows].reset_index(drop=True)


def _groups(name: str, column: pd.Series) -> list[tuple[str, NDArray[np.bool_]]]:
    missing = column.isna().to_numpy()
    found = [(f"{shown(name)} is missing", missing)] if missing.any() else []
    values = column[~missing]
    if pd.api.types.is_bool_dtype(column) or column.dtype == object or values.nunique() <= 4:
        texts = column.astype(str)
        for value in texts[~missing].value_counts().index[:MOST_VALUES]:
            found += [(f"{shown(name)} = {shown(str(value), 30)}", (texts == value).to_numpy())]
    elif pd.api.types.is_numeric_dtype(column):
        cuts = np.unique(np.quantile(values.to_numpy(float), [0, 0.25, 0.5, 0.75, 1]))
        for place, (low, high) in enumerate(pairwise(cuts)):
            inside = (column >= low if place == 0 else column > low) & (column <= high)
            found.append((f"{shown(name)} {low:g} – {high:g}", inside.fillna(False).to_numpy(bool)))
    least = LEAST_ROWS
    return [(told, inside) for told, inside in found if least <= inside.sum() <= len(inside) - least]


def _welch(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    spread = inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)
    return float((inside.mean() - outside.mean()) / math.sqrt(spread)) if spread > 0 else 0.0
