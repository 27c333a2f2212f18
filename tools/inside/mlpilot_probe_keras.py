"""The part of the probe that watches Keras: rows that stop a training, metrics, states, functions that are traced."""

import contextlib
import functools
import importlib
import sys
import weakref
from collections.abc import Callable
from typing import Any

from mlpilot_probe import Probe, rows_of, told_beforehand
from mlpilot_probe_ends import look
from mlpilot_probe_names import is_nearly
from mlpilot_probe_pipes import Pipes

_MOODY = ("BatchNormalization", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianDropout", "GaussianNoise")
_MORE_IS_BETTER = ("acc", "auc", "f1", "precision", "recall", "iou", "dice", "r2")
_RESULTS = ("result", "reset_state")


def hook(probe: Probe) -> None:
    """Hooks on Keras' models and metrics."""
    probe.keras = _Watch(probe)


class _Watch:
    def __init__(self, probe: Probe) -> None:
        keras = importlib.import_module("keras")
        self.probe, self.keras = probe, keras
        self.validated: set[bytes] = set()
        self.depth = 0
        self.since: Any = weakref.WeakKeyDictionary()
        self.first: Any = weakref.WeakKeyDictionary()
        self.fitted: Any = weakref.WeakSet()
        self.compiled: Any = weakref.WeakKeyDictionary()
        for name, note in (
            ("compile", self._compile),
            ("fit", self._fit),
            ("evaluate", self._judge),
            ("predict", self._judge),
        ):
            self._around(keras.Model, name, note)
        self.called: tuple[bool, bool] | None = None
        self._modes()
        self.taken = 0
        self._tape()
        self.pipes = Pipes(probe)
        kinds = {keras.metrics.Metric}
        kinds |= {
            one for one in vars(keras.metrics).values() if isinstance(one, type) and issubclass(one, tuple(kinds))
        }
        for kind in kinds:
            for name in _RESULTS:
                if name in vars(kind):
                    setattr(kind, name, self._of_metric(getattr(kind, name), name))

    def _around(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        own = getattr(owner, name)
        if name == "compile":  # where it is defined: another one is not called when a model is loaded from a file
            owner = next(one for one in owner.__mro__ if name in vars(one))

        @functools.wraps(own)
        def noted(*given: Any, **more: Any) -> Any:
            with contextlib.suppress(Exception):
                note(*given, **more)
            self.depth += 1
            try:
                answer = own(*given, **more)
            finally:
                self.depth -= 1
            if name == "fit":
                with contextlib.suppress(Exception):
                    self._measured(*given, **more)
                self.depth += 1
                with contextlib.suppress(Exception):
                    look(self.probe.count, given[0], given[1:], more)
                self.depth -= 1
            return answer

        setattr(owner, name, noted)

    def _tape(self) -> None:
        """Gradients that a loop of the script's own takes, and the steps that are made with them."""
        tf = sys.modules.get("tensorflow")
        if tf is None:
            return
        own = tf.GradientTape.gradient

        @functools.wraps(own)
        def taken(*given: Any, **more: Any) -> Any:
            if self.depth == 0:
                self.taken += 1
            return own(*given, **more)

        tf.GradientTape.gradient = taken
        less = tf.Tensor.__sub__

        @functools.wraps(less)
        def differ(one: Any, other: Any) -> Any:
            with contextlib.suppress(Exception):
                shapes = [getattr(value, "shape", None) for value in (one, other)]
                if None not in shapes and min(len(shape) for shape in shapes) > 0:  # type: ignore[arg-type]
                    ranks = [len(shape) for shape in shapes]  # type: ignore[arg-type]
                    column = shapes[ranks.index(2)] if sorted(ranks) == [1, 2] else None
                    self.probe.count("differences of tensors")
                    wrong = column is not None and column[1] == 1
                    self.probe.count("differences of a column and a row", int(wrong))
            return less(one, other)

        tf.Tensor.__sub__ = differ

    def _modes(self) -> None:
        """In a loop of one's own: in which mode a model is called, and whether a step follows."""
        model, optimizer = self.keras.Model, self.keras.optimizers.Optimizer
        call, apply = model.__call__, optimizer.apply

        @functools.wraps(call)
        def called(one: Any, *given: Any, **more: Any) -> Any:
            if self.depth == 0:
                self._predicted()
                moody = any(type(layer).__name__ in _MOODY for layer in one._flatten_layers())
                self.called = moody, bool(more.get("training"))
            self.depth += 1
            try:
                return call(one, *given, **more)
            finally:
                self.depth -= 1

        @functools.wraps(apply)
        def stepped(*given: Any, **more: Any) -> Any:
            if self.depth == 0:
                self.probe.count("steps of Keras optimisers")
            if self.depth == 0 and self.called is not None:
                moody, training = self.called
                self.called = None
                self.probe.count("steps of models with modes", int(moody))
                self.probe.count("steps of models with modes outside of training", int(moody and not training))
            return apply(*given, **more)

        model.__call__, optimizer.apply = called, stepped

    def _predicted(self) -> None:
        """What was computed, and followed by no step, was judged."""
        if self.called is not None:
            moody, training = self.called
            self.called = None
            self.probe.count("predictions of models with modes", int(moody))
            self.probe.count("predictions of models with modes as in training", int(moody and training))

    def _compile(self, model: Any, *_: Any, **__: Any) -> None:
        self.compiled[model] = [layer.trainable for layer in model._flatten_layers()]

    def _fit(self, model: Any, *given: Any, **more: Any) -> None:
        data: Any = given[0] if given else more.get("x")
        self.probe.scaled(model, data)
        self.probe.count("rows that fit is given", len(data) if hasattr(data, "shape") else 0)
        self.probe.count("fits of models")
        trained = [layer.trainable for layer in model._flatten_layers()]
        known = self.compiled.get(model, [])
        changed = len(known) == len(trained) and known != trained
        self.probe.count("fits of models changed since they were compiled", int(changed))
        layers = [one for one in model._flatten_layers() if hasattr(one, "kernel_initializer")]
        unbuilt = sum(one.trainable and not one.built for one in layers)  # they get their weights within the fit
        self.probe.count("tensors that fits are to train", len(model.trainable_variables) + unbuilt)
        steps = int(more.get("steps_per_epoch") or 0)
        self._over_rows(given[0] if given else more.get("x"), steps)
        self.probe.count("batches that fits ask for", int(more.get("epochs", 1)) * steps)
        target = given[1] if len(given) > 1 else more.get("y")
        self.probe.count("columns that are the target", told_beforehand(data, target))
        self.probe.count("rows that are learnt from", len(data) if hasattr(data, "shape") else 0)
        self._foreign(model)
        held = len(model.variables) - len(model.trainable_variables)
        self.probe.count("tensors that fits keep as they are", held)
        for layer in model._flatten_layers():
            unread = sum(is_nearly(name, "trainable") for name in vars(layer))
            self.probe.count("settings that nothing reads", unread)
        self._weighted(given, more)
        self.probe.count("callbacks that fit is given", len(more.get("callbacks") or []))
        self.probe.count("fits that go on from an earlier one", int(model in self.fitted))
        self.fitted.add(model)
        data = more.get("validation_data")
        self.validated.clear()
        self.validated.update(rows_of(data[0]) if isinstance(data, tuple) else [])

    def _over_rows(self, data: Any, steps: int) -> None:
        """How often an epoch goes over the rows of a generator that knows how many it has."""
        rows, size = getattr(data, "n", 0), getattr(data, "batch_size", 0)
        if isinstance(rows, int) and isinstance(size, int) and rows and size:
            self.probe.most("passes over all rows in an epoch", max(1, steps * size // rows))

    def _foreign(self, model: Any) -> None:
        """Variables of TensorFlow that a layer holds: Keras neither trains nor saves them."""
        tf = sys.modules.get("tensorflow")
        held = [one for layer in model._flatten_layers() for one in vars(layer).values()]
        unknown = sum(isinstance(one, tf.Variable) for one in held) if tf is not None else 0
        self.probe.count("variables of layers that Keras does not know", unknown)

    def _weighted(self, given: tuple[Any, ...], more: dict[str, Any]) -> None:
        """Whether the class of more rows counts for more, too."""
        import numpy as np

        weights = more.get("class_weight")
        if not weights:
            return
        labels = np.asarray(given[1] if len(given) > 1 else more["y"])
        labels = labels.argmax(axis=1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.ravel()
        rows = np.array([float((labels == name).sum()) for name in weights])
        values = np.array([float(one) for one in weights.values()])
        self.probe.count("weights of classes", len(weights))
        rises = values[rows.argmax()] - values[rows.argmin()] if rows.max() > rows.min() else 0.0
        self.probe.count("weights of classes that grow with their rows", int(rises > 0))
        self.probe.count("weights of classes that fall with their rows", int(rises < 0))

    def _measured(self, model: Any, *given: Any, **more: Any) -> None:
        """Accuracy counts exact hits: of what is no whole number there are none."""
        import numpy as np

        for one in more.get("callbacks") or ():
            word = getattr(getattr(one, "monitor_op", None), "__name__", "")
            if word in ("less", "greater"):
                more_is_better = any(part in one.monitor for part in _MORE_IS_BETTER)
                self.probe.count("callbacks that keep the best")
                self.probe.count("callbacks that keep the worst", int((word == "less") == more_is_better))
        target = np.asarray(given[1] if len(given) > 1 else more["y"])
        values = target.dtype.kind == "f" and bool((target != np.round(target)).any())
        names = [one.name for metric in model.metrics for one in (metric, *getattr(metric, "metrics", ()))]
        self.probe.count("numbers that are measured", len(set(names)))
        exact = [name for name in names if name in ("accuracy", "acc", "binary_accuracy", "categorical_accuracy")]
        self.probe.count("accuracies of values", len(set(exact)) if values else 0)

    def _judge(self, model: Any, *given: Any, **more: Any) -> None:
        if "_use_cached_eval_dataset" in more:  # fit itself looks at them after each epoch
            return
        data = given[0] if given else more.get("x")
        self.probe.compared(model, data)
        marks = rows_of(data)
        self.probe.count("validation rows that are judged", sum(mark in self.validated for mark in marks))
        self.probe.count("rows that Keras judges", len(marks))
        layers = [one for one in model._flatten_layers() if getattr(one, "stateful", False)]
        left = [bool(abs(self._array(state)).max() > 0) for layer in layers for state in _states(layer)]
        self.probe.count("judgements that begin with a state left over", int(any(left)))

    def _array(self, value: Any) -> Any:
        return self.keras.ops.convert_to_numpy(value)

    def _of_metric(self, own: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Results that the script itself reads: how many without a reset, and of how many rows the first."""

        @functools.wraps(own)
        def noted(metric: Any, *given: Any, **more: Any) -> Any:
            if self.depth == 0:
                with contextlib.suppress(Exception):
                    self._read(metric, name)
            self.depth += 1
            try:
                return own(metric, *given, **more)
            finally:
                self.depth -= 1

        return noted

    def _read(self, metric: Any, name: str) -> None:
        if name == "reset_state":
            self.since[metric] = 0
            return
        self.since[metric] = self.since.get(metric, 0) + 1
        self.probe.count("results of metrics")
        self.probe.most("results of a metric without a reset", self.since[metric])
        count = getattr(metric, "count", None)
        if metric not in self.first and count is not None:
            self.first[metric] = int(self._array(count))
            self.probe.count("rows of the first results", self.first[metric])

    def facts(self, names: dict[str, Any]) -> dict[str, int]:
        """The rest, at the end of the script: what was called last, how often its functions were traced."""
        self._predicted()
        if self.taken:
            self.probe.count("gradients that are taken", self.taken)
            steps = self.probe.counts.get("steps of Keras optimisers", 0)
            self.probe.count("gradients that are never applied", max(0, self.taken - steps))
        told: dict[str, int] = self.pipes.facts()
        traced = [one for one in names.values() if hasattr(one, "experimental_get_tracing_count")]
        if not traced:
            return told
        most = max(int(one.experimental_get_tracing_count()) for one in traced)
        return told | {"most traces of a function": most, "functions that are traced": len(traced)}


def _states(layer: Any) -> list[Any]:
    states = getattr(layer, "states", None) or []
    return [one for one in states if one is not None]
