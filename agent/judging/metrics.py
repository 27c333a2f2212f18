"""Metrics with a fixed direction: scikit-learn's scorers by name, and a person's own functions."""

import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mlpilot.agent.judging import custom
from mlpilot.agent.judging.losses import AREAS, ROW_LOSSES, Array, Auc, Floats, RowLoss, as_codes
from mlpilot.agent.task import TaskType
from mlpilot.sandbox.errors import UserError

DEFAULTS: dict[TaskType, str] = {"classification": "neg_log_loss", "regression": "neg_root_mean_squared_error"}
_SHORT = {
    "rmse": "neg_root_mean_squared_error",
    "mse": "neg_mean_squared_error",
    "mae": "neg_mean_absolute_error",
    "mape": "neg_mean_absolute_percentage_error",
    "auc": "roc_auc",
    "logloss": "neg_log_loss",
    "brier": "neg_brier_score",
    "mcc": "matthews_corrcoef",
}
_NO_BOUND = ("positive_likelihood_ratio", "mutual_info_score")


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions. `truth` is class codes or values (n,); `prediction` is what `Judge.check` gave."""

    name: str
    """As given: `neg_log_loss`, `roc_auc`, `mine.py:gain`."""
    shown: str
    """`log_loss` (without `neg_`), else the name."""
    greater_is_better: bool
    """Of the shown value: `neg_X` is shown as X, positive, and lower is better."""
    needs: Literal["labels", "probabilities", "values"]
    perfect: float | None
    """The best value that there can be; None where there is no such bound."""
    _function: Callable[[Array, Array], float] = field(repr=False, compare=False)
    _rows: RowLoss | None = field(default=None, repr=False, compare=False)
    _area: Auc | None = field(default=None, repr=False, compare=False)

    def value(self, truth: Array, prediction: Array) -> float:
        """The metric in its shown direction; not finite where it is not defined on these rows.

        Probabilities (n, k) become labels by argmax where labels are needed. Raises `UserError` where a person's own
        function breaks.
        """
        if self._rows is not None:
            return self._rows.value(self._rows.losses(truth, prediction))
        if self._area is not None:
            return self._area.components(truth, prediction)[0]
        return self._function(truth, as_codes(prediction) if self.needs == "labels" else prediction)

    def losses(self, truth: Array, prediction: Array) -> Floats | None:
        """Losses (n,), lower is better, where the metric is a monotone function of their mean; None otherwise."""
        return None if self._rows is None else self._rows.losses(truth, prediction)

    @property
    def row_wise(self) -> bool:
        """Whether it is a function of a mean over rows, in which every class counts by its rows."""
        return self._rows is not None

    @property
    def has_influence(self) -> bool:
        """Whether `influence` knows a formula."""
        return self._rows is not None or self._area is not None

    def influence(self, truth: Array, prediction: Array) -> Floats | None:
        """First-order effect of each row on the shown value (n,), mean zero; None where no formula is known."""
        if self._rows is not None:
            return self._rows.influence(self._rows.losses(truth, prediction))
        return None if self._area is None else self._area.components(truth, prediction)[1]


def resolve_metric(name: str | None, type: TaskType, classes: Sequence[Any]) -> Metric:
    """The metric of that name for that type of task; None: the default.

    `classes` are the original labels in `numpy.unique` order, empty in regression. Raises `UserError` in one line for
    a name that is unknown, a scorer that does not fit, or a file that does not work.
    """
    if name is None:
        name = DEFAULTS[type]
    if _is_custom(name):
        mine = custom.CustomMetric(name, type, classes)
        return Metric(name, name, mine.greater_is_better, mine.needs, None, mine.value)
    return _scorer(name, type, classes)


def companions(type: TaskType) -> list[Metric]:
    """What is shown beside the metric: accuracy and ROC AUC (one class against the rest), or R²."""
    if type == "regression":
        return [_scorer("r2", type, ())]
    return [_scorer("accuracy", type, (0, 1)), _scorer("roc_auc", type, (0, 1))]


def metric_hash(name: str | None) -> str | None:
    """sha256 of a custom metric's file, hexadecimal; None for scikit-learn's."""
    if name is None or not _is_custom(name):
        return None
    return hashlib.sha256(custom.read(custom.parts(name)[0])).hexdigest()


def _is_custom(name: str) -> bool:
    return ":" in name or name.endswith(".py")


def _scorer(name: str, type: TaskType, classes: Sequence[Any]) -> Metric:
    from mlpilot.agent.judging import scorers  # scikit-learn is slow to import, and a light command needs none of it

    if name not in scorers.NAMES:
        raise UserError(_unknown(name, scorers.NAMES))
    scorer = scorers.Scorer(name, classes)
    if scorer.task != type:
        raise UserError(
            f"metric {name!r} is for {scorer.task}, and this is a {type} task; the default is {DEFAULTS[type]!r}"
        )
    problem = scorers.problem(name, classes) if type == "classification" else ""
    if problem:
        raise UserError(problem)
    greater = scorer.greater_is_better
    return Metric(
        name,
        shown=name if greater else name.removeprefix("neg_"),
        greater_is_better=greater,
        needs=scorer.needs,
        perfect=None if name in _NO_BOUND else float(greater),
        _function=scorer.value,
        _rows=ROW_LOSSES.get(name),
        _area=AREAS.get(name),
    )


def _unknown(name: str, known: Sequence[str]) -> str:
    guesses = (_SHORT.get(name.lower(), ""), f"neg_{name}", f"neg_mean_{name}", f"neg_root_{name}")
    near = [guess for guess in guesses if guess in known]
    near += difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(dict.fromkeys(near))}" if near else "the scikit-learn user guide lists them"
    return f"unknown metric {name!r}; {hint}; your own goes as FILE.py:FUNC"
