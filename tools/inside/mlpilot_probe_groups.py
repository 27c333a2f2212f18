"""The part of the probe that asks whether rows of one (patient, machine, shop) are on both sides of a split.

The columns that say of whom a row is need not be among the features: they are looked for where the script itself holds
them when it splits, in tables, columns and arrays of as many rows, and told by their names. What a splitter does for
another one (`train_test_split` draws by `ShuffleSplit`) is not looked at twice.
"""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

_FEWEST, _MOST_ROWS, _MOST_COLUMNS, _MOST_FRAMES, _MOST_SPLITS = 5, 100_000, 60, 60, 60
_MOST_VALUES = 5_000_000
"""Values that are looked at in all, so that many splits of a long table cost no more than a second or two."""
_SPLITTERS = (
    "KFold", "StratifiedKFold", "RepeatedKFold", "RepeatedStratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit",
    "GroupKFold", "StratifiedGroupKFold", "GroupShuffleSplit", "LeaveOneGroupOut", "LeavePGroupsOut", "TimeSeriesSplit",
)  # fmt: skip


class Groups:
    """Splits of rows of which a column says of whom they are, and how many had some of one on both sides."""

    def __init__(self, marks: Callable[[Any], list[bytes]]) -> None:
        """`marks` gives what the rows of an array hold, a mark for each."""
        self._marks = marks
        self.seen: dict[str, int] = {}
        self.shared: dict[str, int] = {}
        self.busy = False
        self.splits = self._looked_at = 0

    def facts(self) -> dict[str, int]:
        """For each column: splits that were seen, and those with rows of one on both sides."""
        told = {f"splits of rows of one {name}": number for name, number in self.seen.items()}
        return told | {f"splits with rows of one {name} on both sides": self.shared[name] for name in self.seen}

    def places(self, data: Any, train: Any, test: Any) -> None:
        """A split by places: `train` and `test` say which rows of `data`."""
        self.splits += 1
        if self.splits > _MOST_SPLITS or not len(train) or not len(test):
            return
        rows = len(data) if not hasattr(data, "shape") else int(data.shape[0])
        for name, values in self._columns(data, rows):
            self.seen[name] = self.seen.get(name, 0) + 1
            both = set(values[train]) & set(values[test])
            self.shared[name] = self.shared.get(name, 0) + int(bool(both))

    def parts(self, data: Any, train: Any, test: Any) -> None:
        """A split by parts: where their rows stood in `data` is found by the index, or by what they hold."""
        import numpy as np

        known = self._names(data)
        if known is None:
            return
        at = {name: place for place, name in enumerate(known)}
        sides = [self._names(one) for one in (train, test)]
        if len(at) == len(known) and all(one is not None and set(one) <= at.keys() for one in sides):
            self.places(data, *(np.array([at[name] for name in one or []]) for one in sides))

    def _names(self, data: Any) -> list[Any] | None:
        index = getattr(data, "index", None)
        if index is not None and not callable(index):
            return list(index) if len(index) <= _MOST_ROWS else None
        return self._marks(data) or None

    def _columns(self, data: Any, rows: int) -> Iterator[tuple[str, Any]]:
        """Columns of as many rows, with values that come again, where the script holds them now."""
        import numpy as np

        index = getattr(data, "index", None)
        told: set[str] = set()
        for name, held in [("", data), *_held()]:
            shape = getattr(held, "shape", None)
            if not isinstance(shape, tuple) or not shape or shape[0] != rows or not 0 < rows <= _MOST_ROWS:
                continue
            own = getattr(held, "index", None)
            if own is not None and not callable(own) and hasattr(index, "equals") and not own.equals(index):
                continue
            if hasattr(held, "columns"):
                found = [(str(one), held[one]) for one in list(held.columns)[:_MOST_COLUMNS] if one is not None]
            elif len(shape) == 1:
                found = [(str(one), held) for one in {name, getattr(held, "name", None) or name} if one]
            else:
                continue
            for column, values in found:
                with contextlib.suppress(Exception):
                    self._looked_at += rows
                    if self._looked_at > _MOST_VALUES:
                        return
                    array = np.asarray(values)
                    if array.dtype.kind not in "fc" and column not in told:
                        different = len(set(array.tolist()))
                        if _FEWEST <= different < 0.9 * rows:
                            told.add(column)
                            yield column, array


def _held() -> list[tuple[str, Any]]:
    """(name, value) of what the script's own functions hold at this moment, the innermost first."""
    found, frame = list[tuple[str, Any]](), sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        if frame is None:
            break
        if frame.f_globals.get("__name__") == "__main__":
            for name, value in list(frame.f_locals.items()):
                own = vars(value) if type(value).__module__ == "__main__" and hasattr(value, "__dict__") else {}
                found += [(name, value), *own.items()]
        frame = frame.f_back  # type: ignore[assignment]
    return found


def watched(marks: Callable[[Any], list[bytes]], module: Any) -> Groups:
    """What is seen of groups by hooks on the splitters of `sklearn.model_selection`, and on `train_test_split`."""
    groups = Groups(marks)
    _watch(groups, module)
    return groups


def _watch(groups: Groups, module: Any) -> None:
    for name in _SPLITTERS:
        kind = getattr(module, name, None)
        own = getattr(kind, "split", None)
        if own is None:
            continue

        def noted(self: Any, X: Any, *given: Any, _own: Any = own, **more: Any) -> Any:
            first, groups.busy = not groups.busy, True
            try:
                for train, test in _own(self, X, *given, **more):
                    if first:
                        groups.busy = False
                        with contextlib.suppress(Exception):
                            groups.places(X, train, test)
                    yield train, test
                    groups.busy = True
            finally:
                if first:
                    groups.busy = False

        kind.split = functools.wraps(own)(noted)  # type: ignore[union-attr]
    whole = module.train_test_split

    @functools.wraps(whole)
    def parts(*arrays: Any, **more: Any) -> Any:
        first, groups.busy = not groups.busy, True
        try:
            answer = whole(*arrays, **more)
        finally:
            if first:
                groups.busy = False
        if first:
            with contextlib.suppress(Exception):
                groups.parts(arrays[0], answer[0], answer[1])
        return answer

    module.train_test_split = parts
