"""What each row contributes to a metric: the base of every interval and every comparison that the Judge makes.

Most metrics are a mean of per-row losses, or a monotone function of such a mean; ROC AUC is a U-statistic whose
rows have structural components (DeLong, DeLong and Clarke-Pearson 1988, in the fast form of Sun and Xu 2014).
Definitions agree with `sklearn.metrics` to rounding.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

EPSILON = float(np.finfo(np.float64).eps)


def as_codes(prediction: Array) -> Array:
    """Class codes (n,) of probabilities (n, k), the first of equals as in scikit-learn; codes stay as they are."""
    return prediction.argmax(axis=1) if prediction.ndim == 2 else prediction


def log_loss_rows(truth: Array, probabilities: Array) -> Floats:
    """-log of the true class's probability, clipped as scikit-learn clips it."""
    given = probabilities[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.clip(given, EPSILON, 1 - EPSILON)), dtype=np.float64)


def brier_rows(truth: Array, probabilities: Array) -> Floats:
    """Squared distance to the one-hot truth; halved for two classes, as scikit-learn's `scale_by_half="auto"`."""
    given = probabilities[np.arange(len(truth)), truth]
    distance = (probabilities**2).sum(axis=1) - 2 * given + 1
    return np.asarray(distance / 2 if probabilities.shape[1] == 2 else distance, dtype=np.float64)


def error_rows(truth: Array, prediction: Array) -> Floats:
    """1 where the label is wrong, else 0."""
    return np.asarray(as_codes(prediction) != truth, dtype=np.float64)


def top_two_rows(truth: Array, probabilities: Array) -> Floats:
    """0 where the true class is among the two likeliest, else 1."""
    likeliest = np.argsort(probabilities, axis=1, kind="stable")[:, -2:]
    return np.asarray(~(likeliest == truth[:, None]).any(axis=1), dtype=np.float64)


def _squared(truth: Array, values: Array) -> Floats:
    return np.asarray((truth - values) ** 2, dtype=np.float64)


def _absolute(truth: Array, values: Array) -> Floats:
    return np.asarray(np.abs(truth - values), dtype=np.float64)


def _percentage(truth: Array, values: Array) -> Floats:
    return np.asarray(np.abs(truth - values) / np.maximum(np.abs(truth), EPSILON), dtype=np.float64)


def _squared_log(truth: Array, values: Array) -> Floats:
    return np.asarray((np.log1p(truth) - np.log1p(values)) ** 2, dtype=np.float64)


def _poisson(truth: Array, values: Array) -> Floats:
    from scipy.special import xlogy

    outside = (truth < 0) | (values <= 0)
    return np.where(outside, np.nan, 2 * (xlogy(truth, truth / values) - truth + values))


def _gamma(truth: Array, values: Array) -> Floats:
    outside = (truth <= 0) | (values <= 0)
    return np.where(outside, np.nan, 2 * (np.log(values / truth) + truth / values - 1))


@dataclass(frozen=True)
class RowLoss:
    """A metric that is `mean(rows)`, `sqrt(mean(rows))` or `1 - mean(rows)`."""

    rows: Callable[[Array, Array], Floats]
    """(truth, prediction) → losses (n,), lower is better; not finite where the metric is not defined."""
    link: Literal["mean", "root", "complement"] = "mean"

    def losses(self, truth: Array, prediction: Array) -> Floats:
        """Losses (n,)."""
        with np.errstate(all="ignore"):
            return self.rows(truth, prediction)

    def value(self, losses: Floats) -> float:
        """The metric, in its shown direction."""
        mean = float(losses.mean()) if len(losses) else float("nan")
        if self.link == "root":
            return float(np.sqrt(mean))
        return 1 - mean if self.link == "complement" else mean

    def influence(self, losses: Floats) -> Floats:
        """First-order effect of each row on the metric (delta method), (n,), mean zero."""
        mean = float(losses.mean())
        slope = {"mean": 1.0, "root": 0.5 / max(float(np.sqrt(mean)), 1e-300), "complement": -1.0}[self.link]
        return np.asarray(slope * (losses - mean), dtype=np.float64)


