"""Layers that are repeated: the same one several times, or too many that squash what they are given.

Sources: PyTorch, nn.ModuleList; Glorot and Bengio 2010; AUTOTRAINER (Zhang et al. 2021); UMLAUT; DeepLocalize.
"""

import ast
from collections.abc import Iterator
from math import prod

from mlpilot.tools.diagnose.static.facts.kerasmodel import keras_models
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.libraries.tensors import keras_activation
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Instance, Value, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule

_DEEP = 5
"""Layers of sigmoid in a row, from which the first hardly learn."""


def how_often(program: Program, made: Instance) -> int:
    """How many of such an object there are: one, or one for each turn of the loops over a range that make it."""
    calls = [call for call in program.trace.calls if call.result is made]
    return prod(_turns(program, loop) for loop in calls[0].loops) if calls else 1


def _turns(program: Program, loop: ast.AST) -> int:
    """Turns of `for _ in range(n)`; one where that cannot be told."""
    over = loop.iter if isinstance(loop, ast.For) else None
    if over is None and isinstance(loop, ast.ListComp | ast.GeneratorExp) and len(loop.generators) == 1:
        over = loop.generators[0].iter
    ranges: list[Call] = [call for call in program.trace.of("range") if call.node is over]
    ends = [number(one) for one in ranges[0].args] if ranges else []
    if len(ends) == 1 and ends[0] is not None:
        return max(int(ends[0]), 1)
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        return max(int(ends[1]) - int(ends[0]), 1)
    return 1


@rule(
    "TORCH237",
    "one-layer-several-times",
    "error",
    "a list that holds one layer several times",
    remedy="nn.ModuleList([nn.Linear(64, 64) for _ in range(4)])",
    source="PyTorch, nn.ModuleList; Python, FAQ: multiplying a list repeats references",
)
def one_layer(program: Program) -> Iterator[Found]:
    """`nn.ModuleList([nn.Linear(64, 64)] * 4)`."""
    layers = {call.node: call.result for call in program.trace.calls if isinstance(call.result, Instance)}
    for inner in program.each(ast.BinOp):
        if not isinstance(inner.op, ast.Mult):
            continue
        listed = next((one for one in (inner.left, inner.right) if isinstance(one, ast.List)), None)
        made = [layers.get(one) for one in listed.elts if isinstance(one, ast.Call)] if listed else []
        if any(_has_weights(one) for one in made):
            yield inner, f"{written(inner)} is one object several times: they share their weights"


def _has_weights(layer: Value | None) -> bool:
    if not isinstance(layer, Instance):
        return False
    plain = layer.name.startswith(("Linear", "Conv", "LSTM", "GRU", "Transformer", "MultiheadAttention", "BatchNorm"))
    return (plain and layer.library == "torch") or (layer.own is not None and nets.is_module(layer))


@rule(
    "TORCH238",
    "gradients-vanish-in-sigmoid",
    "warning",
    "many layers of sigmoid in a row",
    remedy="nn.ReLU in the hidden layers, or batch normalisation between them",
    source="Glorot and Bengio 2010; AUTOTRAINER; DeepLocalize",
)
def squashed_torch(program: Program) -> Iterator[Found]:
    """Five layers of `nn.Linear` and `nn.Sigmoid`."""
    for one in program.trace.instances:
        if one.path != "torch.nn.Sequential":
            continue
        layers = [layer for layer in nets.sequential_layers(one) if isinstance(layer, Instance)]
        names = {layer.name for layer in layers}
        squashing = [layer for layer in layers if layer.name == "Sigmoid"]
        other = names & {"ReLU", "Tanh", "LeakyReLU", "GELU", "ELU", "SiLU"} or any("Norm" in name for name in names)
        many = sum(how_often(program, layer) for layer in squashing)
        if many >= _DEEP and not other:
            yield squashing[0].node, f"{many} layers of sigmoid in a row: gradients vanish on their way back"


@rule(
    "KERAS111",
    "gradients-vanish-in-sigmoid",
    "warning",
    "many hidden layers of sigmoid",
    remedy='activation="relu" in the hidden layers, or batch normalisation',
    source="Glorot and Bengio 2010; AUTOTRAINER; DeepLocalize; UMLAUT",
)
def squashed_keras(program: Program) -> Iterator[Found]:
    """`for _ in range(8): model.add(Dense(64, activation="sigmoid"))`."""
    for model in keras_models(program):
        hidden = [one for one in model.layers[:-1] if one.name in ("Dense", "Conv2D", "Activation")]
        squashing = [one for one in hidden if keras_activation(one) == "sigmoid"]
        other = any(keras_activation(one) not in ("sigmoid", "linear", "") for one in hidden)
        normalised = any("Normalization" in one.name for one in model.layers)
        many = sum(how_often(program, one) for one in squashing)
        if many >= _DEEP and not other and not normalised:
            yield (
                cause(squashing[0].argument("activation", 1), squashing[0].node),
                f"{many} hidden layers of sigmoid: gradients vanish on their way back",
            )
