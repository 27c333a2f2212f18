"""How many held-out rows are among the rows for training, number by number."""

from typing import Any

from mlpilot_training import Record

MOST_ROWS, MOST_NUMBERS = 20_000, 5_000_000
_LEAST_VALUES, _LEAST_ROWS, _MOST_SETS = 5, 10, 8
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


class Loaded:
    """Which data sets of PyTorch models learn from, and which are read while gradients are off, to judge by."""

    def __init__(self) -> None:
        self._judged: list[Any] = []
        self._trained: dict[Record, list[Any]] = {}

    def judged(self, dataset: Any) -> None:
        """A data set is read while gradients are off."""
        if len(self._judged) < _MOST_SETS and not any(one is dataset for one in self._judged):
            self._judged.append(dataset)

    def trained(self, record: Record, dataset: Any) -> None:
        """A training takes its rows from a data set."""
        known = self._trained.setdefault(record, [])
        if len(known) < _MOST_SETS and not any(one is dataset for one in known):
            known.append(dataset)

    def tell(self) -> None:
        """Note of each training how many of the rows to judge by it knows: of the data set of which it knows fewest."""
        for record, known in self._trained.items():
            others = [one for one in self._judged if not any(one is mine for mine in known)]
            found = [_both(known[0], one) for one in others] if len(known) == 1 else []
            if found and all(one is not None for one in found):
                record.facts["shared"] = min((one for one in found if one), key=lambda one: one["known"] / one["rows"])


def _both(trained: Any, judged: Any) -> dict[str, int] | None:
    """Rows that two data sets share: by their numbers, where both are parts of one, else by what they hold."""
    (base, mine), (other, its) = _behind(trained), _behind(judged)
    if base is other and its:
        return {"rows": len(its), "known": len(its & mine), "twice": 0, "trained": len(mine)}
    tables = [getattr(one, "tensors", None) for one in (base, other)]
    if base is other or not all(tables):
        return None
    rows = [one[0].detach().cpu().numpy()[sorted(part)] for one, part in zip(tables, (mine, its), strict=True) if one]
    return shared(*rows)


def _behind(dataset: Any) -> tuple[Any, set[int]]:
    """The data set that parts of it are drawn from, and the numbers of its rows."""
    places = range(len(dataset))
    while hasattr(dataset, "indices") and hasattr(dataset, "dataset"):
        places, dataset = [int(dataset.indices[at]) for at in places], dataset.dataset  # type: ignore[assignment]
    return dataset, set(places)


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
