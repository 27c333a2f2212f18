"""Edits of hidden layers: their activations, and batch normalisation between them. The last layer is left as it is."""

import ast
from itertools import pairwise

from mlpilot.tools.diagnose.syntax import called, calls, keyword, parents
from mlpilot.tools.mending.training.code import Edited, above, dense, imports, root_of_keras, statement_of, value_of
from mlpilot.tools.text import Edit, apply_edits, span, text_of

TORCH_CLASSES = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "leaky_relu": "LeakyReLU"}
KERAS_LAYERS = ("Dense", "Conv1D", "Conv2D", "Conv3D")
KERAS_CELLS = ("SimpleRNN", "GRU", "LSTM")
TORCH_LAYERS = ("Linear", "Conv1d", "Conv2d")
KERAS_NORM = "BatchNormalization(momentum=0.9)"
"""The running means of PyTorch: those of Keras, 0.99, take some five hundred steps to become what was seen, and until
then a model is judged by others than it was trained with (documentation of keras.layers.BatchNormalization)."""
_NORMS = {"Linear": "BatchNorm1d", "Conv1d": "BatchNorm1d", "Conv2d": "BatchNorm2d"}


def activations(source: str, tree: ast.Module, old: tuple[str, ...], new: str) -> list[Edited]:
    """All hidden activations of those names become another one: `nn.Sigmoid()`, `torch.sigmoid(x)`, `activation=`."""
    edits = [*_keras(source, tree, old, new), *_made(source, tree, old, new), *_called(source, tree, old, new)]
    said = f"{new} instead of {' and '.join(sorted({name for _, name in edits}))} in the hidden layers"
    return [(apply_edits(source, [edit for edit, _ in edits]), said)] if edits else []


def _keras(source: str, tree: ast.Module, old: tuple[str, ...], new: str) -> list[tuple[Edit, str]]:
    found = []
    for call in dense(tree, KERAS_LAYERS):
        given = keyword(call, "activation")
        node = given.value if given is not None else call.args[1] if called(call) == "Dense" and call.args[1:] else None
        value = value_of(tree, node)
        if isinstance(value, ast.Constant) and value.value in old:
            found.append((Edit(*span(source, value), f'"{new}"'), str(value.value)))
        elif isinstance(value, ast.Attribute) and value.attr in old:
            found.append((Edit(*span(source, value), f'"{new}"'), value.attr))
    layers = [call for call in calls(tree) if called(call) in ("Activation", *KERAS_LAYERS)]
    hidden = {id(call) for call in dense(tree, KERAS_LAYERS)}
    for before, call in pairwise(layers):
        word = call.args[0] if called(call) == "Activation" and call.args else None
        if id(before) in hidden and isinstance(word, ast.Constant) and word.value in old:
            found.append((Edit(*span(source, word), f'"{new}"'), str(word.value)))
    return list(dict.fromkeys(found))


def _made(source: str, tree: ast.Module, old: tuple[str, ...], new: str) -> list[tuple[Edit, str]]:
    """`nn.Sigmoid()`, but not as the last layer of a `Sequential`."""
    classes = {TORCH_CLASSES[name]: name for name in old if name in TORCH_CLASSES}
    last = {id(call.args[-1]) for call in calls(tree, "Sequential") if call.args}
    found = []
    for call in calls(tree):
        if called(call) in classes and id(call) not in last and isinstance(call.func, ast.Attribute):
            end = span(source, call.func)[1]
            found.append((Edit(end - len(called(call)), end, TORCH_CLASSES[new]), classes[called(call)]))
    made = {id(call.func) for call in calls(tree)}
    for node in ast.walk(tree):  # a class that is handed on: `act=nn.Sigmoid`
        if isinstance(node, ast.Attribute) and node.attr in classes and id(node) not in made:
            end = span(source, node)[1]
            found.append((Edit(end - len(node.attr), end, TORCH_CLASSES[new]), classes[node.attr]))
    return found


def _called(source: str, tree: ast.Module, old: tuple[str, ...], new: str) -> list[tuple[Edit, str]]:
    """`torch.sigmoid(x)` in `forward`, but not in what it returns, nor in a product (a gate)."""
    parent = parents(tree)
    found = []
    for call in calls(tree):
        function = call.func
        plain = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
        if called(call) not in old or not plain or text_of(source, function.value) not in ("torch", "F"):  # type: ignore[attr-defined]
            continue
        around = list(above(call, parent))
        forward = any(isinstance(one, ast.FunctionDef) and one.name == "forward" for one in around)
        answer = any(isinstance(one, ast.Return) for one in around) and isinstance(around[0], ast.Return)
        if forward and not answer and not any(isinstance(one, ast.BinOp) for one in around):
            holder = text_of(source, function.value)  # type: ignore[attr-defined]
            home = "torch.nn.functional" if holder == "torch" and new == "leaky_relu" else holder
            found.append((Edit(*span(source, function), f"{home}.{new}"), called(call)))
    return found


