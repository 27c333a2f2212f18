"""A model of Keras as rules look at it: its layers, what it was compiled with, what it was fitted on."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlpilot.tools.diagnose.static.facts.syntax import argument
from mlpilot.tools.diagnose.static.libraries import frames, nets
from mlpilot.tools.diagnose.static.libraries.tensors import Shape, keras_activation, keras_shape, keras_units
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, path_of
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Seq, Value, constant, words
from mlpilot.tools.diagnose.static.rules.rule import Program

_PASSIVE = listed("Dropout BatchNormalization Activation Reshape Flatten LeakyReLU ReLU Softmax LayerNormalization")
_LEAVES_SIZE = listed("Input InputLayer Rescaling Normalization BatchNormalization Dropout GaussianNoise Masking")
_SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "kld": "kl_divergence",
    "bce": "binary_crossentropy",
}


@dataclass(eq=False)
class KerasModel:
    """One compiled model."""

    instance: Instance
    layers: list[Instance]
    whole: bool
    """Whether its layers are all known."""
    compile: Call
    loss: str
    """Name of the loss, in snake case; empty if it is not known."""
    from_logits: bool
    metrics: list[str]
    fits: list[Call] = field(default_factory=list)

    @property
    def told(self) -> ast.AST:
        """Where the loss is made, or written in the call of compile, if that has a line of its own; else the call."""
        given, made = argument(self.compile.node, "loss", 1), self.compile.get("loss", 1)
        first, last = self.compile.node.lineno, self.compile.node.end_lineno or self.compile.node.lineno
        if isinstance(made, Instance) and not first <= getattr(made.node, "lineno", first) <= last:
            return made.node
        return self.compile.node if given is None or given.lineno == self.compile.node.lineno else given

    @property
    def last(self) -> Instance | None:
        """The last layer that computes."""
        return next((unwrapped(one) for one in reversed(self.layers) if one.name not in _PASSIVE), None)

    @property
    def activation(self) -> str:
        """The last operation, a layer's or a function's; `?` or nothing where it cannot be told."""
        given = nets.given_back(self.instance) if self.instance.name != "Sequential" else None
        if given is not None:
            return given.last
        for one in reversed(self.layers):
            if one.name in ("Dropout", "BatchNormalization", "Flatten", "Reshape", "LayerNormalization"):
                continue
            return keras_activation(unwrapped(one))
        return ""

    @property
    def units(self) -> int | None:
        """How many outputs it has for each row."""
        return keras_units(self.last) if self.last is not None and self.last.name == "Dense" else None

    @property
    def said(self) -> Shape:
        """The shape of a row that it says it takes: in its first layer, or after one that keeps every size."""
        known = self.layers[:2] if self.layers and self.layers[0].name in _LEAVES_SIZE else self.layers[:1]
        return next((shape for one in known if (shape := keras_shape(one)) is not None), None)

    def labels(self) -> Data | None:
        """What it is fitted on, as labels."""
        return next((found for call in self.fits if (found := as_data(call.get("y", 1))) is not None), None)

    def inputs(self) -> Data | None:
        """What it is fitted on, as inputs."""
        given = self.fits[0].get("x", 0) if self.fits else None
        found = frames.gathered(given) if given is not None else []
        return found[0] if found else None


def within_others(program: Program) -> set[int]:
    """Serial numbers of models that are a part of another one: called on a tensor, or given as one of its layers."""
    held = [one for model in program.trace.instances if nets.is_keras_model(model)
            for one in nets.output_layers(model) if nets.is_keras_model(one)]  # fmt: skip
    called = [one for one in program.trace.instances if nets.is_keras_model(one) and one.notes.get("applied")]
    return {one.serial for one in (*held, *called)}


def unwrapped(layer: Instance) -> Instance:
    """The layer that `TimeDistributed` applies to each step, or the layer itself."""
    inner = layer.argument("layer", 0) if layer.name == "TimeDistributed" else None
    return inner if isinstance(inner, Instance) else layer


def keras_models(program: Program) -> Iterator[KerasModel]:
    """Every model that is compiled."""
    for one in program.trace.instances:
        for compiled in one.notes.get("compiles", [])[-1:]:
            loss = compiled.get("loss", 1)
            name, logits = loss_of(loss)
            yield KerasModel(
                one,
                nets.output_layers(one),
                nets.is_chain(one),
                compiled,
                name,
                logits,
                names(compiled.get("metrics", 2)),
                one.notes.get("fit calls", []),
            )


def loss_of(value: Value | None) -> tuple[str, bool]:
    """(name of a loss in snake case, whether it takes raw outputs)."""
    logits = isinstance(value, Instance) and constant(value.argument("from_logits", 0)) is True
    found = words(value) or [path_of(value).rpartition(".")[2]]
    if len(found) != 1 or not found[0]:
        return "", False
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", found[0]).lower()
    return _SHORT.get(snake, snake).replace("cross_entropy", "crossentropy"), logits


def names(value: Value | None) -> list[str]:
    """Names of metrics."""
    items = value.items if isinstance(value, Seq) else [value] if value is not None else []
    told = [one.argument("name") if isinstance(one, Instance) else None for one in items]
    named = [words(one)[0] for one in told if words(one)]
    return named + [text for one in items for text in (words(one) or [path_of(one).rpartition(".")[2]]) if text]
