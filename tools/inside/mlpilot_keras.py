"""Observes trainings in Keras 3: a callback of its own in each `fit`, and, now and then, a look at a few rows.

The look computes outputs and gradients for rows of the training data outside the training itself, eagerly; what it
touches (moving averages, seeds, metrics) is put back. It is made where `fit` was given arrays, which can be read twice.
"""

import functools
import inspect
import time
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_training import Book, Record, classes, scale, short

ROWS, MOST_STATE, MOST_LOOKED_THROUGH = 64, 20_000_000, 50_000_000
"""Rows looked at; numbers of a model's state above which it is not put back but left untouched; numbers of the data
that are looked through for NaN."""
RELU = {"relu", "relu6", "ReLU", "relu_6"}
ENDS = {"sigmoid": (0.01, 0.99), "tanh": (-0.98, 0.98)}


class Watch:
    """The observer of one script."""

    def __init__(self, book: Book, keras: Any) -> None:
        self.book, self.keras = book, keras
        self.compiled: Any = weakref.WeakKeyDictionary()
        """Model → the line where it was compiled."""
        self.models: Any = weakref.WeakKeyDictionary()
        """Model → its training of late."""

    def start(self) -> None:
        """Take the place of `fit`, with `fit` in it."""
        model, watch = self.keras.Model, self
        fit, compile_ = model.fit, model.compile
        signature = inspect.signature(fit)

        @functools.wraps(fit)
        def watched(self: Any, *args: Any, **more: Any) -> Any:
            try:
                bound = signature.bind(self, *args, **more)
            except TypeError:
                return fit(self, *args, **more)
            watch.book.safely(watch.join, self, bound)
            return fit(*bound.args, **bound.kwargs)

        @functools.wraps(compile_)
        def compiled(self: Any, *args: Any, **more: Any) -> Any:
            watch.compiled[self] = watch.book.line()
            return compile_(self, *args, **more)

        model.fit, model.compile = watched, compiled

    def join(self, model: Any, bound: inspect.BoundArguments) -> None:
        """Put a callback among those of this fit."""
        given: Any = bound.arguments.get("callbacks")
        line = self.book.line()
        record = next(
            (one for one in self.book.records if one.facts.get("line") == line and self.models.get(model) is one), None
        )
        if record is None:
            record = self.book.open("keras", self.keras.backend.backend())
            record.facts.update(line=line, optimizer_line=self.compiled.get(model), continues=model in self.models)
            self.models[model] = record
        callback = _callback(self.keras, self.book, Look(self.keras, model, record, bound.arguments))
        if given is not None and hasattr(given, "append") and not isinstance(given, list):
            given.append(callback)
        else:
            own = list(given) if isinstance(given, list | tuple) else [given] if given is not None else []
            bound.arguments["callbacks"] = [*own, callback]


