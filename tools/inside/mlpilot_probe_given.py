"""The part of the probe that asks what models are given: columns by name, marks for gaps, names as numbers, tasks."""

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from typing import Any

_MOST_NAMES, _MOST_ROWS, _MANY, _MOST_ASKED, _MOST_BYTES = 150, 200_000, 20, 60, 20_000_000
_WEIGHING = (
    "LinearRegression", "Ridge", "Lasso", "ElasticNet", "LogisticRegression", "SGDClassifier", "SGDRegressor", "SVC",
    "SVR", "LinearSVC", "LinearSVR", "KNeighborsClassifier", "KNeighborsRegressor", "MLPClassifier", "MLPRegressor",
    "KMeans", "MiniBatchKMeans", "DBSCAN", "AgglomerativeClustering", "PCA", "NearestNeighbors",
)  # fmt: skip
METRICS = (
    "accuracy_score", "r2_score", "mean_absolute_error", "mean_squared_error", "f1_score", "recall_score",
    "precision_score", "roc_auc_score", "log_loss", "balanced_accuracy_score", "fbeta_score",
    "root_mean_squared_error", "adjusted_rand_score", "precision_recall_curve", "roc_curve",
)  # fmt: skip
"""What is watched of `sklearn.metrics`."""
_MARKS = (-99, -999, -9999, -99999, 999, 9999, 99999)
_SHARE, _FEWEST, _NEARLY, _APART = 0.002, 10, 1e-4, 30


class Given:
    """What was seen of the rows that models learn from."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.names: dict[str, int] = {}
        self.numbered: set[str] = set()
        self.found: list[dict[str, Any]] = []
        self.states: set[bytes] = set()
        self.looked = 0
        self.scores: list[tuple[str, float]] = []
        self.rates: dict[str, list[str]] = {}

    def _count(self, name: str, more: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + more

    def facts(self) -> dict[str, Any]:
        """Counts, and for each column by how many fits it is known."""
        told: dict[str, Any] = self.counts | {f"fits that know {name}": number for name, number in self.names.items()}
        by_name: dict[str, list[float]] = {}
        for name, value in self.scores:
            by_name.setdefault(name, []).append(value)
        told["means of scores"] = [repr(sum(values) / len(values)) for values in by_name.values() if len(values) > 1]
        told["different models that are asked"] = len(self.states)
        return told | {f"true {name}": values for name, values in self.rates.items()}

    def asked(self, model: Any) -> None:
        """A model that the script asks: by what it has learnt, and whether a search had found its settings."""
        self._count("questions to models")
        self._count("judgements by what a search found", int(any(_has(model, one) for one in self.found)))
        if self.looked < _MOST_BYTES:
            with contextlib.suppress(Exception):
                state = pickle.dumps(model)
                self.looked += max(len(state), _MOST_BYTES // _MOST_ASKED)
                self.states.add(hashlib.blake2b(state, digest_size=8).digest())

    def searched(self, search: Any) -> None:
        """What a search found, once it is fitted."""
        best = getattr(search, "best_params_", None)
        if isinstance(best, dict) and len(self.found) < _MANY:
            self.found.append(best)

    def measured(self, name: str, depth: Callable[[], int], value: Any, *_: Any, **__: Any) -> None:
        """What a metric said, where the script itself asked it."""
        if not depth():
            self.scored(name, value)

    def scored(self, name: str, value: Any) -> None:
        """A score of the script's own, as a number."""
        if len(self.scores) < _MOST_NAMES:
            self.scores.append((name, float(value)))

    def confused(self, table: Any) -> None:
        """The rates of a table of right and wrong answers to two classes."""
        if getattr(table, "shape", ()) == (2, 2) and len(self.rates.get("recall", ())) < _MANY:
            tn, fp, fn, tp = (float(one) for one in table.ravel())
            rates = {"recall": (tp, fn), "precision": (tp, fp), "specificity": (tn, fp), "accuracy": (tp + tn, fp + fn)}
            for name, (right, wrong) in rates.items():
                self.rates.setdefault(name, []).append(repr(right / (right + wrong) if right + wrong else 0.0))

    def whole(self, X: Any) -> None:
        """Rows that the script itself hands to a model, or to a cross-validation of one."""
        columns = getattr(X, "columns", None)
        self._count("fits of tables", int(columns is not None))
        for name in list(columns if columns is not None else [])[:_MOST_NAMES]:
            if len(self.names) < _MOST_NAMES or str(name) in self.names:
                self.names[str(name)] = self.names.get(str(name), 0) + 1

    def within(self, estimator: Any, kind: str, X: Any, y: Any, weights: Any = None) -> None:
        """Rows that any estimator learns from, in a pipeline or by itself."""
        self._count("fits with weights", int(weights is not None))
        if kind == "LabelEncoder" and isinstance(getattr(X, "name", None), str):
            self.numbered.add(X.name)
        if kind == "OrdinalEncoder" and hasattr(X, "columns"):
            self.numbered.update(str(one) for one in X.columns)
        if kind in _WEIGHING:
            self._weighed(X)
        if y is not None and hasattr(estimator, "predict"):
            self._task(estimator, y)

    def _weighed(self, X: Any) -> None:
        import numpy as np

        self._count("fits of models that weigh numbers")
        known = {str(one) for one in getattr(X, "columns", ())} & self.numbered
        self._count("columns of names that are taken for sizes", len(known))
        with contextlib.suppress(Exception):
            table = np.asarray(X, dtype=float)
            if table.ndim == 2 and 0 < len(table) <= _MOST_ROWS:
                self._count("rows that are weighed", len(table))
                self._count("columns that are weighed", table.shape[1])
                spread = [one for one in np.nanstd(table, axis=0) if one > 0]
                apart = len(spread) > 1 and max(spread) > _APART * min(spread)
                self._count("fits of distances on columns of other scales", int(apart))
                self._count("columns with marks for gaps", sum(_has_mark(table[:, at]) for at in range(table.shape[1])))

    def _task(self, estimator: Any, y: Any) -> None:
        import numpy as np
        from sklearn.base import is_classifier

        with contextlib.suppress(Exception):
            target = np.ravel(np.asarray(y))
            different = len(np.unique(target))
            numbers = target.dtype.kind in "iuf"
            tells_classes = is_classifier(estimator)
            values = numbers and different > _MANY and different > 0.1 * len(target)
            classes = not numbers or (different < _MANY and bool((target == np.round(target)).all()))
            self._count("fits to a target")
            self._count("classifiers that are given values", int(tells_classes and values))
            self._count("regressions that are given classes", int(not tells_classes and classes))


