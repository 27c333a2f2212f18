"""Keras and TensorFlow: weights made at every call, functions of TensorFlow on tensors of Keras, layers passed by.

Sources: Keras 3, Making new layers and models (weights are made in __init__ or build); TensorFlow, tf.function: only
singleton tf.Variables created on the first call; Keras 3, KerasTensor (wrap operations in a layer, or use keras.ops).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, bases, classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_WEIGHTED = re.compile(r"^(Dense|Conv\w*|SeparableConv\w*|LSTM|GRU|SimpleRNN|Embedding|BatchNormalization|LayerNorm\w*"
                       r"|MultiHeadAttention|Bidirectional|EinsumDense)$")  # fmt: skip


@rule(
    "KERAS081",
    "tensorflow-on-keras-tensors",
    "error",
    "a function of TensorFlow on a tensor of Keras, which has no values yet",
    remedy="keras.ops.mean(x, axis=1), or a layer: Lambda, GlobalAveragePooling1D, Concatenate",
    source="Keras 3, KerasTensor: it cannot be used as input to a TensorFlow function",
)
def tensorflow_on_keras(program: Program) -> Iterator[Found]:
    """`h = Conv1D(16, 3)(inp)`, and `tf.reduce_mean(h, axis=1)`."""
    if not re.search(r"^\s*(import keras\b|from keras\b)", program.text, re.MULTILINE) or "tf_keras" in program.text:
        return  # with tf.keras of before 2.16 it was a layer by itself
    for call in program.trace.calls:
        if not call.path.startswith("tensorflow.") or {"call", "<lambda>", "build"} & set(call.inside):
            continue
        given = [as_data(one) for one in call.args[:2]]
        symbolic = [one for one in given if one is not None and _is_symbolic(one)]
        name = call.path.removeprefix("tensorflow.")
        if symbolic and not name.startswith(("keras", "data", "function", "debugging", "Variable", "print", "shape")):
            yield (
                call.node,
                f"{written(call.node.func)} wants values, and {call.text(0)} has none: it is of Keras",
            )
            return


def _is_symbolic(data: Data) -> bool:
    """Whether it comes from `Input` by calls of layers alone."""
    layer, steps = data.made_by, 0
    while isinstance(layer, Instance) and layer.path.startswith("keras.layers.") and steps < 100:
        if layer.name == "Input":
            return True
        before = layer.notes.get("inputs")
        inner = as_data(before[-1]) if before else None
        layer, steps = inner.made_by if inner is not None else None, steps + 1
    return False


@rule(
    "KERAS082",
    "weights-made-at-every-call",
    "error",
    "weights are made anew at every call",
    remedy="make weights and layers in __init__ or build, and use them in call",
    source="Keras, Making new layers and models; TensorFlow, tf.function: variables are created once",
)
def made_at_every_call(program: Program) -> Iterator[Found]:
    """`def call(self, x): w = self.add_weight(...)`, or `Dense(32)(x)`; `self.w = tf.Variable(...)` in `__call__`."""
    for home in classes(program):
        if not bases(home) & {"Layer", "Model"} and not any(written(one) == "tf.Module" for one in home.bases):
            continue
        torch = program.trace.libraries & {"torch"} and not program.trace.libraries & {"keras", "tensorflow"}
        for name in ("call", "__call__"):
            body = methods(home).get(name)
            if body is None or torch or re.search(r"built|hasattr|is None", " ".join(_tests(body))):
                continue
            for node in own(body):
                if isinstance(node, ast.Call) and _makes_weights(node):
                    yield (
                        node,
                        f"{written(node, 60)} is made at every call: what it learns is thrown away",
                    )
                    break


def _tests(body: ast.FunctionDef) -> list[str]:
    return [written(node.test, 80) for node in own(body) if isinstance(node, ast.If)]


def _makes_weights(node: ast.Call) -> bool:
    text = written(node.func)
    if text in ("self.add_weight", "self.add_variable", "tf.Variable", "tensorflow.Variable"):
        told = argument(node, "trainable")
        return not (isinstance(told, ast.Constant) and told.value is False)
    owner = text.rpartition(".")[0]
    layers = owner in ("", "layers", "keras.layers", "tf.keras.layers", "L", "tfkl")
    return layers and bool(_WEIGHTED.match(called(node))) and not isinstance(node.func, ast.Call)


@rule(
    "KERAS083",
    "activation-called-too-early",
    "error",
    "an activation is called where it should be named",
    remedy='Dense(64, activation="relu"), or activation=tf.nn.relu without parentheses',
    source="Keras, Layer activation functions; Islam et al. 2019, API misuse",
)
def called_too_early(program: Program) -> Iterator[Found]:
    """`Dense(64, activation=tf.nn.relu())`."""
    names = r"(tf\.nn|keras\.activations|activations|tf\.keras\.activations|ops|keras\.ops)\.\w+$"
    for node in program.nodes:
        for word in node.keywords if isinstance(node, ast.Call) else ():
            value = word.value
            empty = isinstance(value, ast.Call) and not value.args and not value.keywords
            if word.arg == "activation" and empty and re.match(names, written(value.func)):  # type: ignore[attr-defined]
                yield node, f"activation={written(value)} calls it with nothing; it is to be named, without parentheses"


@rule(
    "KERAS084",
    "one-layer-in-a-row",
    "warning",
    "one layer is used again and again in a row",
    remedy="a layer of its own for each place: for _ in range(3): x = Dense(64)(x)",
    source="Keras, The Functional API: shared layers; Humbatova et al. 2020, missing layer",
)
def one_in_a_row(program: Program) -> Iterator[Found]:
    """`d = Dense(64)`, `x = d(x)`, `x = d(x)`."""
    for scope in scopes(program):
        known = settings(scope)
        single = {name for name, values in known.items() if len(values) == 1 and isinstance(values[0], ast.Call)
                  and _WEIGHTED.match(called(values[0]))}  # fmt: skip
        if (
            not single
            or not {"Model", "Input"} & program.names
            or not program.trace.libraries & {"keras", "tensorflow"}
        ):
            continue
        before: ast.Assign | None = None
        for node in own(scope):
            if not isinstance(node, ast.Assign):
                continue
            chained = before is not None and written(before.targets[0]) in map(written, getattr(node.value, "args", ()))
            again = before is not None and written(getattr(node.value, "func", node)) == written(
                getattr(before.value, "func", before)
            )
            layer = isinstance(node.value, ast.Call) and written(node.value.func) in single
            if layer and chained and again:
                yield node, f"{written(node)}: it is the same layer again, with the same weights"
                break
            before = node
