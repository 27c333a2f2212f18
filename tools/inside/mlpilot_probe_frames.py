"""The part of the probe that watches how tables are put together: columns set by other labels, joins, orders, windows.

`watch` is the watch on pandas of `mlpilot_probe_tables`, which notes what the script itself asks for.
"""

import contextlib
import functools
import importlib
from typing import Any

_MOST_KEPT, _FEW_AMOUNTS, _MOST_LOOKED_AT, _MOST_WINDOWS = 100, 20, 1000, 2000
_THROWN = importlib.import_module("mlpilot_probe_counts").thrown_away
_COPIED = importlib.import_module("mlpilot_probe_counts").into_a_copy
_MAKING = (
    "drop", "dropna", "drop_duplicates", "rename", "replace", "astype", "set_index", "sort_index", "round", "clip",
    "interpolate",
)  # fmt: skip
"""What gives a new table, and calls nothing of the script's own. What fills gaps is noted where fills are."""
_OF_WINDOWS = ("mean", "sum", "std", "var", "min", "max", "median", "quantile", "apply", "agg", "count", "skew")


def hook(watch: Any) -> None:
    """Hooks on what sets, joins, sorts and describes rows."""
    seen = _Frames(watch)
    watch.made_anew = seen.made_anew
    pandas = watch.pandas
    around = watch._around
    around(pandas.DataFrame, "reset_index", seen.renumbered)
    around(pandas.DataFrame, "merge", seen.joined)
    around(pandas, "merge", seen.joined)
    around(pandas.DataFrame, "sort_values", seen.ordered)
    around(pandas, "get_dummies", seen.spread)
    for name in ("isna", "isnull", "notna", "notnull"):
        for kind in (pandas.DataFrame, pandas.Series):
            around(kind, name, seen.asked)
        around(pandas, name, seen.asked)
    for name in ("__eq__", "__ne__"):
        around(pandas.Series, name, seen.compared)
    for name in ("__lt__", "__le__", "__gt__", "__ge__"):
        around(pandas.Series, name, seen.compared_in_order)
    around(pandas, "to_datetime", seen.dated)
    for name in _MAKING:
        for kind in (pandas.DataFrame, pandas.Series):
            around(kind, name, seen.made_anew)
    around(pandas.Series, "__and__", seen.both)
    around(pandas.Series, "__or__", seen.either)
    seen.turned(pandas.DataFrame)
    _before(watch, pandas.DataFrame, "__setitem__", seen.set)
    _before(watch, pandas.Series, "__setitem__", seen.chained)
    _before(watch, pandas.core.indexing._LocIndexer, "__setitem__", seen.located)
    for kind in (pandas.Series, pandas.DataFrame):
        for name in ("rolling", "expanding", "ewm"):
            seen.windows(kind, name)
    typing = pandas.api.typing
    for kind in (pandas.Series, pandas.DataFrame, typing.SeriesGroupBy, typing.DataFrameGroupBy):
        seen.moving(kind)
    for name in ("rolling", "expanding", "ewm"):
        seen.windows(typing.SeriesGroupBy, name)
    for name in ("transform", "apply"):
        seen.of_groups(typing.SeriesGroupBy, name)
    for kind in (typing.Rolling, typing.Expanding, typing.ExponentialMovingWindow):
        for name in _OF_WINDOWS:
            seen.described(kind, name)


def _before(watch: Any, owner: Any, name: str, note: Any) -> None:
    """What the script sets itself is noted before it is set."""
    own = getattr(owner, name)

    @functools.wraps(own)
    def noted(self: Any, *given: Any) -> Any:
        if not watch.busy:
            watch.busy = True
            try:
                with contextlib.suppress(Exception):
                    note(self, *given)
            finally:
                watch.busy = False
        return own(self, *given)

    setattr(owner, name, noted)