def recurrent_tanh(source: str, tree: ast.Module) -> list[Edited]:
    """The usual tanh in recurrent layers that were given a ReLU: repeated at each step, a ReLU has no bound."""
    edits = []
    for call in calls(tree):
        name = "nonlinearity" if called(call) == "RNN" else "activation" if called(call) in KERAS_CELLS else ""
        given = keyword(call, name) if name else None
        if given is not None and isinstance(given.value, ast.Constant) and given.value.value == "relu":
            edits.append(Edit(*span(source, given.value), '"tanh"'))
    return [(apply_edits(source, edits), "tanh instead of relu in the recurrent layer")] if edits else []


def normalised(source: str, tree: ast.Module) -> list[Edited]:
    """Batch normalisation after each hidden layer."""
    torch = imports(tree, "torch")
    edits = _torch_norms(source, tree) if torch else _keras_norms(source, tree)
    return [(apply_edits(source, edits), "batch normalisation after each hidden layer")] if edits else []


def _torch_norms(source: str, tree: ast.Module) -> list[Edit]:
    if calls(tree, "BatchNorm1d") or calls(tree, "BatchNorm2d") or calls(tree, "LayerNorm"):
        return []
    last = {id(call) for call in calls(tree) if called(call) in TORCH_LAYERS} - {
        id(call) for call in dense(tree, TORCH_LAYERS)
    }
    parent = parents(tree)
    edits = []
    for call in calls(tree):
        if called(call) not in TORCH_LAYERS or id(call) in last or len(call.args) < 2:
            continue
        holder = text_of(source, call.func)[: -len(called(call))]
        norm = f"{holder}{_NORMS[called(call)]}({text_of(source, call.args[1])})"
        start, end = span(source, call)
        around = parent[call]
        if isinstance(around, ast.Call) and called(around) == "Sequential":
            edits.append(Edit(end, end, _separator(source, start) + norm))
        else:
            edits += [Edit(start, start, f"{holder}Sequential("), Edit(end, end, f", {norm})")]
    return edits


def _keras_norms(source: str, tree: ast.Module) -> list[Edit]:
    if calls(tree, "BatchNormalization") or calls(tree, "LayerNormalization"):
        return []
    parent = parents(tree)
    edits = []
    for call in dense(tree, KERAS_LAYERS):
        norm = text_of(source, call.func)[: -len(called(call))] + KERAS_NORM
        edits += imported(tree, source, call, "BatchNormalization")
        around = parent[call]
        if isinstance(around, ast.List):
            edits.append(
                Edit(span(source, call)[1], span(source, call)[1], _separator(source, span(source, call)[0]) + norm)
            )
            continue
        statement = statement_of(tree, call)
        if statement is None:
            continue
        pad = "\n" + " " * statement.col_offset
        end = span(source, statement)[1]
        if isinstance(around, ast.Call) and called(around) == "add" and isinstance(around.func, ast.Attribute):
            edits.append(Edit(end, end, f"{pad}{text_of(source, around.func)}({norm})"))
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            edits.append(Edit(end, end, f"{pad}{name} = {norm}({name})"))
        elif isinstance(around, ast.Assign) and root_of_keras(tree):
            start, end = span(source, call)
            edits += [Edit(start, start, f"{root_of_keras(tree)}.Sequential(["), Edit(end, end, f", {norm}])")]
    return list(dict.fromkeys(edits))


def imported(tree: ast.Module, source: str, call: ast.Call, name: str) -> list[Edit]:
    """An import of a layer from where that of a call came from, where layers are imported by their names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and isinstance(call.func, ast.Name):
            names = [one.asname or one.name for one in node.names]
            if call.func.id in names and name not in names:
                end = span(source, node.names[-1])[1]
                return [Edit(end, end, f", {name}")]
    return []


def _separator(source: str, at: int) -> str:
    """A comma, and a new line where each element of a list has one."""
    line = source[source.rfind("\n", 0, at) + 1 : at]
    return ",\n" + line if not line.strip() and "\n" in source[:at] else ", "