ROW_LOSSES: Mapping[str, RowLoss] = MappingProxyType(
    {
        "neg_log_loss": RowLoss(log_loss_rows),
        "neg_brier_score": RowLoss(brier_rows),
        "accuracy": RowLoss(error_rows, "complement"),
        "top_k_accuracy": RowLoss(top_two_rows, "complement"),
        "neg_mean_squared_error": RowLoss(_squared),
        "neg_root_mean_squared_error": RowLoss(_squared, "root"),
        "neg_mean_absolute_error": RowLoss(_absolute),
        "neg_mean_absolute_percentage_error": RowLoss(_percentage),
        "neg_mean_squared_log_error": RowLoss(_squared_log),
        "neg_root_mean_squared_log_error": RowLoss(_squared_log, "root"),
        "neg_mean_poisson_deviance": RowLoss(_poisson),
        "neg_mean_gamma_deviance": RowLoss(_gamma),
    }
)
"""By scorer name; scorers that are not here have no per-row losses."""


@dataclass(frozen=True)
class Auc:
    """ROC AUC of probabilities (n, k): of the second of two classes; of more, averaged as its fields say."""

    one_against: Literal["rest", "one"] = "rest"
    weighted: bool = False
    """By how frequent each class, or pair of classes, is; these frequencies count as known."""

    def components(self, truth: Array, probabilities: Array) -> tuple[float, Floats]:
        """The area and each row's influence on it (n,), mean zero; over those classes or pairs that can be judged,
        `(nan, zeros)` where none can be."""
        total, weights, rows = 0.0, 0.0, np.zeros(len(truth))
        for area, influence, weight in self._parts(truth, probabilities):
            if np.isfinite(area):
                total, weights, rows = total + weight * area, weights + weight, rows + weight * influence
        return (total / weights, rows / weights) if weights else (float("nan"), rows)

    def _parts(self, truth: Array, probabilities: Array) -> Iterator[tuple[float, Floats, float]]:
        """Area, influence and weight of each class against the rest, or of each pair in both directions."""
        n, k = probabilities.shape
        if k == 2 or self.one_against == "rest":
            for code in [1] if k == 2 else range(k):
                positive = truth == code
                yield *_auc_of_one(positive, probabilities[:, code]), float(positive.mean()) if self.weighted else 1.0
            return
        for one, other in ((a, b) for a in range(k) for b in range(k) if a != b):
            rows = np.flatnonzero((truth == one) | (truth == other))
            influence = np.zeros(n)
            area, influence[rows] = _auc_of_one(truth[rows] == one, probabilities[rows, one])
            yield area, influence * n / max(len(rows), 1), len(rows) / n if self.weighted else 1.0


def _auc_of_one(positive: NDArray[np.bool_], score: Array) -> tuple[float, Floats]:
    from scipy.stats import rankdata

    n, above = len(positive), int(positive.sum())
    rows = np.zeros(n)
    if above in (0, n):
        return float("nan"), rows
    below = n - above
    overall = rankdata(score)
    of_positive = (overall[positive] - rankdata(score[positive])) / below
    of_negative = 1 - (overall[~positive] - rankdata(score[~positive])) / above
    area = float(of_positive.mean())
    rows[positive] = (of_positive - area) * n / above
    rows[~positive] = (of_negative - area) * n / below
    return area, rows


AREAS: Mapping[str, Auc] = MappingProxyType(
    {
        "roc_auc": Auc(),
        "roc_auc_ovr": Auc(),
        "roc_auc_ovr_weighted": Auc(weighted=True),
        "roc_auc_ovo": Auc("one"),
        "roc_auc_ovo_weighted": Auc("one", weighted=True),
    }
)
"""By scorer name."""
