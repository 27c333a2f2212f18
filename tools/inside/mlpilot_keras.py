"""Observes trainings in Keras 3: a callback of its own in each `fit`, and, now and then, a look at a few rows.

The look computes outputs and gradients for rows of the training data outside the training itself, eagerly; what it
touches (moving averages, seeds, metrics) is put back. It is made where `fit` was given arrays, which can be read twice.
"""

import functools
import inspect
import time
import types
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_judging import Judging
from mlpilot_labels import contradictions
from mlpilot_layers import Norms, array, dense, ending, from_logits, kernels_of, leaves, loss_name, size_of
from mlpilot_listening import Listening
from mlpilot_rows import is_finite, of_batch, passing, some_rows
from mlpilot_shared import shared
from mlpilot_tape import Tapes
from mlpilot_training import Book, Record, classes, scale, short

MOST_STATE = 20_000_000
"""Numbers of a model's state above which it is not put back but left untouched."""


class Watch:
    """The observer of one script."""

    def __init__(self, book: Book, keras: Any) -> None:
        self.book, self.keras = book, keras
        self.compiled: Any = weakref.WeakKeyDictionary()
        """Model → the line where it was compiled."""
        self.models: Any = weakref.WeakKeyDictionary()
        """Model → its training of late."""
        self.judging = Judging(book)
        self.fitting = 0
        """Calls of `fit`, and of what is told for missed, that go on."""

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
            watch.fitting += 1
            try:
                return fit(*bound.args, **bound.kwargs)
            finally:
                watch.fitting -= 1

        @functools.wraps(compile_)
        def compiled(self: Any, *args: Any, **more: Any) -> Any:
            watch.compiled[self] = watch.book.line()
            return compile_(self, *args, **more)

        model.fit = watched
        for name in ("evaluate", "predict"):
            setattr(model, name, self.judging.listened(getattr(model, name), self.models, lambda: self.fitting > 0))
        # Where it is defined: a class with another `compile` than that is not compiled when it is loaded from a file.
        next(one for one in model.__mro__ if "compile" in vars(one)).compile = compiled
        optimizer = self.keras.optimizers.Optimizer
        model.train_on_batch = self._missed(model.train_on_batch, "batches given to train_on_batch")
        if self.keras.backend.backend() == "tensorflow":
            self.tapes = Tapes(self.book, self.keras, lambda: self.fitting > 0)
            self.book.safely(self.tapes.start)
            optimizer.apply = self._taped(optimizer.apply)
        else:
            optimizer.apply = self._missed(optimizer.apply, "a loop that applies its gradients itself, outside of fit")

    def _taped(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        """How an optimiser applies gradients, seen by the observer of tapes outside of `fit`."""
        watch = self

        @functools.wraps(apply)
        def noted(self: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if watch.fitting:
                return apply(self, grads, trainable_variables)
            grads = list(grads)
            given = trainable_variables if trainable_variables is None else list(trainable_variables)
            variables = self._trainable_variables if given is None else given
            watch.book.safely(watch.tapes.applies, self, variables)
            watch.fitting += 1
            try:
                return apply(self, grads, given)
            finally:
                watch.fitting -= 1
                watch.book.safely(watch.tapes.applied, self, grads, variables)

        return noted

    def _missed(self, method: Callable[..., Any], what: str) -> Callable[..., Any]:
        """The method; called outside of `fit`, it is a training that is not observed."""

        @functools.wraps(method)
        def noted(*args: Any, **more: Any) -> Any:
            if not self.fitting:
                self.book.unseen(f"{what}: not observed")
            self.fitting += 1
            try:
                return method(*args, **more)
            finally:
                self.fitting -= 1

        return noted

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
        look = Look(self.keras, model, record, bound.arguments)
        callback = _callback(self.keras, self.book, look)
        data = bound.arguments.get("x")
        if isinstance(data, types.GeneratorType):
            bound.arguments["x"] = passing(data, look.pass_by)
        elif look.rows is None:
            self.book.unseen(f"layers: of a {type(data).__name__} given to fit no rows could be read")
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
        self.rows = some_rows(arguments.get("x"), arguments.get("y"), arguments.get("validation_split") or 0.0)
        self.passed: Any = None
        """The last batch that a generator gave."""
        self.whole = arguments.get("x"), arguments.get("y")
        self.held_out = arguments.get("validation_data")
        record.facts["weighted"] = any(arguments.get(name) is not None for name in ("class_weight", "sample_weight"))
        self.batch_size = arguments.get("batch_size") or 32
        self.running, self.due, self.told = 0.0, False, record.steps
        self.batch = -1
        """The last one of this epoch that has ended."""
        self.old: dict[str, Any] = {}
        self.waited, self.made, self.ended = 0.0, 0.0, 0.0
        """Seconds before this batch; that a generator took since the last one; and when that ended."""

    def pass_by(self, batch: Any, seconds: float) -> None:
        """A generator gives a batch, and took so long to make it."""
        self.passed = batch
        self.made += seconds

    def begin(self) -> None:
        """What is known before the first step."""
        model, facts = self.model, self.record.facts
        optimizer = model.optimizer
        facts["finished"] = False
        facts.setdefault("model", type(model).__name__)
        facts.setdefault("loss", loss_name(getattr(model, "loss", None)))
        single = not isinstance(getattr(model, "loss", None), dict | list)
        facts["is_mean"] = single and not model.losses and not facts.get("weighted")
        facts.setdefault("optimizer", type(optimizer).__name__)
        facts.setdefault("learning_rate", float(self.keras.ops.convert_to_numpy(optimizer.learning_rate)))
        momentum = getattr(optimizer, "momentum", getattr(optimizer, "beta_1", None))
        facts["momentum"] = float(momentum) if isinstance(momentum, int | float) else None
        self._scales()
        self.norms = Norms(self.keras, model)
        for name, data in zip(("inputs", "targets"), self.whole, strict=True):
            if not is_finite(data):
                self.record.bad(name, float("nan"))
        if "labels" not in facts:
            facts["labels"] = contradictions(*self.whole)
        if isinstance(self.held_out, tuple | list) and self.held_out and "shared" not in facts:
            facts["shared"] = shared(self.whole[0], self.held_out[0])
        facts["from_logits"], facts["ending"] = from_logits(getattr(model, "loss", None)), ending(model)
        self.whole, self.held_out = (None, None), None

    def _scales(self) -> None:
        """How large inputs and targets are, once rows are known."""
        facts = self.record.facts
        if self.rows is None or "inputs" in facts:
            return
        for name, data in zip(("inputs", "targets"), self.rows, strict=True):
            if data is not None and not isinstance(data, dict | list):
                facts[name] = scale(data)
                if not facts[name]["finite"]:
                    self.record.bad(name, float("nan"))
        facts["batch_size"] = int(self.batch_size)

    def before_batch(self) -> None:
        """Weights before a step that is looked at."""
        self.waited = time.perf_counter() - self.ended
        self.due = self.record.schedule.due(self.record.steps)
        if self.due:
            self.old = {layer.path: kernels_of(self.keras, layer) for layer in leaves(self.model)}

    def after_batch(self, batch: int, logs: dict[str, Any]) -> None:
        """The loss; a look where it is due. The logs hold the mean over the epoch so far."""
        record = self.record
        self._waits(batch)
        before = self.batch if self.batch < batch else -1
        self.batch = batch
        if "loss" in logs:
            mean = float(logs["loss"])
            loss = ((batch + 1) * mean - (before + 1) * self.running) / (batch - before) if before >= 0 else mean
            self.running = mean
            record.curves["losses"].add(record.steps, loss)
            if loss - loss != 0:
                record.bad("loss", loss)
        due, self.due = self.due, False
        try:
            if due:
                self.look()
        finally:
            record.stepped(batch - before)
            self.ended, self.made = time.perf_counter(), 0.0

    def _waits(self, batch: int) -> None:
        """The share of a step, from one to the next, that went by before it began; or in which batches were made.

        Upon TensorFlow a batch is fetched within the step, and only what a generator takes is seen.
        """
        curve, facts, took = self.record.curves["waits"], self.record.facts, time.perf_counter() - self.ended
        if self.keras.backend.backend() != "torch":
            if not self.made:
                return
            facts["overlaps"] = True
        wait = self.made if facts.get("overlaps") else self.waited
        if batch > 0 and took > 0:  # before the first of an epoch others are validated
            curve.add(self.record.steps, min(1.0, wait / took))

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
        record.rate(float(self.keras.ops.convert_to_numpy(rate)), record.steps - self.told)
        self.told = record.steps

    def end(self) -> None:
        """The fit ended by itself."""
        self.old = {}
        self.record.facts.update(finished=True, still_norms=self.norms.still())
        self.look()

    def look(self) -> None:
        """Look at the layers."""
        self._fresh()
        if self.rows is None or self.keras.backend.backend() == "jax":
            return
        rows, self.rows = self.rows, None  # a look that fails would fail again
        self._look(rows)
        self.rows = rows

    def _fresh(self) -> None:
        """Rows of the batch that passed by, if there is one."""
        if self.passed is not None:
            rows, self.passed = of_batch(self.passed), None
            if rows is not None:
                self.rows = rows
                self._scales()

    def _look(self, rows: tuple[Any, Any]) -> None:
        began = time.perf_counter()
        state = [*self.model.non_trainable_variables, *self.model.metrics_variables]
        light = sum(int(size_of(one)) for one in state) < MOST_STATE
        kept = [array(self.keras, one).copy() for one in state] if light else []
        seen: dict[str, dict[str, Any]] = {}
        try:
            gradients, outputs = self._gradients(rows, light, seen)
        finally:
            for variable, value in zip(state, kept, strict=False):
                variable.assign(value)
        self._outputs(outputs, rows[1])
        self.record.sample(self._values(gradients, seen))
        self.record.schedule.looked(self.record.steps, time.perf_counter() - began)

    def _gradients(
        self, rows: tuple[Any, Any], training: bool, seen: dict[str, dict[str, Any]]
    ) -> tuple[dict[int, Any], Any]:
        """Gradients by trainable variable (id → array), and the outputs; what layers give is noted in `seen`."""
        model = self.model
        inputs, targets = rows
        variables = list(model.trainable_variables)

        def forward() -> tuple[Any, Any]:
            with Listening(self.keras, seen):
                outputs = model(inputs, training=training)
            wanted = self.keras.tree.map_structure(
                self.keras.ops.convert_to_tensor, inputs if targets is None else targets
            )
            return outputs, model.compute_loss(x=inputs, y=wanted, y_pred=outputs)

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
            id(variable): array(self.keras, dense(gradient))
            for variable, gradient in zip(variables, found, strict=True)
            if gradient is not None
        }
        return told, outputs

    def _outputs(self, outputs: Any, targets: Any) -> None:
        """Scale of the outputs, and the classes that they mean."""
        if isinstance(outputs, dict | list | tuple) or targets is None:
            return
        values = array(self.keras, outputs)
        self.record.facts["last_outputs"] = scale(values)
        self.record.facts.setdefault("outputs", self.record.facts["last_outputs"])
        loss = self.record.facts["loss"]
        if "crossentropy" in loss or "hinge" in loss:
            threshold = 0.0 if getattr(self.model.loss, "from_logits", False) or "hinge" in loss else 0.5
            right = classes(self.record, values, targets, threshold)
            if right is not None and "accuracy" not in str(list(self.record.facts.get("metrics", {}))):
                self.record.curves["accuracies"].add(self.record.steps, right)

    def _values(self, gradients: dict[int, Any], seen: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        values = {}
        for layer in leaves(self.model):
            own = [one for one in layer.trainable_variables if len(one.shape) > 1] or layer.trainable_variables
            kernels = kernels_of(self.keras, layer)
            norm = sum(float((one.astype("float64") ** 2).sum()) for one in kernels) ** 0.5
            count = sum(one.size for one in kernels)
            parts = [gradients[id(one)] for one in own if id(one) in gradients]
            gradient = (sum(float((one.astype("float64") ** 2).sum()) for one in parts) / count) ** 0.5
            for what, value in (("gradients", gradient), ("weights", norm)):
                if value - value != 0:
                    self.record.bad(f"{what} of {layer.name}", value)
            told = {"kind": type(layer).__name__, "gradients": gradient, "weights": norm / count**0.5}
            told["parameters"] = sum(int(size_of(one)) for one in layer.trainable_variables)
            old = self.old.get(layer.path)
            if old and norm > 0:
                pairs = zip(kernels, old, strict=True)
                told["updates"] = sum(float(((a - b).astype("float64") ** 2).sum()) for a, b in pairs) ** 0.5 / norm
            values[layer.name] = told | seen.get(layer.path, {})
        order = list(seen)
        names = {layer.name: order.index(layer.path) for layer in leaves(self.model) if layer.path in seen}
        return dict(sorted(values.items(), key=lambda item: names.get(item[0], len(order))))
