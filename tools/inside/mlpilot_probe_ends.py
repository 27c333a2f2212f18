"""The part of the probe that looks at what a model of Keras gives after a fit, beside its loss and its targets."""

import sys
from collections.abc import Callable
from typing import Any

_ROWS, _NEARLY, _OFF = 64, 1e-6, 0.05
_OF_CLASSES = ("categoricalcrossentropy", "sparsecategoricalcrossentropy")
_OF_VALUES = ("mse", "meansquarederror", "mae", "meanabsoluteerror", "huber", "hubererror", "logcosh")
_REACH = {"sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, float("inf"))}

Count = Callable[[str, int], None]


def look(count: Count, model: Any, given: tuple[Any, ...], more: dict[str, Any]) -> None:
    """Count what fits and what does not, of one output and one loss; raises where that cannot be told."""
    import numpy as np

    rows, target = _first_rows(given, more)
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    name = name.lower().replace("_", "")
    raw = bool(getattr(loss, "from_logits", False))
    out = np.asarray(model(rows, training=False), dtype="float64")
    target = np.asarray(target)
    end = _activation(model)
    inside = bool(((out >= 0) & (out <= 1)).all())
    of_classes, binary = name in _OF_CLASSES, name == "binarycrossentropy"
    one = out.reshape(len(out), -1).shape[1] == 1
    sums = bool((abs(out.sum(axis=-1) - 1) < _OFF).mean() > 0.5)
    count("fits whose ends are seen", 1)
    count("fits of raw outputs taken for probabilities", int((of_classes or binary) and not raw and not inside))
    count("fits of classes that do not sum to one", int(of_classes and not raw and inside and not sums and not one))
    squashed = inside and (sums if of_classes else True) and end in ("sigmoid", "softmax")
    count("fits of probabilities taken for raw outputs", int((of_classes or binary) and raw and squashed))
    count("fits whose outputs are all alike", int(one and bool(np.ptp(out) < _NEARLY)))
    labels = target.ndim == 2 and target.shape[1] > 2 and set(np.unique(target)) <= {0, 1}
    count("fits of one label by a loss of several", int(binary and labels and bool((target.sum(axis=1) == 1).all())))
    off = int(((target < -_NEARLY) | (target > 1 + _NEARLY)).sum())
    count("targets beyond 0 and 1 that fits are given", off)
    count("fits of values by a loss of yes or no", int(binary and off > 0))
    low, high = _REACH.get(end, (-float("inf"), float("inf")))
    beyond = name in _OF_VALUES and bool(((target < low - _NEARLY) | (target > high + _NEARLY)).any())
    count("fits of targets beyond what outputs reach", int(beyond))


def _first_rows(given: tuple[Any, ...], more: dict[str, Any]) -> tuple[Any, Any]:
    """A few rows and their targets, of arrays or of a data set of TensorFlow."""
    data = given[0] if given else more["x"]
    target: Any = given[1] if len(given) > 1 else more.get("y")
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(data, tf.data.Dataset):
        data, target = next(iter(data.take(1)))[:2]
    if isinstance(data, list | tuple):  # of a model with several inputs
        return [one[:_ROWS] for one in data], target[:_ROWS]
    if isinstance(data, dict):
        return {name: one[:_ROWS] for name, one in data.items()}, target[:_ROWS]
    return data[:_ROWS], target[:_ROWS]


def _activation(model: Any) -> str:
    """That of the last layer which has one."""
    layers = [one for one in model._flatten_layers() if hasattr(one, "activation")]
    return getattr(layers[-1].activation, "__name__", "") if layers else ""
