"""Edits of PyTorch's layers: what stands between them, how often they are made, which of them learn."""

import ast
from itertools import pairwise

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls
from mlpilot.tools.mending.forms import (
    Edits,
    alone,
    around,
    at,
    below,
    block_of,
    method_calls,
    moved,
    owner,
    statement_of,
    written_as,
)
from mlpilot.tools.mending.torch.modes import loops_around, model_of_loop, scope_of
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_WEIGHTED = ("Linear", "LazyLinear", "Conv1d", "Conv2d", "Conv3d")
_NEUTRAL = ("Dropout", "Dropout2d", "BatchNorm1d", "BatchNorm2d", "LayerNorm")
"""What may stand between two layers and is no activation."""


def bent_between(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A ReLU after each layer that is followed by another one, in lists, in what is appended, in `forward`."""
    del found
    nn = written_as(tree, "torch.nn", "torch.nn")
    changes = [edit for call in calls(tree) for edit in _in_a_row(source, call, nn)]
    changes += _appended(source, tree, nn)
    changes += [edit for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for edit in _forward(source, node)]
    if changes:
        yield apply_edits(source, changes), "a ReLU stands between the layers"


def _in_a_row(source: str, call: ast.Call, nn: str) -> list[Edit]:
    items = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else call.args
    if called(call) not in ("Sequential", "extend") or not all(isinstance(one, ast.Call) for one in items):
        return []
    kept = [one for one in items if isinstance(one, ast.Call) and called(one) not in _NEUTRAL]
    return [Edit(span(source, one)[1], span(source, one)[1], f", {nn}.ReLU()") for one, other in pairwise(kept)
            if called(one) in _WEIGHTED and called(other) in (*_WEIGHTED, "Flatten")]  # fmt: skip


def _appended(source: str, tree: ast.Module, nn: str) -> list[Edit]:
    """`layers.append(nn.Linear(...))` that another one follows, or that stands in a loop."""
    made = [one for one in method_calls(tree, "append") if one.args and isinstance(one.args[0], ast.Call)]
    edits = []
    for at_, one in enumerate(made):
        name = text_of(source, one.func)
        rest = [called(other.args[0]) for other in made[at_ + 1 :] if text_of(source, other.func) == name]
        rest = [other for other in rest if other not in _NEUTRAL]
        if called(one.args[0]) in _WEIGHTED and rest[:1] and rest[0] in _WEIGHTED:
            edits.append(below(source, statement_of(tree, one), f"{name}({nn}.ReLU())"))
    return edits


def _forward(source: str, node: ast.ClassDef) -> list[Edit]:
    """`x = self.fc1(x)` and `self.fc2(self.fc1(x))`: what goes from one layer straight into another."""
    layers = {
        text_of(source, one.targets[0]): called(one.value)
        for one in ast.walk(node)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)
    }
    weighted = {name for name, kind in layers.items() if kind in _WEIGHTED}
    neutral = {name for name, kind in layers.items() if kind in _NEUTRAL}
    forward = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "forward"), None)
    if forward is None:
        return []
    found: list[ast.Call] = []
    pending: dict[str, ast.Call] = {}
    for statement in ast.walk(forward):
        for call in calls(statement) if isinstance(statement, ast.Assign | ast.Return | ast.Expr) else []:
            name = text_of(source, call.func)
            given = call.args[0] if call.args else None
            while isinstance(given, ast.Call) and text_of(source, given.func) in neutral and given.args:
                given = given.args[0]
            if name in weighted and isinstance(given, ast.Call) and text_of(source, given.func) in weighted:
                found.append(given)
            if name in weighted and isinstance(given, ast.Name) and given.id in pending:
                found.append(pending[given.id])
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            target, value = statement.targets[0].id, statement.value
            name = text_of(source, value.func) if isinstance(value, ast.Call) else ""
            if name in weighted:
                pending[target] = value  # type: ignore[assignment]
            elif name not in neutral:
                pending.pop(target, None)
    unique = {(one.lineno, one.col_offset): one for one in found}.values()
    return [edit for one in unique for edit in (Edit(span(source, one)[0], span(source, one)[0], "torch.relu("),
                                               Edit(span(source, one)[1], span(source, one)[1], ")"))]  # fmt: skip


def made_in_init(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A layer that is made in `forward` is made in `__init__`."""
    own = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.ClassDef)), None)
    made = [one for one in calls(tree) if at(one, found.line) and called(one)[:1].isupper()]
    init = [one for one in own.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"] if own else []
    if not init or not made:
        return
    call = made[0]
    names = {one.id for one in ast.walk(call) if isinstance(one, ast.Name)}
    local = {one.arg for one in scope_of(tree, call).args.args if one.arg != "self"}  # type: ignore[union-attr]
    name = f"self.{called(call).lower()}_of_forward"
    if names & local or name in source:
        return
    edits = [below(source, init[0].body[-1], f"{name} = {text_of(source, call)}"), Edit(*span(source, call), name)]
    yield apply_edits(source, edits), f"{called(call)} is made once, in __init__"


def parameters(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Tensors that are to learn become parameters of their module."""
    nn = written_as(tree, "torch.nn", "torch.nn")
    changes = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        call, target = node.value, node.targets[0]
        wanted = at(node, found.line) or any(
            one.arg == "requires_grad" and text_of(source, one.value) == "True" for one in call.keywords
        )
        if wanted and text_of(source, target).startswith("self.") and called(call) not in ("Parameter", "Variable"):
            kept = [one for one in call.keywords if one.arg != "requires_grad"]
            given = [text_of(source, one) for one in [*call.args, *kept]]
            text = f"{nn}.Parameter({text_of(source, call.func)}({', '.join(given)}))"
            changes.append(Edit(*span(source, call), text))
    if changes:
        yield apply_edits(source, changes), "what is to learn is a parameter of the model"


def one_for_each(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`[nn.Linear(8, 8)] * 3`, which is one layer three times, becomes three."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and at(node, found.line):
            for items, count in ((node.left, node.right), (node.right, node.left)):
                if isinstance(items, ast.List) and len(items.elts) == 1:
                    one, many = text_of(source, items.elts[0]), text_of(source, count)
                    yield replace(source, node, f"[{one} for _ in range({many})]"), f"{many} layers of their own"


def given_the_model(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The optimiser is given the parameters of the model that the loop trains, once that is made."""
    yield from _made_again(source, tree)
    del found
    models = []
    for back in method_calls(tree, "backward"):
        loops = loops_around(tree, back)
        models.append(model_of_loop(source, loops[0]) if loops else "")
    for call in calls(tree):
        if "optim" in text_of(source, call.func) and call.args and models and models[0]:
            yield (
                replace(source, call.args[0], f"{models[0]}.parameters()"),
                f"the optimiser is given the parameters of {models[0]}",
            )


def _made_again(source: str, tree: ast.Module) -> Edits:
    """A model that is made anew below its optimiser gets the optimiser made below it."""
    nodes = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)]
    for made in [one for one in nodes if method_calls(one.value, "parameters") and called(one.value)[:1].isupper()]:
        models = {owner(source, one) for one in method_calls(made.value, "parameters")}
        body = block_of(tree, made)
        after = [one for one in body[body.index(made) + 1 :] if isinstance(one, ast.Assign)
                 and models & {text_of(source, target) for target in one.targets}]  # fmt: skip
        if after and all(alone(source, one) for one in (made, after[-1])):
            name = text_of(source, made.targets[0])
            yield moved(source, made, after[-1], under=True), f"{name} is made once its model is"
