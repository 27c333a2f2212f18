"""A few of the rows that a `fit` in Keras is given, read without using anything up or drawing a number."""

import time
from collections.abc import Callable, Iterator
from typing import Any

ROWS, MOST_LOOKED_THROUGH = 64, 50_000_000
"""Rows looked at; numbers of the data that are looked through for NaN."""
_SAME_ROWS = ("Shuffle", "Batch", "ParallelBatch", "Prefetch", "Repeat", "Cache", "Take", "Skip", "Options")
"""Datasets of TensorFlow that hand on the rows of another as they are."""


def some_rows(x: Any, y: Any, left_out: float) -> tuple[Any, Any] | None:
    """A few rows, evenly from what is trained on; None where they cannot be read without using them up."""
    import numpy as np

    def some(data: Any) -> Any:
        if hasattr(data, "iloc"):
            data = data.to_numpy()
        if isinstance(data, list) and data and not hasattr(data[0], "shape"):
            data = np.asarray(data)
        if isinstance(data, list | tuple):
            return [some(one) for one in data]
        if isinstance(data, dict):
            return {key: some(one) for key, one in data.items()}
        if not hasattr(data, "shape") or not hasattr(data, "__getitem__") or not len(data.shape):
            raise TypeError
        rows = int(int(data.shape[0]) * (1 - left_out))
        places = np.unique(np.linspace(0, rows - 1, min(ROWS, rows)).astype(int))
        if isinstance(data, np.ndarray):
            return data[places]
        return np.stack([np.asarray(data[int(place)]) for place in places])

    if hasattr(x, "element_spec"):
        return _of_dataset(x)
    try:
        return some(x), None if y is None else some(y)
    except (TypeError, ValueError):
        return None


def _of_dataset(dataset: Any) -> tuple[Any, Any] | None:
    """Rows of the arrays that a dataset of TensorFlow was made from, where nothing on the way computes with them.

    To draw from the dataset itself would change what order its rows come in afterwards.
    """
    import tensorflow as tf

    while type(dataset).__name__.strip("_").removesuffix("Dataset") in _SAME_ROWS:
        dataset = getattr(dataset, "_input_dataset", None)
    tensors = getattr(dataset, "_tensors", None)
    if type(dataset).__name__ != "_TensorSliceDataset" or not tensors or not all(hasattr(x, "numpy") for x in tensors):
        return None
    given = tf.nest.pack_sequence_as(dataset.element_spec, [one.numpy() for one in tensors])
    return of_batch(given)


def of_batch(given: Any) -> tuple[Any, Any] | None:
    """Rows of what a dataset or a generator gives at a time: inputs and targets, weights beside them or not."""
    is_pair = isinstance(given, tuple) and len(given) in (2, 3)
    return some_rows(given[0], given[1], 0.0) if is_pair and not hasattr(given[0], "element_spec") else None


def passing(batches: Iterator[Any], keep: Callable[[Any, float], None]) -> Iterator[Any]:
    """What a generator gives, each shown to `keep` on its way, with the seconds that it took."""
    while True:
        began = time.perf_counter()
        try:
            one = next(batches)
        except StopIteration:
            return
        keep(one, time.perf_counter() - began)
        yield one


def is_finite(data: Any) -> bool:
    """Whether an array of numbers that is not too large to look through holds no NaN and no infinity."""
    import numpy as np

    if not isinstance(data, np.ndarray) or data.dtype.kind != "f" or data.size > MOST_LOOKED_THROUGH:
        return True
    return bool(np.isfinite(data).all())
