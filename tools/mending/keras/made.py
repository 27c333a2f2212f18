"""Edits of how Keras' layers and training are made and told: weights, statistics, schedules, outputs, tapes."""

import ast
import difflib
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    given_to,
    imported_as,
    indent,
    method_calls,
    statement_of,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_OPS = {
    "reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod",
    "concat": "concatenate", "math.log": "log", "nn.softmax": "softmax", "nn.relu": "relu", "nn.sigmoid": "sigmoid",
    "nn.tanh": "tanh", "pow": "power", "math.reduce_mean": "mean", "math.reduce_sum": "sum", "math.abs": "abs",
    "math.square": "square", "math.sqrt": "sqrt", "math.exp": "exp", "math.maximum": "maximum",
}  # fmt: skip
_SAME = ("abs", "square", "sqrt", "exp", "stack", "matmul", "maximum", "minimum", "multiply", "add", "subtract", "tile",
         "reshape", "transpose", "expand_dims", "squeeze", "cast", "where", "tanh", "sigmoid", "divide")  # fmt: skip


def masked(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An embedding says which steps are padding."""
    for call in [one for one in calls(tree, "Embedding") if at(one, found.line)]:
        yield with_keyword(source, call, "mask_zero", "True"), "padding is not read: mask_zero=True"


def of_keras(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Tensors of Keras go through operations of Keras."""
    tensorflow = imported_as(tree, "tensorflow")
    keras = imported_as(tree, "keras")
    ops = imported_as(tree, "keras.ops") or (f"{keras}.ops" if keras else "")
    scope = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    edits: list[Edit] = []
    for call in calls(scope or tree):
        name = text_of(source, call.func).removeprefix(f"{tensorflow}.")
        new = _OPS.get(name, name if name in _SAME else "")
        if text_of(source, call.func).startswith(f"{tensorflow}.") and new:
            edits.append(Edit(*span(source, call.func), f"{ops}.{new}"))
    if edits and ops:
        text = apply_edits(source, edits)
        yield text, "tensors of Keras go through operations of Keras"


def made_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Weights and layers are made once, and not at every call."""
    home = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.ClassDef)), None)
    function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    if home is None or function is None:
        return
    guarded = [one for one in ast.walk(function) if isinstance(one, ast.Assign) and _is_weight(source, one.value)]
    edits: list[Edit] = []
    for node in guarded:
        target = node.targets[0]
        own = isinstance(target, ast.Attribute) and text_of(source, target.value) == "self"
        name = target.attr if isinstance(target, ast.Attribute) and own else getattr(target, "id", "")
        if not name or not alone(source, node):
            return
        pad, value = indent(source, node), text_of(source, node.value)
        text = f'if not hasattr(self, "{name}"):\n{pad}    self.{name} = {value}'
        edits.append(Edit(*span(source, node), text if own else f"{text}\n{pad}{name} = self.{name}"))
    if edits:
        yield apply_edits(source, edits), "weights are made once, at the first call"
    yield from _in_init(source, home, function)


def _is_weight(source: str, value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and text_of(source, value.func) in (
        "self.add_weight", "self.add_variable", "tf.Variable", "tensorflow.Variable")  # fmt: skip


def _in_init(source: str, home: ast.ClassDef, function: ast.FunctionDef) -> Edits:
    """`return Dense(32)(x)` becomes `self.dense_of_call(x)`."""
    init = next((one for one in home.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    if init is None or not alone(source, init.body[-1]):
        return
    local = {one.arg for one in function.args.args if one.arg != "self"}
    local |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    edits: list[Edit] = []
    lines: list[str] = []
    for call in calls(function):
        layer = call.func if isinstance(call.func, ast.Call) else None
        used = {one.id for one in ast.walk(layer) if isinstance(one, ast.Name)} if layer is not None else set()
        if layer is not None and called(layer)[:1].isupper() and not used & local:
            name = f"self.{called(layer).lower()}_of_call_{len(lines)}"
            lines.append(f"{name} = {text_of(source, layer)}")
            edits.append(Edit(*span(source, layer), name))
    if edits:
        edits.append(below(source, init.body[-1], *lines))
        yield apply_edits(source, edits), "layers are made once, in __init__"


def named_alone(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`activation=tf.nn.relu()` becomes `activation=tf.nn.relu`."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        one = keyword(call, "activation")
        if one is not None and isinstance(one.value, ast.Call) and not one.value.args:
            yield replace(source, one.value, text_of(source, one.value.func)), "the activation is named"


def layer_of_its_own(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A layer that is used again in a row becomes another one like it."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Assign) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        made = given_to(tree, call.func.id)
        again = [one for one in calls(tree) if isinstance(one.func, ast.Name) and one.func.id == call.func.id]
        if len(made) == 1 and isinstance(made[0].value, ast.Call):
            text = text_of(source, made[0].value)
            edits = [Edit(*span(source, one.func), text) for one in again[1:]]
            yield apply_edits(source, edits), "each place has a layer of its own"


def adapted(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A layer that learns from data before the training is given the rows for training."""
    fits = [one for one in method_calls(tree, "fit") if one.args]
    late = [one for one in method_calls(tree, "adapt") if at(one, found.line)]
    names = [text_of(source, one.targets[0]) for one in ast.walk(tree) if isinstance(one, ast.Assign)
             and isinstance(one.value, ast.Call) and one.value.lineno == found.line]  # fmt: skip
    lines = [text_of(source, one) for one in late]
    lines = lines or [f"{name}.adapt({text_of(source, fits[0].args[0])})" for name in names if fits]
    for call in fits[:1]:
        statement = statement_of(tree, call)
        if lines and alone(source, statement):
            yield apply_edits(source, [above(source, statement, lines[0])]), "the layer is given data before the fit"
    made = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and at(one, found.line)]
    if lines and made and alone(source, made[0]):
        yield apply_edits(source, [below(source, made[0], lines[0])]), "the layer is given data once it is made"


