"""scikit-learn's scorers, applied to predictions.

The Judge holds predictions and scorers want estimators, so each is given an estimator that repeats a prediction; which
class is the positive one, and which response is used, stays scikit-learn's own business.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer, get_scorer_names

from mlpilot.agent.judging.losses import Array
from mlpilot.agent.task import TaskType

NAMES: tuple[str, ...] = tuple(get_scorer_names())


class _Repeater(BaseEstimator):  # type: ignore[misc]
    """An estimator whose prediction is the given one."""

    def __init__(self, prediction: Array, classes: Array) -> None:
        self.prediction, self.classes_ = prediction, classes

    def predict(self, X: None) -> Array:  # noqa: ARG002
        return self.prediction

    def predict_proba(self, X: None) -> Array:  # noqa: ARG002
        return self.prediction


class _Classifier(ClassifierMixin, _Repeater):  # type: ignore[misc]
    pass


class _Regressor(RegressorMixin, _Repeater):  # type: ignore[misc]
    pass


class Scorer:
    """One of scikit-learn's scorers, for predictions of one task."""

    def __init__(self, name: str, classes: Sequence[Any]) -> None:
        self._scorer = get_scorer(name)
        self._classes = len(classes)
        # A scorer whose `pos_label` is 1 means the label 1 where there is one, as in classes (1, 2). In every other
        # pair the second class is the positive one, as the codes 0 and 1 have it.
        numeric = len(classes) == 2 and not isinstance(classes[0], str | bool)
        self._first = int(numeric and classes[0] == 1)

    @property
    def task(self) -> TaskType:
        """What it is for."""
        module: str = self._scorer._score_func.__module__
        return "regression" if module.endswith("._regression") else "classification"

    @property
    def greater_is_better(self) -> bool:
        """Whether the scorer's name has no `neg_`."""
        return bool(self._scorer._sign > 0)

    @property
    def needs(self) -> Literal["labels", "probabilities", "values"]:
        """What a prediction must be."""
        if self.task == "regression":
            return "values"
        return "labels" if self._scorer._response_method == "predict" else "probabilities"

    def value(self, truth: Array, prediction: Array) -> float:
        """Positive where the name has a `neg_`; nan where it is not defined on these rows.

        That is where scikit-learn says so, and where two classes are asked for and one is there: precision and the like
        are 0 then in scikit-learn, whatever was predicted.
        """
        if self.task == "classification" and self._classes == 2 and (truth == truth[0]).all():
            return float("nan")
        try:
            return self.strictly(truth, prediction)
        except ValueError:
            return float("nan")

    def strictly(self, truth: Array, prediction: Array) -> float:
        """As scikit-learn computes it; raises its `ValueError` where it does."""
        if self.task == "regression":
            estimator: _Repeater = _Regressor(prediction, np.empty(0))
        else:
            truth = truth + self._first
            labels = prediction + self._first if prediction.ndim == 1 else prediction
            estimator = _Classifier(labels, np.arange(self._classes) + self._first)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return float(self._scorer._sign * self._scorer(estimator, None, truth))


def problem(name: str, classes: Sequence[Any]) -> str:
    """Why a classification scorer cannot judge a task with these classes, one line; empty if it can."""
    k = len(classes)
    if name == "top_k_accuracy" and k == 2:
        return "metric 'top_k_accuracy' counts the two likeliest classes as right, so it is always 1 with two classes"
    reason = _refusal(name, classes)
    if not reason:
        return ""
    variants = [other for other in NAMES if other.startswith(f"{name}_") and not _refusal(other, classes)]
    if k > 2 and not _refusal(name, (0, 1)):
        instead = ", ".join(variants) or "balanced_accuracy, f1_macro, matthews_corrcoef"
        return f"metric {name!r} is for two classes, and the target has {k}; use one of {instead}"
    return f"metric {name!r} cannot judge one label per row: {reason}"


def _refusal(name: str, classes: Sequence[Any]) -> str:
    """scikit-learn's own reason, found by trying: every class occurs, some rows are right and some wrong."""
    scorer = Scorer(name, classes)
    k = len(classes)
    truth = np.tile(np.arange(k), 4)
    guess = np.concatenate([truth[: 2 * k], np.roll(truth[2 * k :], 1)])
    onehot = np.eye(k)[guess]
    try:
        scorer.strictly(truth, guess if scorer.needs == "labels" else (onehot + 1 / k) / 2)
    except ValueError as error:
        return str(error).splitlines()[0].rstrip(".")
    return ""
