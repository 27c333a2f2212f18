"""Edits of what losses, layers and loaders of PyTorch are given: in the wrong order, as a plain number, a state for a
model, a path for a state, a hidden state with its graph."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, parents, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    alone,
    around,
    at,
    below,
    given_to,
    method_calls,
    statement_of,
    written_as,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_TOLD = ("print", "append", "info", "add_scalar", "log", "set_postfix", "write", "float", "round", "extend")


def outputs_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`criterion(labels, outputs)` becomes `criterion(outputs, labels)`."""
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) == 2 and not one.keywords]:
        if called(call) in ("zip", "range", "print") or any(isinstance(one, ast.Starred) for one in call.args):
            continue
        one, other = call.args
        edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
        yield apply_edits(source, edits), f"{text_of(source, call.func)} is given the outputs first"


def number_for_show(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`loss = criterion(out, y).item()` keeps its graph, and becomes a number where it is added up, kept or shown."""
    del found
    names = {text_of(source, one.func.value) for one in method_calls(tree, "backward")}  # type: ignore[attr-defined]
    cut = [one for one in method_calls(tree, "item") if not one.args]
    for call in cut:
        statement = statement_of(tree, call)
        target = statement.targets[0] if isinstance(statement, ast.Assign) and statement.value is call else None
        if target is None or text_of(source, target) not in names:
            continue
        name = text_of(source, target)
        inner = text_of(source, call.func.value)  # type: ignore[attr-defined]
        edits = [Edit(*span(source, call), inner), *_as_numbers(source, tree, name)]
        yield apply_edits(source, edits), f"{name} keeps its graph, and is a number where it is shown"
        if len(edits) > 1:
            yield replace(source, call, inner), f"{name} keeps its graph"


def _as_numbers(source: str, tree: ast.Module, name: str) -> list[Edit]:
    """`.item()` behind a loss where it is added to a sum, kept in a list or printed."""
    above = parents(tree)
    edits = []
    for one in ast.walk(tree):
        if not isinstance(one, ast.Name) or one.id != name or not isinstance(one.ctx, ast.Load):
            continue
        holder = above.get(one)
        shown = isinstance(holder, ast.FormattedValue) or (isinstance(holder, ast.AugAssign) and holder.value is one)
        shown |= isinstance(holder, ast.Call) and one in holder.args and called(holder) in _TOLD
        shown |= isinstance(holder, ast.BinOp) and isinstance(above.get(holder), ast.AugAssign)
        if shown:
            end = span(source, one)[1]
            edits.append(Edit(end, end, ".item()"))
    return edits


def loaded_apart(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model = Net().load_state_dict(state)` in two statements; a path that is given for a state is loaded first."""
    torch = written_as(tree, "torch", "torch")
    for call in [one for one in method_calls(tree, "load_state_dict") if at(one, found.line) and one.args]:
        statement = statement_of(tree, call)
        given = call.args[0]
        text = isinstance(given, ast.Constant | ast.JoinedStr)
        named = given_to(tree, given.id) if isinstance(given, ast.Name) else []
        text |= bool(named) and isinstance(named[-1].value, ast.Constant | ast.JoinedStr)
        state = f"{torch}.load({text_of(source, given)})" if text else text_of(source, given)
        if isinstance(statement, ast.Assign) and statement.value is call and alone(source, statement):
            name = text_of(source, statement.targets[0])
            held = text_of(source, call.func.value)  # type: ignore[attr-defined]
            edits = [Edit(*span(source, call), held), below(source, statement, f"{name}.load_state_dict({state})")]
            if held == name:
                edits = [Edit(*span(source, statement), f"{name}.load_state_dict({state})")]
            yield apply_edits(source, edits), f"{name} is the model, and its weights are loaded into it"
        elif text:
            yield replace(source, given, state), f"the file {text_of(source, given)} is loaded first"


def loaded_whole(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A whole model that the script saved itself is loaded as one."""
    if method_calls(tree, "save"):
        for call in [one for one in calls(tree, "load") if at(one, found.line)]:
            if keyword(call, "weights_only") is None:
                text = with_keyword(source, call, "weights_only", "False")
                yield text, "the model that the script saved is loaded whole"


def state_cut(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A hidden state that a model keeps is cut from its graph once it is kept."""
    for node in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]:
        kept = [one for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Attribute)]
        names = [text_of(source, one) for one in kept if text_of(source, one).startswith("self.")]
        if not names or not alone(source, node):
            continue
        whole = [f"{name} = {name}.detach()" for name in names]
        pairs = [f"{name} = tuple(one.detach() for one in {name})" for name in names]
        lstm = bool(calls(tree, "LSTM")) and len(names) == 1
        for lines in (pairs, whole) if lstm else (whole, pairs):
            text = apply_edits(source, [below(source, node, *lines)])
            yield text, f"{names[0]} is kept without its graph"


def with_device(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A parameter that is moved where it is made stays one: `nn.Parameter(torch.randn(3).to(device))`."""
    for node in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]:
        outer = node.value
        inner = outer.func.value if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) else None
        if not isinstance(inner, ast.Call) or called(inner) != "Parameter" or not inner.args:
            continue
        move = text_of(source, outer)[len(text_of(source, inner)) :]
        first = inner.args[0]
        value = text_of(source, first)
        value = value if isinstance(first, ast.Call | ast.Name | ast.Attribute) else f"({value})"
        head = text_of(source, inner)
        start = span(source, first)[0] - span(source, inner)[0]
        text = f"{head[:start]}{value}{move}{head[start + len(text_of(source, first)) :]}"
        yield replace(source, outer, text), f"{text_of(source, node.targets[0])} is a parameter"
