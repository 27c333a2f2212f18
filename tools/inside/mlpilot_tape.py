"""Observes loops in Keras upon TensorFlow that take their gradients from a `GradientTape` and apply them themselves.

An eager step shows its loss, gradients, weights and, through Keras's own losses, its predictions. Of a step compiled by
`tf.function` nothing can be seen within without adding to its graph, which would change the random numbers of
TensorFlow's own operations: its loss is read from what the function returns, and the weights before and after.
"""

import functools
import math
import time
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_layers import size_of
from mlpilot_training import Book, Record, classes, scale


class Tapes:
    """The observer of one script's tapes. `is_quiet`: whether a `fit`, which is observed by other means, goes on."""

    def __init__(self, book: Book, keras: Any, is_quiet: Callable[[], bool]) -> None:
        self.book, self.keras, self.is_quiet = book, keras, is_quiet
        self.tf: Any = None
        self.records: Any = weakref.WeakKeyDictionary()
        self.models: dict[int, Record] = {}
        """First variable → the training that it was first seen in."""
        self.target: Any = None
        """What the last gradient was taken of."""
        self.batch: tuple[str, Any, Any, bool] | None = None
        """The last loss of Keras: its name, what is right, what was predicted, whether as logits."""
        self.before: dict[str, Any] = {}
        self.last: Record | None = None
        self.traced: dict[int, Any] = {}
        """Optimisers that were applied while a function was compiled, each with its target; the latest, if twice."""
        self.compiled: Any = weakref.WeakKeyDictionary()
        """Function → the optimisers it applies, their variables, and which of its outputs is the loss."""

    def start(self) -> None:
        """Put the hooks in place."""
        import tensorflow as tf

        self.tf, tapes = tf, self
        gradient, loss = tf.GradientTape.gradient, self.keras.losses.Loss.__call__
        function = type(tf.function(lambda: None))
        call = function.__call__

        @functools.wraps(gradient)
        def taken(self: Any, target: Any, *args: Any, **more: Any) -> Any:
            if not tapes.is_quiet():
                tapes.target = target
            return gradient(self, target, *args, **more)

        @functools.wraps(loss)
        def compared(self: Any, y_true: Any, y_pred: Any, *args: Any, **more: Any) -> Any:
            if not tapes.is_quiet():
                tapes.batch = self.name, y_true, y_pred, bool(getattr(self, "_fn_kwargs", {}).get("from_logits"))
            return loss(self, y_true, y_pred, *args, **more)

        @functools.wraps(call)
        def called(self: Any, *args: Any, **more: Any) -> Any:
            if tapes.is_quiet() or tf.inside_function():
                return call(self, *args, **more)
            tapes.traced = {}
            tapes.book.safely(tapes.begins, self)
            given = call(self, *args, **more)
            tapes.book.safely(tapes.returned, self, given)
            return given

        tf.GradientTape.gradient, self.keras.losses.Loss.__call__, function.__call__ = taken, compared, called

    def applies(self, optimizer: Any, variables: Any) -> None:
        """An optimiser is about to be applied."""
        if not self.tf.inside_function():
            record = self._record(optimizer, variables)
            self._keep_weights(record, variables)

    def applied(self, optimizer: Any, gradients: Any, variables: Any) -> None:
        """It was; while a function is compiled, that is a promise."""
        if self.tf.inside_function():
            self.traced[id(optimizer)] = optimizer, list(variables), self.target, self.book.line()
            return
        record = self._record(optimizer, variables)
        if self.target is not None:
            values = [float(self.tf.reduce_mean(one)) for one in self.tf.nest.flatten(self.target)]
            self._loss(record, sum(values))
        if self.batch is not None and record.schedule.due(record.steps):
            self._predicted(record, *self.batch)
        self._stepped(record, optimizer, list(variables), list(gradients))
        self.target = self.batch = None

    def begins(self, function: Any) -> None:
        """A compiled function is called."""
        for optimizer, variables, *_ in self.compiled.get(function, ()):
            self._keep_weights(self._record(optimizer, variables), variables)

    def returned(self, function: Any, given: Any) -> None:
        """A compiled function has ended; the first time it was compiled, too."""
        if self.traced and function not in self.compiled:
            self.compiled[function] = [
                (optimizer, variables, _place(target), line)
                for optimizer, variables, target, line in self.traced.values()
            ]
        outputs = self.tf.nest.flatten(given)
        for optimizer, variables, place, line in self.compiled.get(function, ()):
            record = self._record(optimizer, variables)
            record.facts["line"] = line
            if place is None:
                self.book.unseen("a compiled function trains and does not return its loss: that is not observed")
            elif place < len(outputs) and record.curves["losses"].wants():
                self._loss(record, float(self.tf.reduce_mean(outputs[place])))
            else:
                record.curves["losses"].skip()
            self._stepped(record, optimizer, variables, [])

    def _record(self, optimizer: Any, variables: Any) -> Record:
        if optimizer in self.records:
            found: Record = self.records[optimizer]
            return found
        record = self.records[optimizer] = self.book.open("keras", "tensorflow")
        momentum = getattr(optimizer, "momentum", getattr(optimizer, "beta_1", None))
        first = id(next(iter(variables), None))
        record.facts.update(
            line=self.book.line(),
            optimizer=type(optimizer).__name__,
            learning_rate=self._rate(optimizer),
            momentum=float(momentum) if isinstance(momentum, int | float) else None,
            continues=self.models.setdefault(first, record) is not record,
        )
        return record

    def _rate(self, optimizer: Any) -> float:
        return float(self.keras.ops.convert_to_numpy(optimizer.learning_rate))

    def _loss(self, record: Record, loss: float) -> None:
        record.curves["losses"].add(record.steps, loss)
        if loss - loss != 0:
            record.bad("loss", loss)

    def _predicted(self, record: Record, name: str, targets: Any, outputs: Any, logits: bool) -> None:
        """Scale of the targets and outputs, and the classes that they mean."""
        record.facts.setdefault("loss", name)
        right, given = (self.keras.ops.convert_to_numpy(one) for one in (targets, outputs))
        if "targets" not in record.facts:
            record.facts.update(targets=scale(right), outputs=scale(given), batch_size=len(given))
        if "crossentropy" in name or "hinge" in name:
            share = classes(record, given, right, 0.0 if logits or "hinge" in name else 0.5)
            if share is not None:
                record.curves["accuracies"].add(record.steps, share)

    def _keep_weights(self, record: Record, variables: Any) -> None:
        """The weights before a step that is looked at."""
        self.before = {}
        if record.schedule.due(record.steps):
            self.before = {one.path: self.keras.ops.convert_to_numpy(one).copy() for one in variables}

    def _stepped(self, record: Record, optimizer: Any, variables: list[Any], gradients: list[Any]) -> None:
        """A step was made; a look at the layers where it is due."""
        if self.before:
            began = time.perf_counter()
            record.sample(self._layers(record, variables, gradients))
            record.schedule.looked(record.steps, time.perf_counter() - began)
            record.facts["last_learning_rate"] = self._rate(optimizer)
            self.before = {}
        if record.steps and self.last is not None and self.last is not record:
            self.last.facts["alternates"] = record.facts["alternates"] = True
        record.stepped()
        self.last = record

    def _layers(self, record: Record, variables: list[Any], gradients: list[Any]) -> dict[str, dict[str, Any]]:
        parts: dict[str, list[tuple[Any, Any]]] = {}
        for variable, gradient in zip(variables, gradients or [None] * len(variables), strict=True):
            parts.setdefault(variable.path.rpartition("/")[0], []).append((variable, gradient))
        values = {}
        for name, own in parts.items():
            kernels = [pair for pair in own if len(pair[0].shape) > 1] or own
            arrays = [(self.keras.ops.convert_to_numpy(one), self.before[one.path]) for one, _ in kernels]
            count = sum(new.size for new, _ in arrays)
            norm = _norm([new for new, _ in arrays])
            kind = name.rpartition("/")[2].rstrip("_0123456789").title().replace("_", "")
            told = {"kind": kind, "weights": norm / count**0.5, "parameters": sum(size_of(one) for one, _ in own)}
            told["units"] = int(kernels[0][0].shape[-1]) if kernels[0][0].shape else 1
            if norm > 0:
                told["updates"] = _norm([new - old for new, old in arrays]) / norm
            found = [self.tf.convert_to_tensor(gradient).numpy() for _, gradient in kernels if gradient is not None]
            if gradients:
                told["gradients"] = _norm(found) / count**0.5
            for what in ("gradients", "weights"):
                if told.get(what, 0.0) - told.get(what, 0.0) != 0:
                    record.bad(f"{what} of {name}", told[what])
            values[name or kind] = told
        return values


def _place(target: Any) -> int | None:
    """Which output of the function that was compiled is this tensor."""
    graph = getattr(target, "graph", None)
    for place, output in enumerate(getattr(graph, "outputs", ())):
        if output is target or (output.op.type == "Identity" and output.op.inputs[0] is target):
            return place
    return None


def _norm(arrays: list[Any]) -> float:
    return math.sqrt(sum(float((one.astype("float64") ** 2).sum()) for one in arrays))
