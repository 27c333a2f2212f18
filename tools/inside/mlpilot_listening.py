"""Hears what the layers of a Keras model give while it is called, without changing any of it."""

from collections.abc import Callable
from typing import Any

RELU = {"relu", "relu6", "ReLU", "relu_6"}
ENDS = {"sigmoid": (0.01, 0.99), "tanh": (-0.98, 0.98)}


class Listening:
    """While it lasts, what layers give is noted: path → its activation and the shares that are dead or saturated."""

    def __init__(self, keras: Any, seen: dict[str, dict[str, Any]]) -> None:
        self.keras, self.seen = keras, seen
        self.call: Callable[..., Any] = keras.layers.Layer.__call__
        self.recent: Any = None
        self.depth = 0

    def __enter__(self) -> None:
        listening, call = self, self.call

        def noted(self: Any, *args: Any, **more: Any) -> Any:
            if isinstance(self, listening.keras.Model):
                return call(self, *args, **more)
            listening.depth += 1
            try:
                given = call(self, *args, **more)
            finally:
                listening.depth -= 1
            if not listening.depth:
                listening.note(self, given)
            return given

        self.keras.layers.Layer.__call__ = noted

    def __exit__(self, *_: object) -> None:
        self.keras.layers.Layer.__call__ = self.call

    def note(self, layer: Any, given: Any) -> None:
        if layer.trainable_variables:
            self.recent = layer
            self.seen.setdefault(layer.path, {})
        if self.recent is None or not hasattr(given, "shape") or "LSTM" in type(layer).__name__:
            return
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        kind = "relu" if type(layer).__name__ in RELU or name in RELU else name
        found = self.seen[self.recent.path]
        if layer is self.recent:
            found["units"] = int(given.shape[-1])
        if kind in ("relu", "softmax", *ENDS) and "GRU" not in type(layer).__name__:
            values = self.keras.ops.convert_to_numpy(given)
            found["activation"] = kind
            if kind == "relu":
                found["dead"] = 1.0 - float((values > 0).reshape(-1, values.shape[-1]).any(axis=0).mean())
            elif kind == "softmax":
                found["saturated"] = float((values.max(axis=-1) > 0.99).mean())
            else:
                low, high = ENDS[kind]
                found["saturated"] = float(((values < low) | (values > high)).mean())