def _callback(keras: Any, book: Book, look: "Look") -> Any:
    """The callback; each part of it observes safely."""

    class Observer(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            book.safely(look.begin)

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            book.safely(look.before_batch)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            book.safely(look.after_batch, batch, logs or {})

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            book.safely(look.after_epoch, logs or {})

        def on_train_end(self, logs: Any = None) -> None:
            book.safely(look.end)

    return Observer()


class Look:
    """One call of `fit`."""

    def __init__(self, keras: Any, model: Any, record: Record, arguments: dict[str, Any]) -> None:
        self.keras, self.model, self.record = keras, model, record
        self.rows = _rows(arguments.get("x"), arguments.get("y"), arguments.get("validation_split") or 0.0)
        self.whole = arguments.get("x"), arguments.get("y")
        self.batch_size = arguments.get("batch_size") or 32
        self.running, self.due = 0.0, False
        self.old: dict[str, Any] = {}

    def begin(self) -> None:
        """What is known before the first step."""
        model, facts = self.model, self.record.facts
        optimizer = model.optimizer
        facts["finished"] = False
        facts.setdefault("model", type(model).__name__)
        facts.setdefault("loss", _name(getattr(model, "loss", None)))
        facts.setdefault("optimizer", type(optimizer).__name__)
        facts.setdefault("learning_rate", float(self.keras.ops.convert_to_numpy(optimizer.learning_rate)))
        momentum = getattr(optimizer, "momentum", getattr(optimizer, "beta_1", None))
        facts["momentum"] = float(momentum) if isinstance(momentum, int | float) else None
        if self.rows is not None and "inputs" not in facts:
            inputs, targets = self.rows
            if not isinstance(inputs, dict | list):
                facts["inputs"] = scale(inputs)
                if not facts["inputs"]["finite"]:
                    self.record.bad("inputs", float("nan"))
            if targets is not None and not isinstance(targets, dict | list):
                facts["targets"] = scale(targets)
                if not facts["targets"]["finite"]:
                    self.record.bad("targets", float("nan"))
            facts["batch_size"] = int(self.batch_size)
        for name, data in zip(("inputs", "targets"), self.whole, strict=True):
            if not _is_finite(data):
                self.record.bad(name, float("nan"))
        self.whole = None, None

    def before_batch(self) -> None:
        """Weights before a step that is looked at."""
        self.due = self.record.schedule.due(self.record.steps)
        if self.due:
            self.old = {layer.path: _kernels(self.keras, layer) for layer in _leaves(self.model)}

    def after_batch(self, batch: int, logs: dict[str, Any]) -> None:
        """The loss; a look where it is due. The logs hold the mean over the epoch so far."""
        record = self.record
        if "loss" in logs:
            mean = float(logs["loss"])
            loss = (batch + 1) * mean - batch * self.running if batch else mean
            self.running = mean
            record.curves["losses"].add(record.steps, loss)
            if loss - loss != 0:
                record.bad("loss", loss)
        if self.due:
            self.look()
            self.due = False
        record.stepped()

    def after_epoch(self, logs: dict[str, Any]) -> None:
        """The metrics of an epoch."""
        record = self.record
        record.epoch(float(logs.get("loss", float("nan"))))
        if "val_loss" in logs:
            record.curves["validation_losses"].add(record.steps, float(logs["val_loss"]))
        for name, value in logs.items():
            if "accuracy" in name or name in ("acc", "val_acc"):
                curve = "validation_accuracies" if name.startswith("val_") else "accuracies"
                record.curves[curve].add(record.steps, float(value))
            metrics = record.facts.setdefault("metrics", {})
            if len(metrics) < 12 or name in metrics:
                kept = metrics.setdefault(str(name)[:60], [])
                if len(kept) < 200:
                    kept.append(short(value))
        rate = self.model.optimizer.learning_rate
        record.facts["last_learning_rate"] = float(self.keras.ops.convert_to_numpy(rate))

    def end(self) -> None:
        """The fit ended by itself."""
        self.old = {}
        self.look()
        self.record.facts["finished"] = True

    def look(self) -> None:
        """Look at the layers."""
        if self.rows is None or self.keras.backend.backend() == "jax":
            return
        began = time.perf_counter()
        state = [*self.model.non_trainable_variables, *self.model.metrics_variables]
        light = sum(int(_size(one)) for one in state) < MOST_STATE
        kept = [_array(self.keras, one).copy() for one in state] if light else []
        seen: dict[str, dict[str, Any]] = {}
        try:
            gradients, outputs = self._gradients(light, seen)
        finally:
            for variable, value in zip(state, kept, strict=False):
                variable.assign(value)
        self._outputs(outputs)
        self.record.sample(self._values(gradients, seen))
        self.record.schedule.looked(self.record.steps, time.perf_counter() - began)

    def _gradients(self, training: bool, seen: dict[str, dict[str, Any]]) -> tuple[dict[int, Any], Any]:
        """Gradients by trainable variable (id → array), and the outputs; what layers give is noted in `seen`."""
        model, ops = self.model, self.keras.ops
        inputs, targets = self.rows or (None, None)
        variables = list(model.trainable_variables)

        def forward() -> tuple[Any, Any]:
            with _Listening(self.keras, seen):
                outputs = model(inputs, training=training)
            wanted = inputs if targets is None else targets
            return outputs, model.compute_loss(x=inputs, y=ops.convert_to_tensor(wanted), y_pred=outputs)

        if self.keras.backend.backend() == "torch":
            import torch

            outputs, loss = forward()
            found = torch.autograd.grad(loss, [one.value for one in variables], allow_unused=True)
        else:
            import tensorflow as tf

            with tf.GradientTape() as tape:
                outputs, loss = forward()
            found = tape.gradient(loss, [one.value for one in variables])
        told = {
            id(variable): _array(self.keras, _dense(gradient))
            for variable, gradient in zip(variables, found, strict=True)
            if gradient is not None
        }
        return told, outputs

    def _outputs(self, outputs: Any) -> None:
        """Scale of the outputs, and the classes that they mean."""
        targets = self.rows[1] if self.rows else None
        if isinstance(outputs, dict | list | tuple) or targets is None:
            return
        values = _array(self.keras, outputs)
        self.record.facts.setdefault("outputs", scale(values))
        loss = self.record.facts["loss"]
        if "crossentropy" in loss or "hinge" in loss:
            threshold = 0.0 if getattr(self.model.loss, "from_logits", False) or "hinge" in loss else 0.5
            right = classes(self.record, values, targets, threshold)
            if right is not None and "accuracy" not in str(list(self.record.facts.get("metrics", {}))):
                self.record.curves["accuracies"].add(self.record.steps, right)

    def _values(self, gradients: dict[int, Any], seen: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        values = {}
        for layer in _leaves(self.model):
            own = [one for one in layer.trainable_variables if len(one.shape) > 1] or layer.trainable_variables
            kernels = _kernels(self.keras, layer)
            norm = sum(float((one.astype("float64") ** 2).sum()) for one in kernels) ** 0.5
            count = sum(one.size for one in kernels)
            parts = [gradients[id(one)] for one in own if id(one) in gradients]
            gradient = (sum(float((one.astype("float64") ** 2).sum()) for one in parts) / count) ** 0.5
            for what, value in (("gradients", gradient), ("weights", norm)):
                if value - value != 0:
                    self.record.bad(f"{what} of {layer.name}", value)
            told = {"kind": type(layer).__name__, "gradients": gradient, "weights": norm / count**0.5}
            told["parameters"] = sum(int(_size(one)) for one in layer.trainable_variables)
            old = self.old.get(layer.path)
            if old and norm > 0:
                pairs = zip(kernels, old, strict=True)
                told["updates"] = sum(float(((a - b).astype("float64") ** 2).sum()) for a, b in pairs) ** 0.5 / norm
            values[layer.name] = told | seen.get(layer.path, {})
        order = list(seen)
        names = {layer.name: order.index(layer.path) for layer in _leaves(self.model) if layer.path in seen}
        return dict(sorted(values.items(), key=lambda item: names.get(item[0], len(order))))


class _Listening:
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
            values = _array(self.keras, given)
            found["activation"] = kind
            if kind == "relu":
                found["dead"] = 1.0 - float((values > 0).reshape(-1, values.shape[-1]).any(axis=0).mean())
            elif kind == "softmax":
                found["saturated"] = float((values.max(axis=-1) > 0.99).mean())
            else:
                low, high = ENDS[kind]
                found["saturated"] = float(((values < low) | (values > high)).mean())


def _leaves(model: Any) -> list[Any]:
    """Layers with weights to train that are no models, each once."""
    found = []
    for layer in getattr(model, "layers", []):
        if hasattr(layer, "layers") and getattr(layer, "layers", None):
            found += _leaves(layer)
        elif layer.trainable_variables:
            found.append(layer)
    return found


def _kernels(keras: Any, layer: Any) -> list[Any]:
    own = [one for one in layer.trainable_variables if len(one.shape) > 1] or layer.trainable_variables
    return [_array(keras, one).copy() for one in own]


def _rows(x: Any, y: Any, left_out: float) -> tuple[Any, Any] | None:
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

    try:
        return some(x), None if y is None else some(y)
    except (TypeError, ValueError):
        return None


def _is_finite(data: Any) -> bool:
    """Whether an array of numbers that is not too large to look through holds no NaN and no infinity."""
    import numpy as np

    if not isinstance(data, np.ndarray) or data.dtype.kind != "f" or data.size > MOST_LOOKED_THROUGH:
        return True
    return bool(np.isfinite(data).all())


def _name(loss: Any) -> str:
    """A loss such as "SparseCategoricalCrossentropy" as Keras names the function."""
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    return str(name)[:60]


def _dense(gradient: Any) -> Any:
    """Gradients of embeddings come as slices."""
    if hasattr(gradient, "indices"):
        import tensorflow as tf

        return tf.convert_to_tensor(gradient)
    return gradient


def _size(variable: Any) -> int:
    size = 1
    for one in variable.shape:
        size *= int(one)
    return size


def _array(keras: Any, value: Any) -> Any:
    return keras.ops.convert_to_numpy(value)
