"""The part of the probe that watches TensorFlow's data sets: what comes again in each pass, what comes into two parts.

A data set that the script read is read again when the script is over, twice, as far as it is small.
"""

import contextlib
import functools
import hashlib
import sys
import time
from collections import Counter
from typing import Any

_MOST_SETS, _MOST_BATCHES, _SECONDS, _NEARLY = 6, 1000, 3.0, 1e-6


class Pipes:
    """Data sets that were read, and those that were cut in two."""

    def __init__(self, probe: Any) -> None:
        self.probe = probe
        self.read: dict[int, Any] = {}
        self.parts: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.asked = False
        tf = sys.modules.get("tensorflow")
        if tf is not None:
            kind = tf.data.Dataset
            for name in ("take", "skip"):
                self._cut(kind, name)
            self._passes(kind)

    def _cut(self, kind: Any, name: str) -> None:
        own = getattr(kind, name)

        @functools.wraps(own)
        def noted(one: Any, *given: Any, **more: Any) -> Any:
            answer = own(one, *given, **more)
            if len(self.parts) < _MOST_SETS or id(one) in self.parts:
                self.parts.setdefault(id(one), (one, {}))[1].setdefault(name, answer)
            return answer

        setattr(kind, name, noted)

    def _passes(self, kind: Any) -> None:
        own = kind.__iter__

        @functools.wraps(own)
        def noted(one: Any) -> Any:
            if not self.asked and len(self.read) < _MOST_SETS:
                self.read[id(one)] = one
            return own(one)

        kind.__iter__ = noted

    def facts(self) -> dict[str, int]:
        """What two more passes show."""
        self.asked = True
        until = time.monotonic() + _SECONDS
        found: Counter[str] = Counter()
        for one in self.read.values():
            with contextlib.suppress(Exception):
                found.update(_again(one, until))
        for _, parts in self.parts.values():
            if len(parts) == 2:
                with contextlib.suppress(Exception):
                    found.update(_shared(parts["take"], parts["skip"], until))
        return dict(found)


def _again(dataset: Any, until: float) -> dict[str, int]:
    """Whether a data set gives the very same rows in each pass, and its batches whole, in another order."""
    passes = [_batches(dataset, until) for _ in range(2)]
    sums = [sum(total for _, total, _ in one) for one in passes]
    rows = [sum(count for _, _, count in one) for one in passes]
    marks = [[mark for mark, _, _ in one] for one in passes]
    moved = marks[0] != marks[1] and sorted(marks[0]) == sorted(marks[1])
    return {
        "data sets that are read twice": 1,
        "rows that data sets give": rows[0],
        "data sets that are the same in each pass": int(abs(sums[0] - sums[1]) <= _NEARLY * max(1.0, abs(sums[0]))),
        "data sets whose batches come again whole": int(moved and rows[0] > len(marks[0]) > 2),
    }


def _shared(take: Any, skip: Any, until: float) -> dict[str, int]:
    """How many elements of one pass over the first part are in another pass over the rest."""
    first, second = ({mark for mark, _, _ in _batches(one, until)} for one in (take, skip))
    return {"rows that come into both parts": len(first & second), "rows of both parts": len(first) + len(second)}


def _batches(dataset: Any, until: float) -> list[tuple[bytes, float, int]]:
    """(mark, sum, rows) of each element of one pass; raises where that does not end, or takes long."""
    import numpy as np

    found: list[tuple[bytes, float, int]] = []
    for element in dataset:
        if len(found) == _MOST_BATCHES or time.monotonic() > until:
            raise ValueError("too large to be read again")
        parts = [np.asarray(one) for one in (element if isinstance(element, tuple) else (element,))]
        mark = hashlib.blake2b(b"".join(one.tobytes() for one in parts), digest_size=8).digest()
        numbers = [float(one.astype("float64").sum()) for one in parts if one.dtype.kind in "fiub"]
        found.append((mark, sum(numbers), len(parts[0]) if parts[0].ndim else 1))
    return found
