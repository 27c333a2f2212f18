"""What the pictures show, computed from predictions: small results from up to millions of rows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.record import RunRecord

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Predictions beside the truth, for rows that have both."""

    name: Literal["out-of-fold", "test"]
    truth: Floats
    """(n,) class codes or values."""
    predicted: Floats
    """(n, k) probabilities, or (n,) class codes or values."""

    @property
    def codes(self) -> Counts:
        """(n,) predicted class codes."""
        codes = self.predicted.argmax(axis=1) if self.predicted.ndim == 2 else self.predicted
        return codes.astype(np.int64)

    @property
    def residuals(self) -> Floats:
        """(n,) truth minus prediction."""
        return self.truth - self.predicted


def parts(record: RunRecord) -> list[Part]:
    """The out-of-fold part and the test part, as far as there are any; rows without a prediction are left out."""
    behaviour = record.behaviour
    if behaviour is None:
        return []
    found = [_part("out-of-fold", behaviour.oof_truth, behaviour.oof)]
    if behaviour.test_truth is not None and behaviour.test is not None:
        found.append(_part("test", behaviour.test_truth, behaviour.test))
    return [part for part in found if len(part.truth)]


def _part(name: Literal["out-of-fold", "test"], truth: Floats, predicted: Floats) -> Part:
    truth, predicted = np.asarray(truth, dtype=float), np.asarray(predicted, dtype=float)
    known = np.isfinite(truth) & np.isfinite(predicted.reshape(len(predicted), -1)).all(axis=1)
    return Part(name, truth[known], predicted[known])


@dataclass(frozen=True)
class Bin:
    """Rows with alike predicted probabilities, and how often the event came true among them."""

    tenth: int
    """0 for probabilities in [0, 0.1), ..., 9 for [0.9, 1]."""
    stated: float
    """Mean predicted probability."""
    hits: int
    count: int

    @property
    def observed(self) -> float:
        """Share of the rows for which the event came true."""
        return self.hits / self.count

    @property
    def ends(self) -> tuple[float, float]:
        """Wilson's 95 % interval of `observed`."""
        from scipy.stats import binomtest

        interval = binomtest(self.hits, self.count).proportion_ci(method="wilson")
        return float(interval.low), float(interval.high)


def reliability(part: Part) -> list[Bin]:
    """Ten bins of equal width, empty ones left out, over the probability of the second of two classes, else of the
    predicted class: top-label calibration (Guo et al., "On calibration of modern neural networks", ICML 2017)."""
    if part.predicted.shape[1] == 2:
        stated, event = part.predicted[:, 1], part.truth == 1
    else:
        stated, event = part.predicted.max(axis=1), part.codes == part.truth
    tenth = np.minimum((np.clip(stated, 0, 1) * 10).astype(int), 9)
    found = []
    for index in np.unique(tenth):
        inside = tenth == index
        found.append(Bin(int(index), float(stated[inside].mean()), int(event[inside].sum()), int(inside.sum())))
    return found


def merged(bins: list[Bin], least: int = 20) -> list[Bin]:
    """Neighbouring bins of few rows put together, so that a picture shows less noise."""
    found: list[Bin] = []
    for bin_ in bins:
        if found and found[-1].count < least and bin_.count < least:
            last = found.pop()
            count = last.count + bin_.count
            stated = (last.stated * last.count + bin_.stated * bin_.count) / count
            found.append(Bin(last.tenth, stated, last.hits + bin_.hits, count))
        else:
            found.append(bin_)
    return found


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: the mean distance between stated and observed, weighted by rows (Guo et al.)."""
    return sum(bin_.count * abs(bin_.stated - bin_.observed) for bin_ in bins) / sum(bin_.count for bin_ in bins)


def confusion(part: Part, classes: int) -> Counts:
    """(k, k) counts: true class by row, predicted class by column."""
    cells = part.truth.astype(np.int64) * classes + part.codes
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def per_class(matrix: Counts) -> Floats:
    """(k, 3) precision, recall and F1 of each class; NaN where undefined."""
    hits = np.diag(matrix).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = hits / matrix.sum(axis=0), hits / matrix.sum(axis=1)
        f1 = 2 * hits / (matrix.sum(axis=0) + matrix.sum(axis=1))
    return np.column_stack([precision, recall, f1])


@dataclass(frozen=True)
class Confused:
    """Rows of one class that were taken for another."""

    true: int
    predicted: int
    count: int
    share: float
    """Of the true class's rows."""


def most_confused(matrix: Counts, limit: int) -> list[Confused]:
    """Pairs of classes with the most mistakes, most first."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    pairs = [(int(cell) // len(matrix), int(cell) % len(matrix)) for cell in order]
    return [
        Confused(true, predicted, int(wrong[true, predicted]), wrong[true, predicted] / matrix[true].sum())
        for true, predicted in pairs
        if wrong[true, predicted]
    ]


def roc(part: Part, points: int = 200) -> tuple[Floats, Floats, float]:
    """False and true positive rates (at most `points` of them) and the area under the whole curve."""
    from sklearn.metrics import roc_auc_score, roc_curve

    false, true, _ = roc_curve(part.truth == 1, part.predicted[:, 1])
    keep = np.unique(np.linspace(0, len(false) - 1, points).astype(int))
    return false[keep], true[keep], float(roc_auc_score(part.truth == 1, part.predicted[:, 1]))


def sample(rows: int, limit: int) -> Counts:
    """Sorted positions of at most `limit` rows, drawn without replacement and always alike."""
    if rows <= limit:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


@dataclass(frozen=True)
class Trend:
    """Residuals among rows with alike predictions."""

    predicted: float
    mean: float
    error: float
    """Standard error of `mean`."""
    spread: float
    """Standard deviation."""
    count: int


def trends(part: Part, groups: int = 10) -> list[Trend]:
    """Residuals by tenths of the rows in order of prediction; fewer groups where there are under 20 rows in each."""
    order = np.argsort(part.predicted, kind="stable")
    found = []
    for rows in np.array_split(order, max(1, min(groups, len(order) // 20))):
        residuals = part.residuals[rows]
        spread = float(residuals.std(ddof=1)) if len(rows) > 1 else 0.0
        found.append(
            Trend(
                float(part.predicted[rows].mean()),
                float(residuals.mean()),
                spread / len(rows) ** 0.5,
                spread,
                len(rows),
            )
        )
    return found