def rate_always(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A schedule gives a learning rate in every epoch, and lets it fall once in each."""
    function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    names = [one.arg for one in function.args.args] if function is not None else []
    if function is None or len(names) != 2:
        return
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and at(node, found.line):
            yield replace(source, node, text_of(source, node.left)), "the rate falls by one factor in each epoch"
    if not isinstance(function.body[-1], ast.Return) and alone(source, function.body[-1]):
        yield apply_edits(source, [below(source, function.body[-1], f"return {names[1]}")]), "the rate is always given"


def middle_of_raw(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Accuracy of raw outputs has its middle at 0."""
    keras = imported_as(tree, "keras") or "tf.keras"
    for call in [one for one in calls(tree, "BinaryAccuracy") if at(one, found.line)]:
        yield with_keyword(source, call, "threshold", "0.0"), "the middle of raw outputs is 0"
    for node in ast.walk(tree):
        named = isinstance(node, ast.Constant) and node.value in ("accuracy", "acc", "binary_accuracy")
        statement = statement_of(tree, node) if named else None
        if statement is not None and at(statement, found.line) and "compile" in text_of(source, statement):
            text = f'{keras}.metrics.BinaryAccuracy(name="{node.value}", threshold=0.0)'  # type: ignore[attr-defined]
            yield replace(source, node, text), "the middle of raw outputs is 0"
        if isinstance(node, ast.Compare) and at(node, found.line):
            bound = node.comparators[0]
            if isinstance(bound, ast.Constant) and bound.value == 0.5:
                yield replace(source, bound, "0"), "raw outputs say yes above 0"


def labels_within(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set holds its labels."""
    for call in [one for one in calls(tree) if called(one) in ("fit", "evaluate") and at(one, found.line)]:
        one = keyword(call, "y")
        labels = one.value if one is not None else call.args[1] if len(call.args) > 1 else None
        made = given_to(tree, text_of(source, call.args[0])) if call.args else []
        sliced = [inner for node in made for inner in calls(node, "from_tensor_slices") if inner.args]
        if labels is None or not sliced:
            continue
        rows = sliced[0].args[0]
        after = span(source, call.args[0])[1]
        edits = [
            Edit(*span(source, rows), f"({text_of(source, rows)}, {text_of(source, labels)})"),
            Edit(after, span(source, one if one is not None else labels)[1], ""),
        ]
        yield apply_edits(source, edits), "the data set holds its labels"


def names_of_outputs(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Losses are given by the names that the outputs have."""
    said = re.search(r"is for '(\w+)', and the outputs are ([\w, ]+)", found.message)
    if said is None:
        return
    unknown, names = said.group(1), said.group(2).split(", ")
    words = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    free = [one for one in names if sum(node.value == one for node in words) < 2] or names
    for name in [*difflib.get_close_matches(unknown, names, 1, 0.6), *free]:
        keys = [node for node in words if node.value == unknown]
        edits = [Edit(*span(source, node), f'"{name}"') for node in keys]
        yield apply_edits(source, edits), f"the output is called {name}"


def own_weights(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Gradients move the weights that they were taken of."""
    said = re.search(r"are the gradients of ([\w.]+), and ", found.message)
    for call in [one for one in calls(tree, "zip") if at(one, found.line) and said is not None and len(one.args) == 2]:
        if said is not None:
            yield replace(source, call.args[1], said.group(1)), f"gradients move the weights of {said.group(1)}"


def persistent(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A tape that is asked twice keeps what it saw."""
    asked = [one for one in calls(tree, "gradient") if at(one, found.line)]
    names = [text_of(source, one.func.value) for one in asked if isinstance(one.func, ast.Attribute)]
    for node in ast.walk(tree):
        for item in node.items if isinstance(node, ast.With) else []:
            named = item.optional_vars is not None and text_of(source, item.optional_vars) in names
            if named and isinstance(item.context_expr, ast.Call):
                yield with_keyword(source, item.context_expr, "persistent", "True"), "the tape gives gradients twice"
