"""Observes what estimators of scikit-learn, XGBoost and LightGBM are fitted on and asked about, within this process.

Looked at are calls of the script itself, and those through pipelines, searches and cross-validations; no more time goes
by than a quarter of a second and a twenty-fifth of the script's. Nothing of what is computed changes.
"""

import functools
import inspect
import time
import weakref
from collections.abc import Callable
from typing import Any

import mlpilot_columns as columns
from mlpilot_training import Book

MOST = 40
_SHARE, _FREE_SECONDS = 0.04, 0.25
_THROUGH = (
    "Pipeline", "ColumnTransformer", "FeatureUnion", "GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV",
    "TransformedTargetRegressor",
)  # fmt: skip
"""Estimators that hand their rows on to others."""
_COMMON = 0.8
"""The share of the most common class up to which a model may be asked to tell others."""
_METHODS = ("fit", "fit_predict", "fit_transform", "predict", "predict_proba", "score")


class Models:
    """The observer of one script's estimators."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.told: dict[tuple[str, int], dict[str, Any]] = {}
        """Class and line of the script → what was seen there."""
        self.fitted: Any = weakref.WeakKeyDictionary()
        """Estimator → what was noted of its fit, and the columns' moments."""
        self.within: list[Any] = []
        self._spent, self._began = 0.0, time.process_time()

    def start(self, base: Any) -> None:
        """Hooks on all estimators that are there, and on those that come."""
        kind = base.BaseEstimator
        waiting = [kind]
        while waiting:
            one = waiting.pop()
            self._hook(one)
            waiting += one.__subclasses__()
        own, models = kind.__init_subclass__.__func__, self

        def comes(cls: Any, /, **more: Any) -> None:
            own(cls, **more)
            models._hook(cls)

        kind.__init_subclass__ = classmethod(comes)

    def _hook(self, kind: Any) -> None:
        """Hooks on what a class defines, and on what those it is made of do."""
        for owner in kind.__mro__[:-1]:
            for name in _METHODS:
                method = vars(owner).get(name)
                if inspect.isfunction(method) and not hasattr(method, "of_mlpilot"):
                    noted = self._noting(name, method)
                    noted.of_mlpilot = True  # type: ignore[attr-defined]
                    setattr(owner, name, noted)

    def _noting(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        models = self

        @functools.wraps(method)
        def noted(self: Any, *args: Any, **more: Any) -> Any:
            seen = models._is_seen(self)
            models.within.append(self)
            try:
                given = method(self, *args, **more)
            finally:
                models.within.pop()
            if seen and (args or "X" in more):
                began = time.process_time()
                models.book.safely(models._note, name, self, args[0] if args else more["X"], args[1:], more, given)
                models._spent += time.process_time() - began
            return given

        return noted

    def _is_seen(self, estimator: Any) -> bool:
        """Whether there is time, and only those that hand rows on are around it."""
        if self._spent > _FREE_SECONDS + _SHARE * (time.process_time() - self._began):
            return False
        return all(type(one).__name__ in _THROUGH and one is not estimator for one in self.within)

    def _note(self, name: str, estimator: Any, X: Any, args: Any, more: dict[str, Any], given: Any) -> None:
        if type(estimator).__name__ in _THROUGH:
            return
        found = columns.table(X)
        if found is None:
            return
        values, names = found
        if name.startswith("fit"):
            self._fit(estimator, values, names, args[0] if args else more.get("y"))
            self._stops(estimator, X, more)
        elif estimator in self.fitted:
            self._asked(estimator, values, given if name == "predict" else None)

    def _fit(self, estimator: Any, values: Any, names: list[str], target: Any) -> None:
        import numpy as np

        kind, line = type(estimator).__name__, self.book.line()
        if line is None or ((kind, line) not in self.told and len(self.told) >= MOST):
            return
        told = self.told.setdefault((kind, line), {"kind": kind, "line": line, "fits": 0, "lacking": 0, "classes": []})
        told["fits"] += 1
        told.update(rows=len(values), columns=values.shape[1], metric=str(getattr(estimator, "metric", ""))[:40])
        classes = [str(one)[:40] for one in getattr(estimator, "classes_", ())][:100]
        told.setdefault("sets", []).append(classes)
        del told["sets"][:-50]
        if told["fits"] == 1:
            told.update(dominant=columns.dominant(values, names), marks=columns.marks(values, names))
            if target is not None and hasattr(estimator, "predict"):
                told["target_columns"] = columns.with_target(values, names, target)
        wanted = None if target is None else np.asarray(target)
        shares = None
        if wanted is not None and wanted.size == len(wanted) and len(wanted) > 1:
            numbers = wanted.dtype.kind in "fiub"
            counts = np.unique(wanted, return_counts=True)[1]
            shares = float(counts.max() / len(wanted)), float(wanted.astype(float).std()) if numbers else 0.0
        self.fitted[estimator] = told, columns.moments(values), shares, columns.is_scaled(values)

    def _stops(self, estimator: Any, X: Any, more: dict[str, Any]) -> None:
        """Whether a booster is stopped by the rows that it is fitted on."""
        pairs = more.get("eval_set")
        rounds = getattr(estimator, "early_stopping_rounds", None) or more.get("early_stopping_rounds")
        if not pairs or not rounds or estimator not in self.fitted:
            return
        told = self.fitted[estimator][0]
        last, own = columns.table(pairs[-1][0]), columns.table(X)
        if last is not None and own is not None:
            told["stops_by_itself"] = last[0].shape == own[0].shape and bool((last[0] == own[0]).all())

    def _asked(self, estimator: Any, values: Any, answer: Any) -> None:
        """A fitted estimator is asked about rows; `answer`: what `predict` said, or None."""
        import numpy as np

        told, known, shares, was_scaled = self.fitted[estimator]
        asked = told.setdefault("asked", {"times": 0, "otherwise": 0, "apart": 0, "line": 0, "said": 0, "same": 0})
        asked["times"] += 1
        is_other = columns.is_other(known, values)
        is_apart = was_scaled and columns.is_scaled(values) and not np.allclose(values[0], 0)
        if is_other or is_apart:
            asked["line"] = self.book.line() or 0
        asked["otherwise"] += int(is_other)
        asked["apart"] += int(is_apart and len(values) != told["rows"])
        if answer is None or shares is None or len(values) < columns._LEAST_ROWS or len(self.within) > 0:
            return
        said = np.asarray(answer)
        asked["said"] += 1
        most, spread = shares
        one_class = len(getattr(estimator, "classes_", ())) > 1 and len(np.unique(said)) == 1 and most < _COMMON
        is_flat = not hasattr(estimator, "classes_") and said.dtype.kind == "f" and said.std() < 1e-3 * spread
        asked["same"] += int(one_class or is_flat)

    def as_json(self) -> list[dict[str, Any]]:
        """What was seen, by class and line."""
        for told in self.told.values():
            sets = [set(one) for one in told.pop("sets", [])]
            everything: set[str] = set().union(*sets)
            told["classes"] = len(everything)
            told["lacking"] = sum(one < everything for one in sets)
        return list(self.told.values())
