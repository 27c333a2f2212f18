"""Edits of Keras programs that meet TensorFlow: variables, counters and data sets of graphs, generators."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import Edits, alone, around, at, method_calls, statement_of
from mlpilot.tools.mending.training.code import plain
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_STARTS = {"zeros": "zeros", "ones": "ones"}
_SHAPED = ("zeros", "ones", "normal", "uniform", "truncated_normal", "random_normal", "random_uniform")


def as_weights(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`self.w = tf.Variable(tf.zeros(shape))` in a layer becomes `self.add_weight(shape=shape, ...)`."""
    del found
    edits = []
    for node in ast.walk(tree):
        call = node.value if isinstance(node, ast.Assign) else None
        own = isinstance(node, ast.Assign) and text_of(source, node.targets[0]).startswith("self.")
        if not own or not isinstance(call, ast.Call) or called(call) != "Variable" or not call.args:
            continue
        shape, start = _drawn(source, call.args[0])
        if shape:
            trained = keyword(call, "trainable")
            last = f", trainable={text_of(source, trained.value)}" if trained is not None else ", trainable=True"
            edits.append(Edit(*span(source, call), f'self.add_weight(shape={shape}, initializer="{start}"{last})'))
    if edits:
        yield apply_edits(source, edits), "what is to be trained is a weight of the layer"


def _drawn(source: str, value: ast.expr) -> tuple[str, str]:
    """(shape, initialiser) of what a variable begins with; "" where its shape is not written there."""
    if not isinstance(value, ast.Call):
        return ("()", "zeros") if isinstance(value, ast.Constant) else ("", "")
    named = keyword(value, "shape")
    first = named.value if named is not None else value.args[0] if value.args else None
    word = called(value)
    if first is None or word in ("constant", "convert_to_tensor", "cast"):
        return "", ""
    return text_of(source, first), _STARTS.get(word, "glorot_uniform" if word not in _STARTS else "zeros")


def counted_in_the_graph(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A number that a graph counts up is a `tf.Variable`."""
    changes: list[Edit] = []
    name = ""
    for node in around(tree, found.line)[-1:]:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            name = text_of(source, node.target)
            method = "assign_add" if isinstance(node.op, ast.Add) else "assign_sub"
            changes.append(Edit(*span(source, node), f"{name}.{method}({text_of(source, node.value)})"))
    if not name:
        return
    for one in ast.walk(tree):
        if isinstance(one, ast.Assign) and [text_of(source, target) for target in one.targets] == [name]:
            start = plain(one.value)
            if start is not None:
                changes.append(Edit(*span(source, one.value), f"tf.Variable({start}, trainable=False)"))
        elif isinstance(one, ast.Global) and len(one.names) == 1 and name in one.names and alone(source, one):
            changes.append(Edit(*span(source, one), "pass"))
    for call in calls(tree):
        two = isinstance(call.func, ast.Name) and call.func.id in ("min", "max") and len(call.args) == 2
        if two and re.search(rf"(?<![\w.]){re.escape(name)}\b", text_of(source, call)):
            changes.append(Edit(*span(source, call.func), f"tf.{called(call)}imum"))
    if len(changes) > 1:
        yield apply_edits(source, changes), f"{name} is a variable of the graph"


def one_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set that is read twice keeps its order: it is not shuffled, or by the same order each time."""
    names = names_in(around(tree, found.line)[-1])
    shuffles = method_calls(tree, "shuffle")
    near = [one for one in shuffles if names_in(_target(tree, one)) & names] or shuffles
    for call in near:
        inner = text_of(source, call.func.value)  # type: ignore[attr-defined]
        if not any(word in text_of(source, statement_of(tree, call)).lower() for word in ("train",)):
            yield replace(source, call, inner), "the rows that are judged are not shuffled"
        text = with_keyword(source, call, "reshuffle_each_iteration", "False")
        yield text, "the data set keeps one order"
    for call in calls(tree):
        if called(call).endswith("_from_directory") and names_in(_target(tree, call)) & names:
            yield with_keyword(source, call, "shuffle", "False"), "the rows that are judged are not shuffled"


def _target(tree: ast.Module, call: ast.Call) -> ast.AST:
    statement = statement_of(tree, call)
    return statement.targets[0] if isinstance(statement, ast.Assign) else statement


def kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a method of a data set gives takes its place."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            first: ast.expr = call
            while isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute):
                first = first.func.value
            start = span(source, node)[0]
            name = text_of(source, first)
            yield apply_edits(source, [Edit(start, start, f"{name} = ")]), f"{name} is what {called(call)} gives"


def without_end(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A generator begins again when its rows are used up."""
    made = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and _yields(one)]
    named = [one for one in made if one.name in found.message or at(one, found.line)] or made
    for function in named:
        body = function.body
        loops = [one for one in body if isinstance(one, ast.For) and _yields(one)]
        if not loops or not all(alone(source, one) for one in body):
            continue
        first = body[1] if isinstance(body[0], ast.Expr) and len(body) > 1 and not _yields(body[0]) else body[0]
        lines = source.split("\n")
        inside = range(first.lineno - 1, body[-1].end_lineno or body[-1].lineno)
        pad = lines[first.lineno - 1][: len(lines[first.lineno - 1]) - len(lines[first.lineno - 1].lstrip())]
        new = [f"{pad}while True:", *(f"    {lines[at_]}" if lines[at_].strip() else lines[at_] for at_ in inside)]
        text = "\n".join([*lines[: inside.start], *new, *lines[inside.stop :]])
        yield text, f"{function.name} begins again when its rows are used up"


def _yields(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node))
