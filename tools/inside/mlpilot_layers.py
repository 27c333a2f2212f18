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
