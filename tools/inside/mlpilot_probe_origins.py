"""The part of the probe that asks of which rows a fit or a statistic was: those for training, or others.

A row is known by its label in the index of a table. Arrays have none: their rows are known by what they hold, and where
a table was made an array, or a transformer gave an array, each row of it is traced back to the one that it was made of.
Whether rows are those for training shows when the script has split them, before or after: at its end.
"""

import contextlib
from typing import Any

_MOST_KEPT, _MOST_PARTS, _MOST_ROWS, _MOST_TRACED = 200, 20, 100_000, 400_000
STATISTICS = "statistics of tables"
FITS = "fits of transformers"
CROSSED = "cross-validations"
WITHIN = "fits of transformers or their steps"

Labels = frozenset[Any]


class Origins:
    """What was fitted or described, and which parts the rows were split into."""

    def __init__(self, marks: Any) -> None:
        """`marks` gives what the rows of an array hold, a mark for each."""
        self._marks = marks
        self._traced: dict[bytes, Any] = {}
        self.noted: dict[str, list[Labels]] = {}
        self.parts: list[tuple[Labels, Labels]] = []
        self._fitted: dict[int, tuple[Any, Labels]] = {}
        self._learnt: set[bytes] = set()
        self.crossed = self.crossed_learnt = self._looked_at = 0
        self._of_transformers: list[Labels] = []
        self.models = 0
        self._of_models: set[Labels] = set()
        self._judged: set[Any] = set()

    def labels(self, data: Any, alike: bool = False) -> list[Any] | None:
        """A label for each row; None where rows cannot be told from each other (half of them, if they may be `alike`),
        or there are too many."""
        index = getattr(data, "index", None)
        if index is not None and not callable(index):
            if not 0 < len(index) <= _MOST_ROWS or not index.is_unique:
                return None
            return list(index)
        marks = self._marks(data)
        if not 0 < len(marks) <= _MOST_ROWS:
            return None
        found = [self._traced.get(one, one) for one in marks]
        told = len(set(found))
        return found if told == len(found) or (alike and 2 * told > len(found)) else None

    def trace(self, given: Any, made: Any) -> None:
        """An array whose rows were made of other ones, each of the one at its place."""
        if hasattr(made, "index") and not callable(made.index):
            return
        whence, marks = self.labels(given), self._marks(made)
        plain = whence is not None and len(whence) == len(marks) == len(set(marks))
        if whence is not None and plain and len(self._traced) + len(marks) <= _MOST_TRACED:
            self._traced.update(zip(marks, whence, strict=True))

    def made(self, owner: Any, given: Any, answer: Any, by_script: bool) -> None:
        """What a transformer gave, by what it learnt of these very rows or of others; within others it is traced."""
        whence, marks = self.labels(given, alike=True), self._marks(answer)
        _, known = self._fitted.get(id(owner), (None, frozenset()))
        if (
            by_script
            and whence is not None
            and not known.isdisjoint(whence)
            and len(self._learnt) + len(marks) <= _MOST_TRACED
        ):
            self._learnt.update(marks)
        self.trace(given, answer)

    def crossing(self, data: Any) -> None:
        """Rows that are cross-validated: did a transformer learn of all of them what they hold?"""
        marks = self._marks(data)
        self.crossed += 1
        self.crossed_learnt += int(len(marks) > 0 and self._learnt.issuperset(marks))

    def fitted(self, owner: Any, data: Any) -> None:
        """A transformer and the rows that it was fitted on."""
        self.note(FITS, data)
        rows = self.labels(data, alike=True)
        if len(self._fitted) < _MOST_KEPT and rows is not None:
            self._fitted[id(owner)] = owner, frozenset(rows)

    def within(self, data: Any, is_model: bool, is_transformer: bool) -> None:
        """Rows that a model or a transformer was fitted on, by the script or within what it called."""
        rows = len(data) if not hasattr(data, "shape") else int(data.shape[0])
        self._looked_at += rows
        self.models += int(is_model)
        labels = self.labels(data) if self._looked_at < _MOST_TRACED else None
        if labels is not None and is_model:
            self._of_models.add(frozenset(labels))
        elif labels is not None and is_transformer:
            self._of_transformers.append(frozenset(labels))

    def judged(self, data: Any) -> None:
        """Rows that a model was judged by."""
        rows = self.labels(data, alike=True) if len(self._judged) < _MOST_ROWS else None
        self._judged.update(rows or ())

    def note(self, name: str, data: Any) -> None:
        """Rows that something was fitted on, or that a statistic is of."""
        kept = self.noted.setdefault(name, [])
        rows = self.labels(data) if len(kept) < _MOST_KEPT else None
        if rows is not None:
            kept.append(frozenset(rows))

    def split(self, parts: Any) -> None:
        """The parts of a split, as `train_test_split` gives them: training and test of each array."""
        for train, test in zip(parts[::2], parts[1::2], strict=True):
            pair = self.labels(train), self.labels(test)
            if pair[0] is not None and pair[1] is not None and len(self.parts) < _MOST_PARTS:
                self.parts.append((frozenset(pair[0]), frozenset(pair[1])))

    def chosen(self, data: Any, train: Any, test: Any) -> None:
        """Rows that a splitter has chosen by their places."""
        rows = self.labels(data)
        if rows is not None and len(self.parts) < _MOST_PARTS:
            self.parts.append((frozenset(rows[at] for at in train), frozenset(rows[at] for at in test)))

    def facts(self) -> dict[str, int]:
        """How many fits and statistics there were, and how many of others than the rows for training."""
        told = {CROSSED: self.crossed, f"{CROSSED} of what was learnt from all rows": self.crossed_learnt}
        told |= {
            "fits of models, within others too": self.models,
            WITHIN: len(self._of_transformers),
            f"{WITHIN} from other rows than a model's": sum(
                one not in self._of_models for one in self._of_transformers
            ),
        }
        for name, found in self.noted.items() if self._judged else ():
            told |= {name: len(found), f"{name} that saw rows that are judged": self._saw(found)}
        for name, found in self.noted.items() if self.parts else ():
            others = sum(not is_for_training(one, self.parts) for one in found)
            told |= {name: len(found), f"{name} from other rows than those for training": others}
        return told

    def _saw(self, found: list[Labels]) -> int:
        return sum(not rows.isdisjoint(self._judged) for rows in found)


def is_for_training(rows: Labels, parts: list[tuple[Labels, Labels]]) -> bool:
    """Whether rows are a part for training, and in no test part but of a split of these rows themselves."""
    kept = all(rows.isdisjoint(test) or train | test <= rows for train, test in parts)
    return kept and any(rows == train for train, _ in parts)


def watch_splitters(origins: Origins, kinds: Any, busy: Any) -> None:
    """Hooks on splitters that choose rows by their places, once; not within `train_test_split` (`busy`)."""
    for kind in kinds:
        own = kind.split

        def noted(self: Any, X: Any, *given: Any, _own: Any = own, **more: Any) -> Any:
            for train, test in _own(self, X, *given, **more):
                if getattr(self, "n_splits", 0) == 1 and not busy():
                    with contextlib.suppress(Exception):
                        origins.chosen(X, train, test)
                yield train, test

        kind.split = noted
