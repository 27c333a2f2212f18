"""How many held-out rows are among the rows for training, number by number."""

from typing import Any

MOST_ROWS, MOST_NUMBERS = 20_000, 5_000_000
_LEAST_VALUES, _LEAST_ROWS = 5, 10
"""Different values of a row, without which two rows are alike by chance."""


def shared(training: Any, held_out: Any) -> dict[str, int] | None:
    """`rows` held out, and how many are `known`; of the `trained` rows looked at, how many stand there `twice`.

    Of numpy arrays or tables, (rows, ...) with the same columns; None where they are not, or are too large.
    """
    trained, judged = _marks(training), _marks(held_out)
    if trained is None or judged is None or min(len(trained), len(judged)) < _LEAST_ROWS:
        return None
    counted: dict[bytes, int] = {}
    for mark in trained:
        counted[mark] = counted.get(mark, 0) + 1
    twice = sum(count for count in counted.values() if count > 1)
    known = sum(mark in counted for mark in judged)
    return {"rows": len(judged), "known": known, "twice": twice, "trained": len(trained)}


def _marks(data: Any) -> list[bytes] | None:
    """What each row holds; rows of few different values are left out."""
    import numpy as np

    data = data.to_numpy() if hasattr(data, "iloc") else data
    if not isinstance(data, np.ndarray) or data.ndim < 2 or data.dtype.kind not in "fiu":
        return None
    if len(data) > MOST_ROWS or data.size > MOST_NUMBERS or not data.size:
        return None
    flat = np.ascontiguousarray(data.reshape(len(data), -1), dtype="float32")
    ordered = np.sort(flat, axis=1)
    values = 1 + (np.diff(ordered, axis=1) != 0).sum(axis=1)
    least = min(_LEAST_VALUES, flat.shape[1])
    return [row.tobytes() for row, count in zip(flat, values, strict=True) if count >= least]
