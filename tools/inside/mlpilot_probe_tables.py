"""The part of the probe that watches pandas: columns that are moved, tables that are stacked, statistics that fill.

A statistic (a mean that fills gaps, means by group) is that of rows, known by their labels in the index. Whether they
are the rows for training shows when the script has split them, before the statistic or after it: at its end.
"""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

_MOST_KEPT, _MOST_PARTS, _MOST_ROWS = 100, 20, 100_000

Labels = frozenset[Any]


def hook(probe: Any) -> None:
    """Hooks on pandas' own functions."""
    probe.tables = _Watch(probe)


class _Watch:
    def __init__(self, probe: Any) -> None:
        import pandas

        self.pandas, self.probe = pandas, probe
        self.busy = False
        self.means: dict[float, Any] = {}
        self.fills: list[Any] = []
        self.groups: list[Any] = []
        self.fits: list[Any] = []
        self.parts: list[tuple[Any, Any]] = []
        grouped = (pandas.api.typing.SeriesGroupBy, pandas.api.typing.DataFrameGroupBy)
        for kind in (pandas.Series, pandas.DataFrame, *grouped):
            self._around(kind, "shift", self._moved)
        self._around(pandas, "concat", self._stacked)
        for name in ("mean", "median"):
            self._around(pandas.Series, name, self._mean)
            self._around(grouped[0], name, self._by_group)
        self._around(grouped[0], "transform", self._by_group)
        for kind in (pandas.Series, pandas.DataFrame):
            self._around(kind, "fillna", self._filled)
            self._around(kind, "bfill", functools.partial(self._carried, "after"))
            self._around(kind, "ffill", functools.partial(self._carried, "before"))

    def _around(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """What the script itself asks for is noted, with the answer; not what pandas asks of itself."""
        own = getattr(owner, name)

        @functools.wraps(own)
        def noted(*given: Any, **more: Any) -> Any:
            if self.busy:
                return own(*given, **more)
            self.busy = True
            try:
                answer = own(*given, **more)
                with contextlib.suppress(Exception):
                    note(answer, *given, **more)
            finally:
                self.busy = False
            return answer

        setattr(owner, name, noted)

    def _moved(self, _: Any, column: Any, periods: Any = 1, *__: Any, **___: Any) -> None:
        index = getattr(column, "index", None)
        turned = index is not None and len(index) > 1 and index.is_monotonic_decreasing
        self.probe.count("columns that are moved")
        self.probe.count(
            "columns that are not from rows before", int(isinstance(periods, int) and (periods <= 0 or turned))
        )

    def _stacked(self, _: Any, objs: Any = (), *, axis: Any = 0, **__: Any) -> None:
        tables = [one for one in objs if isinstance(one, self.pandas.DataFrame)]
        if len(tables) < 2:
            return
        columns = [set(one.columns) for one in tables]
        apart = sum(map(len, columns)) == len(set().union(*columns))
        alike = all(one.index.equals(tables[0].index) for one in tables)
        self.probe.count("tables put together")
        self.probe.count("tables stacked that share rows and no column", int(axis in (0, "index") and apart and alike))

    def _mean(self, answer: Any, column: Any, *_: Any, **__: Any) -> None:
        index = _index(column)
        if index is not None and len(self.means) < _MOST_KEPT:
            self.means[float(answer)] = index

    def _by_group(self, _: Any, grouped: Any, *given: Any, **__: Any) -> None:
        index = _index(grouped.obj)
        if index is not None and len(self.groups) < _MOST_KEPT and (not given or given[0] in ("mean", "median")):
            self.groups.append(index)

    def _filled(self, answer: Any, table: Any, value: Any = None, *_: Any, **__: Any) -> None:
        values = [one for _, one in value.items()] if hasattr(value, "items") else [value]
        known = [self.means[float(one)] for one in values if isinstance(one, float) and float(one) in self.means]
        if not known:
            return
        columns = self.pandas.DataFrame(table).isna().sum().sum()
        left = columns if answer is None else self.pandas.DataFrame(answer).isna().sum().sum()
        self.probe.count("gaps that are filled", int(columns - left))
        self.fills += known[: _MOST_KEPT - len(self.fills)]

    def _carried(self, whence: str, answer: Any, table: Any, *_: Any, **__: Any) -> None:
        gaps = self.pandas.DataFrame(table).isna().sum().sum()
        left = gaps if answer is None else self.pandas.DataFrame(answer).isna().sum().sum()
        self.probe.count(f"gaps filled from rows {whence}", int(gaps - left))

    def fitted(self, table: Any) -> None:
        """Rows that a transformer is fitted on, where it is given a table."""
        index = _index(table)
        if index is not None and len(self.fits) < _MOST_KEPT:
            self.fits.append(index)

    def split(self, parts: Any) -> None:
        """The parts of a split, as `train_test_split` gives them: training and test of each array."""
        for train, test in zip(parts[::2], parts[1::2], strict=True):
            pair = _index(train), _index(test)
            if all(one is not None for one in pair) and len(self.parts) < _MOST_PARTS:
                self.parts.append(pair)

    def facts(self) -> dict[str, int]:
        """The rest, at the end of the script; nothing where no split of tables was seen."""
        if not self.parts:
            return {}
        parts = [(frozenset(train), frozenset(test)) for train, test in self.parts]
        told = {}
        for name, found in (
            ("fills", self.fills),
            ("means by group", self.groups),
            ("fits of transformers", self.fits),
        ):
            told[name] = len(found)
            others = sum(not _is_for_training(frozenset(one), parts) for one in found)
            told[f"{name} from other rows than those for training"] = others
        return told


def _is_for_training(rows: Labels, parts: list[tuple[Labels, Labels]]) -> bool:
    """Whether rows are a part for training, and in no test part but of a split of these rows themselves."""
    kept = all(rows.isdisjoint(test) or train | test <= rows for train, test in parts)
    return kept and any(rows == train for train, _ in parts)


def _index(column: Any) -> Any:
    """The labels of its rows; None where a label stands for several rows, or there are too many.

    The index itself is kept, which columns of a table share, and no copy of it.
    """
    index = getattr(column, "index", None)
    if index is None or callable(index) or not 0 < len(index) <= _MOST_ROWS or not index.is_unique:
        return None
    return index
