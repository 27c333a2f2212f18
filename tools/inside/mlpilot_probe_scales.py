"""The part of the probe that asks of which scale the rows are that a model is judged on, beside those of its fit."""

import contextlib
from collections.abc import Callable
from typing import Any

_MOST_MODELS, _MOST_NUMBERS, _OFF, _WIDE, _FEW = 60, 10_000_000, 5, 5, 3


class Scales:
    """Of each model: how large its numbers were, and the mean and the deviation of each column of its fit."""

    def __init__(self, count: Callable[[str, int], None]) -> None:
        self.count = count
        self.sizes: dict[int, float] = {}
        self.columns: dict[int, tuple[Any, Any]] = {}

    def scaled(self, model: Any, data: Any) -> None:
        """Remember how large the numbers are that a model learns from."""
        self.sizes[id(model)] = largest(data)
        self.columns.pop(id(model), None)
        with contextlib.suppress(Exception):
            table = _numbers(data)
            if table is not None and len(self.columns) < _MOST_MODELS:
                self.columns[id(model)] = table.mean(axis=0), table.std(axis=0)

    def compared(self, model: Any, data: Any) -> None:
        """Count it where those that it is judged on are ten times as large, or as small; and where half of the columns
        lie five deviations of the fit off, or are five times as far apart, or as near."""
        own, other = self.sizes.get(id(model), 0.0), largest(data)
        if own > 0 and other > 0:
            self.count("judgements on another scale", int(not 0.1 < own / other < 10))
        with contextlib.suppress(Exception):
            table = _numbers(data)
            if table is not None and id(model) in self.columns:
                self.count("judgements off the scale of the fit", int(_is_off(table, *self.columns[id(model)])))


def _numbers(data: Any) -> Any:
    import numpy as np

    if hasattr(data, "tocsr") or len(getattr(data, "shape", ())) != 2:
        return None
    table = np.asarray(data, dtype=float)
    return table if 0 < table.size <= _MOST_NUMBERS and np.isfinite(table).all() else None


def _is_off(table: Any, means: Any, deviations: Any) -> bool:
    """Whether half of the columns that varied in the fit are of another scale."""
    import numpy as np

    varied = deviations > 0
    if not varied.any():
        return False
    off = abs(table.mean(axis=0) - means)[varied] > _OFF * deviations[varied]
    if len(table) >= _FEW:
        apart = table.std(axis=0)[varied] / deviations[varied]
        off |= (apart > _WIDE) | (apart < 1 / _WIDE)
    return bool(np.mean(off) >= 0.5)


def largest(data: Any) -> float:
    """The largest number of a matrix or a table, without its sign; 0 where there is none."""
    import numpy as np

    with contextlib.suppress(Exception):
        table = np.asarray(data)
        return float(np.nanmax(np.abs(table))) if table.size else 0.0
    return 0.0
