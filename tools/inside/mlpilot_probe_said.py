"""The part of the probe that keeps what models said: what is told of it by measures, kept by name, put beside names."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any

_MOST_KEPT, _MOST_ROWS, _MOST_NAMES, _MOST_COLUMNS, _FEW = 60, 200_000, 80, 150, 20
_COMMON = 0.9
_OF_VALUES = (
    "r2_score", "mean_squared_error", "mean_absolute_error", "root_mean_squared_error",
)  # fmt: skip
_OF_CLASSES = ("accuracy_score", "f1_score", "recall_score", "precision_score", "balanced_accuracy_score")


class Said:
    """Answers of models to the script's own questions."""

    def __init__(self, probe: Any, rows_of: Callable[[Any], list[bytes]]) -> None:
        self.probe, self.rows_of = probe, rows_of
        self.marks: set[bytes] = set()
        self.scores: list[Any] = []
        """Numbers by which two classes may be told apart, one a row."""
        self.binary: list[Any] = []
        """Probabilities of two classes."""
        self.labels: set[bytes] = set()
        """Marks of what classifiers predicted."""
        self.on_rows: dict[bytes, list[tuple[int, Any]]] = {}
        """Mark of rows → what models, by the number of their fit, said of them."""
        self.kept: list[Any] = []
        """Columns that the script has set."""

    def answered(self, answer: Any, model: Any = None, X: Any = None) -> None:
        """What a model said, of which rows."""
        import numpy as np

        self.marks.add(self._mark(answer))
        with contextlib.suppress(Exception):
            values = np.asarray(answer)
            if values.dtype.kind not in "fiub" or not 0 < len(values) <= _MOST_ROWS or len(self.scores) >= _MOST_KEPT:
                return
            values = values.astype(float)
            if values.ndim == 2 and values.shape[1] == 2:
                self.binary.append(values)
            self.scores.append(values[:, -1] if values.ndim == 2 else values)
            if X is not None:
                rows = b"".join(self.rows_of(X))[:65536]
                number = self.probe.fit_numbers.get(id(model), 0)
                self.on_rows.setdefault(rows, []).append((number, values))
        if model is not None and hasattr(model, "classes_") and getattr(answer, "ndim", 1) == 1:
            self.labels.add(self._mark(answer))

    def _mark(self, values: Any) -> bytes:
        return b"".join(self.rows_of(values))[:4096]

    def measured(self, name: str, first: Any, second: Any) -> None:
        """A measure: is what stands first the truth, and is it one for what the model tells?"""
        self.probe.count("measures", int(not self.probe.depth))
        if [self._is_answer(one) for one in (first, second)] == [True, False]:
            self.probe.count("answers taken for the truth")
        if not self.probe.depth:
            self._of_rare(name, first)
        of_classes = self._mark(second) in self.labels or self._mark(first) in self.labels
        if not self.probe.depth and of_classes:
            self.probe.count("measures of classes")
            self.probe.count("measures of values, of classes", int(name in _OF_VALUES))
            self.probe.count("measures of classes, of classes", int(name in _OF_CLASSES))

    def crossed(self, truth: Any, scoring: Any) -> None:
        """A cross-validation: by accuracy, where one class is rare?"""
        by_accuracy = scoring in (None, "accuracy")
        self._of_rare("accuracy_score" if by_accuracy else str(scoring), truth)

    def _of_rare(self, name: str, truth: Any) -> None:
        import numpy as np

        with contextlib.suppress(Exception):
            _, sizes = np.unique(np.asarray(truth), return_counts=True)
            if 1 < len(sizes) <= _FEW and sizes.max() > _COMMON * sizes.sum():
                by_accuracy = name == "accuracy_score"
                self.probe.count("accuracies where one class is rare", int(by_accuracy))
                self.probe.count("measures that mind the rare class", int(not by_accuracy))

    def _is_answer(self, values: Any) -> bool:
        """Whether a model said this, or it is what a limit makes of what one said."""
        import numpy as np

        if self._mark(values) in self.marks:
            return True
        with contextlib.suppress(Exception):
            found = np.asarray(values)
            kinds = np.unique(found)
            if found.ndim == 1 and len(kinds) == 2:
                upper = found == kinds[1]
                return any(
                    len(one) == len(found) and one[upper].min() >= one[~upper].max() and one.min() < one.max()
                    for one in self.scores
                )
        return False

    def drawn(self, _: Any, *arrays: Any, **__: Any) -> None:
        """Rows that are drawn again and again: of one array, or of several at once?"""
        self.probe.count("draws of one array alone" if len(arrays) == 1 else "draws of several arrays")

    def set(self, value: Any) -> None:
        """A column that the script sets."""
        if len(self.kept) < _MOST_KEPT and 0 < len(value) <= _MOST_ROWS:
            self.kept.append(value)

    def facts(self, names: dict[str, Any]) -> dict[str, Any]:
        """What was kept at the end, of what was said."""
        import sys

        if "numpy" not in sys.modules:
            return {}
        kept = list(self._columns(names))
        told: dict[str, Any] = {
            "columns that hold the probability of the first class": self._of_class(kept, 0),
            "columns that hold the probability of the second class": self._of_class(kept, 1),
        }
        told |= self._means(kept)
        beside = importlib.import_module("mlpilot_probe_weights").weights(self.probe.fitted)
        return told | ({"weights of columns": beside} if beside else {})

    def _columns(self, names: dict[str, Any]) -> Iterator[Any]:
        """Numbers, one a row, that a name of the script holds, or a column of a table that has one."""
        import numpy as np

        for value in [*list(names.values())[:1000], *self.kept]:
            with contextlib.suppress(Exception):
                if hasattr(value, "columns"):
                    tables = [value[name] for name in list(value.columns)[:_MOST_COLUMNS]]
                else:
                    tables = [value] if type(value).__name__ in ("ndarray", "Series", "list") else []
                for one in tables:
                    column = np.asarray(one)
                    if column.ndim == 1 and column.dtype.kind == "f" and 0 < len(column) <= _MOST_ROWS:
                        yield column.astype(float)

    def _of_class(self, kept: list[Any], place: int) -> int:
        """How many of them are the probability of one of two classes, in whatever order the rows are."""
        import numpy as np

        known = [np.sort(one[:, place]) for one in self.binary]
        return sum(
            any(len(one) == len(column) and np.allclose(np.sort(column), one) for one in known) for column in kept
        )

    def _means(self, kept: list[Any]) -> dict[str, int]:
        """Means of what several fits said of the same rows: are they kept, or only what the last one said?"""
        import numpy as np

        groups = [told for told in self.on_rows.values() if len({number for number, _ in told}) > 1]
        means = []
        for told in groups[:_FEW]:
            with contextlib.suppress(Exception):
                mean = np.mean([values for _, values in told], axis=0)
                means.append(mean[:, -1] if mean.ndim == 2 else mean)
        alike = (any(len(one) == len(mean) and np.allclose(one, mean) for one in kept) for mean in means)
        return {"rows that several fits tell": len(means), "means of several fits that are kept": sum(alike)}
