"""Edits of rows that a network is given: prepared as those for training were, in one order with their labels, weighted
the right way round."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, block_of, given_to
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_PREDICTS = ("predict", "predict_proba", "evaluate", "score", "predict_on_batch")


def prepared(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a model is given to predict goes through the function that its rows for training went through."""
    said = re.search(r"fitted on ([A-Za-z_][\w.]{0,60})\(", found.message)
    for call in [one for one in calls(tree) if said is not None and at(one, found.line) and one.args]:
        function = call.func
        predicts = called(call) in _PREDICTS or "model" in text_of(source, function).lower()
        if said is None or not predicts or called(call) == said.group(1).rpartition(".")[2]:
            continue
        name = said.group(1).rpartition(".")[2]
        used = [text_of(source, one.func) for one in calls(tree, name)]
        function_text = used[0] if used else said.group(1)
        first = call.args[0]
        inner = [one for one in ast.walk(first) if isinstance(one, ast.Name) and not _is_module(tree, one.id)]
        for place in (*inner, first):
            text = f"{function_text}({text_of(source, place)})"
            yield replace(source, first, text), f"rows to predict go through {name}, too"


def _is_module(tree: ast.Module, name: str) -> bool:
    imported = [one for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names]
    return any((one.asname or one.name.split(".")[0]) == name for one in imported)


def one_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows and labels are put into one order, drawn once."""
    here = around(tree, found.line)[-1]
    body = block_of(tree, here)
    drawn = [(one, call) for one in body for call in _orders(source, one)]
    mine = next((pair for pair in drawn if pair[0] is here), None)
    if mine is None:
        return
    yield from _sets_alike(source, tree, drawn)
    for other, call in [pair for pair in drawn if pair[0] is not here][::-1]:
        first, second = sorted([(other, call), mine], key=lambda pair: pair[0].lineno)
        name = "order"
        if name in {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)} or not alone(source, first[0]):
            continue
        if called(call) == "permutation" and _is_index(source, first) and _is_index(source, second):
            edits = [
                above(source, first[0], f"{name} = {text_of(source, first[1])}"),
                Edit(*span(source, first[1]), name),
                Edit(*span(source, second[1]), name),
            ]
            yield apply_edits(source, edits), "rows and labels are put into one order"
        elif called(call) in ("shuffle", "permutation") and all(alone(source, one) for one, _ in (first, second)):
            yield from _both(source, first, second, name)


def _sets_alike(source: str, tree: ast.Module, drawn: list[tuple[ast.stmt, ast.Call]]) -> Edits:
    """`xs.shuffle(n)` and `ys.shuffle(n)` of two data sets are drawn by one seed."""
    made = {text_of(source, target) for one in ast.walk(tree) if isinstance(one, ast.Assign)
            and "from_tensor_slices" in text_of(source, one.value) for target in one.targets}  # fmt: skip
    own = [call for _, call in drawn if called(call) == "shuffle" and isinstance(call.func, ast.Attribute)
           and text_of(source, call.func.value).split(".")[0] in made and keyword(call, "seed") is None]  # fmt: skip
    if len(own) > 1:
        ends = [span(source, call)[1] - 1 for call in own]
        edits = [Edit(end, end, ", seed=0") for end in ends]
        yield apply_edits(source, edits), "rows and labels are shuffled by one seed"


def _both(source: str, first: tuple[ast.stmt, ast.Call], second: tuple[ast.stmt, ast.Call], name: str) -> Edits:
    """`rng.shuffle(x)` and `rng.shuffle(y)`, `x = rng.permutation(x)` and `y = rng.permutation(y)`."""
    owner = text_of(source, first[1].func).rpartition(".")[0]
    names = [text_of(source, call.args[0]) for _, call in (first, second) if call.args]
    if len(names) < 2 or owner in ("random", ""):
        return
    edits = [above(source, first[0], f"{name} = {owner}.permutation(len({names[0]}))")]
    for (statement, _), own in zip((first, second), names, strict=True):
        target = text_of(source, statement.targets[0]) if isinstance(statement, ast.Assign) else own
        edits.append(Edit(*span(source, statement), f"{target} = {own}[{name}]"))
    yield apply_edits(source, edits), "rows and labels are put into one order"


def _orders(source: str, statement: ast.stmt) -> list[ast.Call]:
    return [one for one in calls(statement) if called(one) in ("permutation", "shuffle", "randperm")
            and isinstance(statement, ast.Assign | ast.Expr) and text_of(source, one)]  # fmt: skip


def _is_index(source: str, pair: tuple[ast.stmt, ast.Call]) -> bool:
    """Whether the order is used as an index within its statement: `x[rng.permutation(n)]`."""
    return any(isinstance(one, ast.Subscript) and text_of(source, pair[1]) in text_of(source, one.slice)
               for one in ast.walk(pair[0]))  # fmt: skip


def _weights(source: str, tree: ast.Module, name: str) -> list[ast.expr]:
    """What a name was given; where that is a function of the program, what it gives back."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and name in [text_of(source, one) for one in node.targets]:
            made = called(node.value) if isinstance(node.value, ast.Call) else ""
            own = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == made]
            given = [one.value for function in own for one in ast.walk(function) if isinstance(one, ast.Return)]
            for value in given if own else [node.value]:
                if isinstance(value, ast.Name):
                    found += [one.value for function in own for one in given_to(function, value.id)]
                elif value is not None:
                    found.append(value)
    return found


def rare_ones_count(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Weights of classes that grow with their rows are turned over."""
    name = found.message.partition(" ")[0]
    for value in _weights(source, tree, name):
        parts = list(value.values) if isinstance(value, ast.Dict) else []
        parts = [value.value] if isinstance(value, ast.DictComp) else parts
        parts = [value.elt] if isinstance(value, ast.ListComp) else parts
        if parts:
            edits = [Edit(*span(source, one), f"1.0 / ({text_of(source, one)})") for one in parts]
            yield apply_edits(source, edits), "a class counts for more, the fewer rows it has"
        elif isinstance(value, ast.BinOp):
            yield replace(source, value, f"1.0 / ({text_of(source, value)})"), (
                "a class counts for more, the fewer rows it has")  # fmt: skip


def window_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A window of the past ends before the value that is to be told from it."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Subscript) and at(node, found.line) and isinstance(node.slice, ast.Slice)):
            continue
        lower, upper = node.slice.lower, node.slice.upper
        if lower is None or upper is None:
            continue
        both = [Edit(*span(source, one), _less_one(source, one)) for one in (lower, upper)]
        yield apply_edits(source, both), "the window ends before what is to be told"
        yield apply_edits(source, both[1:]), "the window ends one value earlier"


def _less_one(source: str, node: ast.expr) -> str:
    text = text_of(source, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and text_of(source, node.right) == "1":
        return text_of(source, node.left)
    return f"{text} - 1"


def squeezed(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A column of predictions meets a row of labels: the column becomes a row, or the row a column."""
    for node in around(tree, found.line)[-1:]:
        pairs = [(one.left, one.right) for one in ast.walk(node)
                 if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub)]  # fmt: skip
        pairs += [(one.args[0], one.args[1]) for one in calls(node) if len(one.args) == 2]
        for left, right in pairs:
            for side in (left, right):
                text = f"tf.squeeze({text_of(source, side)}, axis=-1)"
                yield replace(source, side, text), "predictions and labels are of one shape"
