"""The part of the probe that watches pandas: columns that are moved, tables that are stacked, statistics that fill.

A statistic (a mean that fills gaps, means by group) is that of rows, known by their labels in the index. Whether they
are the rows for training shows when the script has split them, before the statistic or after it: at its end.
"""

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

_MOST_KEPT, _MOST_ROWS, _MOST_TRACED = 100, 100_000, 40
_LIBRARIES = ("pandas", "sklearn", "numpy", "scipy", "xgboost", "lightgbm", "imblearn")
_STATISTICS = ("mean", "median", "std", "var", "min", "max", "quantile", "mode", "value_counts", "corr", "corrwith")
_OF_GROUPS = ("mean", "median", "std", "var", "min", "max", "agg", "aggregate", "size", "count", "transform", "apply")


def hook(probe: Any) -> None:
    """Hooks on pandas' own functions."""
    probe.tables = _Watch(probe)
    importlib.import_module("mlpilot_probe_frames").hook(probe.tables)
    importlib.import_module("mlpilot_probe_numbered").hook(probe.tables)


class _Watch:
    def __init__(self, probe: Any) -> None:
        import pandas

        self.pandas, self.probe = pandas, probe
        self.busy = False
        self.means: dict[float, Any] = {}
        self.traced = 0
        self.made_anew: Callable[..., None] = lambda *_: None
        grouped = (pandas.api.typing.SeriesGroupBy, pandas.api.typing.DataFrameGroupBy)
        for kind in (pandas.Series, pandas.DataFrame, *grouped):
            self._around(kind, "shift", self._moved)
        self._around(pandas, "concat", self._stacked)
        for name in _OF_GROUPS:
            for kind in grouped:
                self._around(kind, name, functools.partial(self._by_group, name))
        for kind in (pandas.Series, pandas.DataFrame):
            for name in _STATISTICS:
                self._around(kind, name, functools.partial(self._described, name))
            self._around(kind, "to_numpy", self._made_array)
            self._around_values(kind)
            self._around(kind, "fillna", self._filled)
            self._around(kind, "bfill", functools.partial(self._carried, "after"))
            self._around(kind, "ffill", functools.partial(self._carried, "before"))

    def _around(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """What the script itself asks for is noted, with the answer; not what pandas asks of itself."""
        own = getattr(owner, name, None)
        if own is None:
            return

        @functools.wraps(own)
        def noted(*given: Any, **more: Any) -> Any:
            if self.busy or _by_library():
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

    def _around_values(self, kind: Any) -> None:
        """`table.values`, which is no function."""
        own = kind.values

        def values(table: Any) -> Any:
            answer = own.__get__(table)
            if not self.busy and self.probe.depth == 0 and self.traced < _MOST_TRACED:
                self.busy = True
                try:
                    with contextlib.suppress(Exception):
                        self._made_array(answer, table)
                finally:
                    self.busy = False
            return answer

        kind.values = property(values)

    def _made_array(self, answer: Any, table: Any, *_: Any, **__: Any) -> None:
        if self.probe.depth == 0 and self.traced < _MOST_TRACED:
            self.traced += 1
            self.probe.origins.trace(table, answer)

    def _moved(self, _: Any, column: Any, periods: Any = 1, *__: Any, **___: Any) -> None:
        index = getattr(column, "index", None)
        turned = index is not None and len(index) > 1 and index.is_monotonic_decreasing
        self.probe.count("columns that are moved")
        self.probe.count("columns that are moved within groups", int(hasattr(column, "ngroups")))
        mixed = index is not None and not (index.is_monotonic_increasing or index.is_monotonic_decreasing)
        self.probe.count("columns that are moved out of order", int(mixed))
        self.probe.count(
            "columns that are not from rows before", int(isinstance(periods, int) and (periods <= 0 or turned))
        )

    def _stacked(self, _: Any, objs: Any = (), *, axis: Any = 0, **__: Any) -> None:
        tables = [one for one in objs if isinstance(one, self.pandas.DataFrame)]
        if len(tables) < 2:
            return
        if axis in (1, "columns"):
            self._beside(tables)
        columns = [set(one.columns) for one in tables]
        apart = sum(map(len, columns)) == len(set().union(*columns))
        alike = all(one.index.equals(tables[0].index) for one in tables)
        self.probe.count("tables put together")
        self.probe.count("tables stacked that share rows and no column", int(axis in (0, "index") and apart and alike))

    def _beside(self, tables: list[Any]) -> None:
        """Tables that are put side by side: of the same rows, or filled up where the labels of their rows differ?"""
        self.probe.count("gaps in tables side by side", sum(int(one.isna().sum().sum()) for one in tables))
        rows = [set(one.index) for one in tables]
        self.probe.count("tables side by side whose rows differ", int(any(one != rows[0] for one in rows)))

    def _described(self, name: str, answer: Any, table: Any, *_: Any, **__: Any) -> None:
        """A statistic of a column, or of those of a table; a mean is known again when it fills gaps."""
        if self.probe.depth:
            return
        self.probe.origins.note("statistics of tables", table)
        index = _index(table)
        if index is not None and name in ("mean", "median"):
            for value in answer if hasattr(answer, "index") else [answer]:
                if len(self.means) < _MOST_KEPT:
                    self.means[float(value)] = index

    def _by_group(self, name: str, _: Any, grouped: Any, *given: Any, **__: Any) -> None:
        self.probe.origins.note("statistics of tables", grouped.obj)
        means = name in ("mean", "median") or (name == "transform" and (not given or given[0] in ("mean", "median")))
        if means and isinstance(grouped, self.pandas.api.typing.SeriesGroupBy):
            self.probe.origins.note("means by group", grouped.obj)

    def _filled(self, answer: Any, table: Any, value: Any = None, *_: Any, **__: Any) -> None:
        self.made_anew(answer)
        values = [one for _, one in value.items()] if hasattr(value, "items") else [value]
        known = [self.means[float(one)] for one in values if isinstance(one, float) and float(one) in self.means]
        if not known:
            return
        columns = self.pandas.DataFrame(table).isna().sum().sum()
        left = columns if answer is None else self.pandas.DataFrame(answer).isna().sum().sum()
        self.probe.count("gaps that are filled", int(columns - left))
        for index in known[:_MOST_KEPT]:
            self.probe.origins.note("fills", self.pandas.Series(0, index=index))

    def _carried(self, whence: str, answer: Any, table: Any, *_: Any, **__: Any) -> None:
        self.made_anew(answer)
        gaps = self.pandas.DataFrame(table).isna().sum().sum()
        left = gaps if answer is None else self.pandas.DataFrame(answer).isna().sum().sum()
        self.probe.count(f"gaps filled from rows {whence}", int(gaps - left))


def _by_library() -> bool:
    """Whether it is a library that calls, and not the script."""
    caller = str(sys._getframe(2).f_globals.get("__name__", ""))
    return caller.partition(".")[0] in _LIBRARIES


def _index(column: Any) -> Any:
    """The labels of its rows; None where a label stands for several rows, or there are too many.

    The index itself is kept, which columns of a table share, and no copy of it.
    """
    index = getattr(column, "index", None)
    if index is None or callable(index) or not 0 < len(index) <= _MOST_ROWS or not index.is_unique:
        return None
    return index