def _has(model: Any, settings: dict[str, Any]) -> bool:
    """Whether a model has these settings, or is a search that had them chosen."""
    if hasattr(model, "best_estimator_"):
        return True
    known = model.get_params()
    short = {name.rpartition("__")[2]: value for name, value in settings.items()}
    return all(known.get(name, short) == value for name, value in settings.items()) or all(
        known.get(name, settings) == value for name, value in short.items()
    )


def are_scaled(data: Any) -> bool:
    """Whether every column that varies has the mean 0 and the deviation 1, as if these very rows had been scaled."""
    import numpy as np

    with contextlib.suppress(Exception):
        table = np.asarray(data, dtype=float)
        if table.ndim == 2 and _FEWEST <= len(table) <= _MOST_ROWS:
            deviations = table.std(axis=0) * np.sqrt([[1.0], [len(table) / (len(table) - 1)]])  # of n, or of n - 1
            varied = deviations[0] > 0
            ones = (abs(deviations[:, varied] - 1) < _NEARLY).all(axis=1)
            return bool(varied.any() and (abs(table.mean(axis=0)) < _NEARLY).all() and ones.any())
    return False


def _has_mark(column: Any) -> bool:
    """Whether a number that people write for a gap lies far out of the others, in more rows than one."""
    import numpy as np

    for mark in _MARKS:
        here = column == mark
        if max(2, _SHARE * len(column)) <= here.sum() < len(column):
            others = column[~here & np.isfinite(column)]
            if len(others) and (mark < others.min() or mark > others.max()):
                return bool(abs(mark - np.median(others)) > 3 * (others.std() or 1))
    return False
