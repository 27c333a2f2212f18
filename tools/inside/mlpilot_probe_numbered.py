"""The part of the probe that watches how categories and bins are numbered: alike in each part, in an order of theirs.

`watch` is the watch on pandas of `mlpilot_probe_tables`.
"""

import builtins
import contextlib
import functools
import sys
from collections.abc import Iterable
from typing import Any

_MOST, _MOST_ROWS, _FEWEST = 200, 100_000, 3


def hook(watch: Any) -> None:
    """Hooks on what numbers the values of a column."""
    seen = _Numbered(watch)
    pandas = watch.pandas
    for name in ("factorize", "cut", "qcut"):
        watch._around(pandas, name, functools.partial(seen.column, name))
    watch._around(pandas.Series, "factorize", functools.partial(seen.column, "factorize"))
    accessor = pandas.core.arrays.categorical.CategoricalAccessor
    own = accessor.codes

    def codes(self: Any) -> Any:
        answer = own.__get__(self)
        with contextlib.suppress(Exception):
            if not watch.busy:
                seen.numbers("codes", self._parent, answer, self._name)
        return answer

    accessor.codes = property(codes)
    _watch_numbers(watch.probe)


class _Numbered:
    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.known: dict[tuple[str, str], dict[Any, Any]] = {}

    def column(self, how: str, answer: Any, column: Any, *_: Any, **__: Any) -> None:
        """A column of which `factorize`, `cut` or `qcut` made numbers."""
        values = answer[0] if isinstance(answer, tuple) else answer
        self.numbers("cut" if how == "qcut" else how, column, values, getattr(column, "name", None))

    def numbers(self, how: str, column: Any, answer: Any, name: Any) -> None:
        """The same value has the same number in each part, or has it another one?"""
        if self.watch.probe.depth or len(column) > _MOST_ROWS or len(self.known) > _MOST:
            return
        told = dict(zip(list(column), [str(one) for one in answer], strict=True))
        told = {value: number for value, number in told.items() if number not in ("-1", "nan")}
        before = self.known.setdefault((how, str(name)), {})
        if how == "cut":
            apart = _within_others(before, told)
        else:
            apart = any(before.get(value, number) != number for value, number in told.items())
        self.watch.probe.count("columns that are numbered")
        self.watch.probe.count("columns that are numbered otherwise than before", int(apart))
        self.watch.probe.count("values that are numbered", len(told))
        before.update(told)


def _within_others(before: dict[Any, Any], told: dict[Any, Any]) -> bool:
    """Whether a value lies between two that had one number before, and has another one."""
    reach: dict[Any, tuple[Any, Any]] = {}
    for value, number in before.items():
        low, high = reach.get(number, (value, value))
        reach[number] = min(low, value), max(high, value)
    return any(
        low < value < high and number != other
        for value, number in told.items()
        for other, (low, high) in list(reach.items())[:_MOST]
    )


def _watch_numbers(probe: Any) -> None:
    """`enumerate` of texts: in an order of theirs, or in that of a set?"""

    class Numbers(enumerate):  # type: ignore[type-arg]
        def __new__(cls, things: Iterable[Any], start: int = 0) -> "Numbers":
            with contextlib.suppress(Exception):
                own = sys._getframe(1).f_globals.get("__name__") == "__main__"
                if own and isinstance(things, set | frozenset | list | tuple) and _FEWEST <= len(things) <= _MOST_ROWS:
                    words = list(things)
                    if all(isinstance(one, str) for one in words) and len(set(words)) == len(words):
                        probe.count("numberings of words")
                        probe.count("numberings of words in no order", int(words != sorted(words)))
            return super().__new__(cls, things, start)

    Numbers.__name__ = "enumerate"
    builtins.enumerate = Numbers  # type: ignore[misc,assignment]