class _Frames:
    def __init__(self, watch: Any) -> None:
        self.watch, self.pandas = watch, watch.pandas
        self.count = watch.probe.count
        self.anew: dict[int, Any] = {}
        self.moved: dict[int, Any] = {}
        self.column = ""
        self.ands: dict[int, tuple[Any, Any, Any]] = {}
        self.dummies: dict[tuple[str, ...], list[str]] = {}
        self.open: dict[int, tuple[Any, str]] = {}
        """Windows that hold their own row, and what they say of it, by the column."""

    def renumbered(self, answer: Any, table: Any, *given: Any, drop: Any = False, **_: Any) -> None:
        """A table whose rows have other numbers than before, the old ones being thrown away."""
        changed = answer if answer is not None else table
        dropped = drop or (len(given) > 1 and given[1])
        if dropped and len(self.anew) < _MOST_KEPT and (answer is None or not table.index.equals(answer.index)):
            self.anew[id(changed)] = changed

    def set(self, table: Any, _: Any, value: Any) -> None:
        """A column that is set beside rows: by labels that are theirs, or by numbers that other rows had?"""
        self.chained()
        self.count("columns set in tables")
        self.watch.probe.said.set(value)
        if not isinstance(value, self.pandas.Series) or not len(table.index) or not len(value.index):
            return
        self.count("columns set by labels")
        from_zero = _counts_from_zero(value.index) and not _counts_from_zero(table.index)
        anew = id(table) in self.anew and len(value.index) != len(table.index) and not value.index.equals(table.index)
        counted = _counts_from_zero(value.index) and _counts_from_zero(table.index)
        wrong = (from_zero and len(value) == len(table)) or anew or (counted and len(value.index) > len(table.index))
        self.count("columns set by the numbers of other rows", int(wrong))

    def chained(self, *_: Any) -> None:
        """Values that are set in a copy, which nobody keeps."""
        self.count("values set in a copy", int(_COPIED()))

    def dated(self, answer: Any, texts: Any, *_: Any, **__: Any) -> None:
        """Texts that are read as dates: the month first, where others of them can only begin with the day?"""
        if not isinstance(texts, self.pandas.Series) or not isinstance(answer, self.pandas.Series):
            return
        first, second = 0, 0
        for text, date in zip(texts.head(_MOST_LOOKED_AT), answer.head(_MOST_LOOKED_AT), strict=True):
            parts = str(text).replace(".", "/").replace("-", "/").split("/")
            if len(parts) == 3 and parts[0].isdigit() and parts[1].isdigit() and len(parts[0]) <= 2:
                first += int(int(parts[0]) > 12)
                second += int(parts[0] != parts[1] and date.month == int(parts[0]))
        self.count("dates that are read", len(texts))
        self.count("dates that are read the month first, beside others", second if first else 0)

    def turned(self, kind: Any) -> None:
        """Rows that a loop goes through: what it changes in them, does the table keep it?"""
        own = kind.iterrows

        @functools.wraps(own)
        def noted(table: Any) -> Any:
            for place, (name, row) in enumerate(own(table)):
                before = row.copy() if place < _MOST_WINDOWS else None
                yield name, row
                if before is None:
                    continue
                with contextlib.suppress(Exception):
                    self.count("rows that are gone through")
                    lost, kept = not row.equals(before), not table.loc[name].equals(before)
                    self.count("changes of rows that are lost", int(lost and not kept))
                    self.count("changes of rows that are kept", int(kept))

        kind.iterrows = noted

    def located(self, *_: Any) -> None:
        """Values that are set by `loc`."""
        self.count("values set by loc")

    def joined(self, answer: Any, left: Any, *_: Any, how: Any = "inner", **__: Any) -> None:
        """A join: did it repeat rows of the table that was joined to?"""
        self.count("joins")
        if how in ("left", "inner"):
            self.count("joins that repeat rows", int(len(answer) > len(left)))
        self.watch.probe.most("rows of a join", len(answer))

    def ordered(self, _: Any, table: Any, by: Any = None, *__: Any, **___: Any) -> None:
        """Rows that are put in order: of dates that are texts?"""
        first = by[0] if isinstance(by, list | tuple) and by else by
        self.count("orders")
        self.count("orders of dates by their letters", int(first in table.columns and self._is_dates(table[first])))

    def compared_in_order(self, _: Any, column: Any, other: Any) -> None:
        """`<` and the like, of dates that are texts."""
        self.count("comparisons in order")
        if isinstance(other, str):
            self.count("comparisons of dates by their letters", int(self._is_dates(column)))

    def _is_dates(self, column: Any) -> bool:
        """Texts that are dates, the day or the month before the year: their letters are in another order."""
        if column.dtype.kind in "iufbM" or not len(column):
            return False
        some = [one for one in column.dropna().head(_MOST_LOOKED_AT) if isinstance(one, str)]
        return bool(some) and all(one[:1].isdigit() and one[2:3] in "/.-" and one[5:6] in "/.-" for one in some)

    def spread(self, answer: Any, table: Any = None, *__: Any, **___: Any) -> None:
        """Categories that become columns: are there amounts among them, as texts?"""
        self.count("tables of dummies")
        if not hasattr(table, "columns"):
            return
        given, made = tuple(map(str, table.columns)), list(map(str, answer.columns))
        self.count(
            "tables of dummies with other columns than before", int(self.dummies.setdefault(given, made) != made)
        )
        for name in list(table.columns)[:_MOST_KEPT]:
            column = table[name]
            if column.dtype.kind not in "iufbMc" and column.nunique() > _FEW_AMOUNTS:
                known = self.pandas.to_numeric(column.dropna().head(_MOST_LOOKED_AT), errors="coerce")
                self.count("columns of amounts that are texts", int(known.notna().mean() > 0.9))

    def both(self, answer: Any, one: Any, other: Any) -> None:
        """Two conditions that must both hold."""
        self.count("conditions put together")
        if len(self.ands) < _MOST_KEPT:
            self.ands[id(answer)] = answer, one, other

    def either(self, answer: Any, one: Any, other: Any) -> None:
        """One condition or another: does a third one count for one of them alone?"""
        for inner, outer in ((other, one), (one, other)):
            if id(inner) in self.ands:
                _, first, last = self.ands[id(inner)]
                self.count(
                    "rows by a condition for one alternative alone", int((answer & ~((outer | first) & last)).sum())
                )
                return

    def made_anew(self, answer: Any, *_: Any, **__: Any) -> None:
        """A method that gives a new table: does the script keep it?"""
        if answer is not None and not self.watch.probe.depth:
            self.count("tables that are made anew")
            self.count("tables that are thrown away", int(_THROWN()))

    def asked(self, *_: Any, **__: Any) -> None:
        """Whether a value is missing, asked as it can be answered."""
        self.count("questions for gaps")

    def compared(self, _: Any, __: Any, other: Any) -> None:
        """`==` and `!=`: with NaN, to which nothing is equal?"""
        self.count("comparisons with NaN", int(isinstance(other, float) and other != other))

    def windows(self, kind: Any, name: str) -> None:
        """Windows over a column: do they reach past its row, do they hold it?

        Within `groupby(...).transform(...)` too, where the script's own function is called by pandas.
        """
        own = getattr(kind, name)

        @functools.wraps(own)
        def noted(table: Any, *given: Any, **more: Any) -> Any:
            window = own(table, *given, **more)
            with contextlib.suppress(Exception):
                if not self.watch.probe.depth and len(self.open) < _MOST_WINDOWS:
                    table = getattr(table, "obj", table)  # of a `groupby`
                    column = self.column or getattr(table, "name", None)
                    self.count("windows")
                    turned = len(table) > 1 and table.index.is_monotonic_decreasing
                    self.count("windows that reach into the future", int(bool(more.get("center")) or turned))
                    self.count(f"windows of {column}")
                    holds = id(table) not in self.moved
                    self.count(f"windows of {column} that hold its own row", int(holds))
                    if holds:
                        self.open[id(window)] = window, str(column)
            return window

        setattr(kind, name, noted)

    def of_groups(self, kind: Any, name: str) -> None:
        """Within a `groupby`, rows are called by their group: the column is known before."""
        own = getattr(kind, name)

        @functools.wraps(own)
        def noted(grouped: Any, *given: Any, **more: Any) -> Any:
            before, self.column = self.column, str(getattr(grouped.obj, "name", "") or "")
            try:
                return own(grouped, *given, **more)
            finally:
                self.column = before

        setattr(kind, name, noted)

    def described(self, kind: Any, name: str) -> None:
        """What a window says of each row: it is of the rows before alone, if it is then moved."""
        own = getattr(kind, name, None)
        if own is None:
            return

        @functools.wraps(own)
        def noted(window: Any, *given: Any, **more: Any) -> Any:
            answer = own(window, *given, **more)
            if id(window) in self.open and len(self.open) < _MOST_WINDOWS:
                self.open[id(answer)] = answer, self.open[id(window)][1]
            return answer

        setattr(kind, name, noted)

    def moving(self, kind: Any) -> None:
        """Columns that are moved to rows after their own, before a window or after it."""
        own = kind.shift

        @functools.wraps(own)
        def noted(table: Any, periods: Any = 1, *given: Any, **more: Any) -> Any:
            answer = own(table, periods, *given, **more)
            with contextlib.suppress(Exception):
                if isinstance(periods, int) and periods > 0 and len(self.moved) < _MOST_WINDOWS:
                    self.moved[id(answer)] = answer
                    _, column = self.open.pop(id(table), (None, None))
                    if column is not None:
                        self.count(f"windows of {column} that hold its own row", -1)
            return answer

        kind.shift = noted


def _counts_from_zero(index: Any) -> bool:
    """0, 1, 2, ...: the numbers of rows that nobody named."""
    return index.dtype.kind == "i" and bool((index == range(len(index))).all())
