"""What the observers of Keras know of its models, variables and gradients."""

from typing import Any


def leaves(model: Any) -> list[Any]:
    """Layers with weights to train that are no models, each once."""
    found = []
    for layer in getattr(model, "layers", []):
        if hasattr(layer, "layers") and getattr(layer, "layers", None):
            found += leaves(layer)
        elif layer.trainable_variables:
            found.append(layer)
    return found


def kernels_of(keras: Any, layer: Any) -> list[Any]:
    """Copies of the weights of a layer, without biases where it has others."""
    own = [one for one in layer.trainable_variables if len(one.shape) > 1] or layer.trainable_variables
    return [array(keras, one).copy() for one in own]


def loss_name(loss: Any) -> str:
    """A loss such as "SparseCategoricalCrossentropy" as Keras names the function."""
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    return str(name)[:60]


def from_logits(loss: Any) -> bool | None:
    """Whether a loss applies softmax or sigmoid itself; None where that is not asked of it."""
    if "crossentropy" not in loss_name(loss).lower() or isinstance(loss, dict | list):
        return None
    return bool(getattr(loss, "from_logits", False) or getattr(loss, "_fn_kwargs", {}).get("from_logits"))


def ending(model: Any) -> str:
    """The activation of the last layer of a model with one output, "linear" where it has none; "" where unknown."""
    outputs = getattr(model, "outputs", None) or []
    last = None
    if len(outputs) == 1:
        last = getattr(getattr(outputs[0], "_keras_history", None), "operation", None)
    elif not outputs and type(model).__name__ == "Sequential" and model.layers:
        last = model.layers[-1]
    if type(last).__name__ in ("Softmax", "ReLU"):
        return type(last).__name__.lower()
    return str(getattr(getattr(last, "activation", None), "__name__", ""))


class Norms:
    """The averages of batch normalisation, before and after; of layers of the model itself that are to learn."""

    def __init__(self, keras: Any, model: Any) -> None:
        self.keras = keras
        layers = [one for one in getattr(model, "layers", []) if type(one).__name__ == "BatchNormalization"]
        self._kept = [(one, self._of(one) if one.built else None) for one in layers if one.trainable]

    def _of(self, layer: Any) -> list[list[float]]:
        return [array(self.keras, one).tolist() for one in (layer.moving_mean, layer.moving_variance)]

    def still(self) -> list[str]:
        """Names of those that hold what they held, or what they are made with."""
        now = [(layer, self._of(layer), kept) for layer, kept in self._kept if layer.built]
        made = [[[0.0] * len(mean), [1.0] * len(mean)] for _, (mean, _), _ in now]
        return [layer.name for (layer, held, kept), first in zip(now, made, strict=True) if held == (kept or first)]


def dense(gradient: Any) -> Any:
    """Gradients of embeddings come as slices."""
    if hasattr(gradient, "indices"):
        import tensorflow as tf

        return tf.convert_to_tensor(gradient)
    return gradient


def size_of(variable: Any) -> int:
    """How many numbers a variable holds."""
    size = 1
    for one in variable.shape:
        size *= int(one)
    return size


def array(keras: Any, value: Any) -> Any:
    """The value as a numpy array."""
    return keras.ops.convert_to_numpy(value)
