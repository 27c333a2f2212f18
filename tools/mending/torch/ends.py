"""Edits of how a PyTorch model ends, wherever its last layer is written: in a list, a class, a function, a call."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, parents
from mlpilot.tools.mending.forms import (
    Edits,
    Maker,
    alone,
    around,
    at,
    given_to,
    method_calls,
    statement_of,
    without,
    written_as,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

CLASSES = {
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Sigmoid": "sigmoid",
    "ReLU": "relu",
    "Tanh": "tanh",
    "Dropout": "dropout",
}
_MODULES = ("torch", "F", "nn.functional", "torch.nn.functional", "functional")
_HOLDERS = ("Sequential", "ModuleList", "OrderedDict", "extend")


def without_last(*kinds: str) -> Maker:
    """The maker of an edit: the last layer's activation (or dropout) of these kinds is left out, where it is an
    element of a list, appended to one, an attribute that forward calls, or a function of what is returned."""
    classes = tuple(name for name, kind in CLASSES.items() if kind in kinds)

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        del found
        parent = parents(tree)
        for call in calls(tree)[::-1]:
            if called(call) in classes:
                yield from _made(source, tree, call, parent)
            elif called(call) in kinds and _is_end(call, parent):
                yield _applied(source, tree, call), f"the model gives its raw outputs, without {called(call)}"

    return edits


def _made(source: str, tree: ast.Module, call: ast.Call, parent: dict[ast.AST, ast.AST]) -> Edits:
    """A layer that is made: `nn.Softmax(dim=1)`."""
    said = f"the model ends without {called(call)}"
    holder = parent.get(call)
    if isinstance(holder, ast.Tuple) and isinstance(parent.get(holder), ast.List):  # a named one of an OrderedDict
        call, holder = holder, parent[holder]  # type: ignore[assignment]
    items = getattr(holder, "elts", None) or (
        holder.args if isinstance(holder, ast.Call) and called(holder) in _HOLDERS else []
    )
    if len(items) > 1 and items[-1] is call:
        yield apply_edits(source, [Edit(span(source, items[-2])[1], span(source, call)[1], "")]), said
    elif isinstance(holder, ast.Call) and called(holder) in ("append", "add_module"):
        yield apply_edits(source, [without(source, statement_of(tree, call))]), said
    elif isinstance(holder, ast.Call) and holder.func is call and holder.args:  # `nn.Softmax(dim=1)(x)`
        yield replace(source, holder, text_of(source, holder.args[0])), said
    elif isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Attribute):
        name = text_of(source, holder.targets[0])
        uses = [one for one in calls(tree) if text_of(source, one.func) == name and len(one.args) == 1]
        for one in uses[-1:]:
            if _is_end(one, parent):
                yield _applied(source, tree, one), said.replace(text_of(source, call.func), name)


def _is_end(call: ast.Call, parent: dict[ast.AST, ast.AST]) -> bool:
    """Whether it is what a function of a model gives back: returned, or given to a name that is."""
    holder = parent.get(call)
    function: ast.AST | None = call
    while function is not None and not isinstance(function, ast.FunctionDef):
        function = parent.get(function)
    if function is None:
        return False
    returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
    if isinstance(holder, ast.Return | ast.Tuple | ast.Call):
        return isinstance(holder, ast.Return) or any(call in ast.walk(one) for one in returned)
    if not (isinstance(holder, ast.Assign) and isinstance(holder.targets[0], ast.Name)):
        return False
    last = given_to(function, holder.targets[0].id)[-1]
    names = {one.id for value in returned for one in ast.walk(value) if isinstance(one, ast.Name)}
    return last is holder and holder.targets[0].id in names


def _applied(source: str, tree: ast.Module, call: ast.Call) -> str:
    """`softmax(x, dim=1)` and `x.softmax(1)` become `x`; a statement `x = softmax(x)` goes."""
    function = call.func
    method = isinstance(function, ast.Attribute) and text_of(source, function.value) not in (*_MODULES, "self")
    inner = function.value if method and not call.args[:1] else call.args[0] if call.args else None  # type: ignore[attr-defined]
    if method and call.args and isinstance(call.args[0], ast.Constant):  # `x.softmax(1)`
        inner = function.value  # type: ignore[attr-defined]
    if inner is None:
        return source
    statement = statement_of(tree, call)
    whole = isinstance(statement, ast.Assign) and statement.value is call and alone(source, statement)
    if whole and text_of(source, statement.targets[0]) == text_of(source, inner):  # type: ignore[attr-defined]
        return apply_edits(source, [without(source, statement)])
    return replace(source, call, text_of(source, inner))


def before_the_loss(*kinds: str) -> Maker:
    """The maker of an edit: a loss is given what went into the activation, and not what came out of it."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        losses = [one for one in calls(tree) if at(one, found.line) and len(one.args) > 1]
        for given in [one.args[0] for one in losses if isinstance(one.args[0], ast.Name)]:
            made = [one for one in given_to(tree, given.id) if one.lineno < given.lineno]
            call = made[-1].value if made else None
            if not (isinstance(call, ast.Call) and called(call) in kinds):
                continue
            said = f"the loss is given raw outputs, without {called(call)}"
            if _inner(source, call).isidentifier():
                yield replace(source, given, _inner(source, call)), said
            yield _applied(source, tree, call), said

    return edits


def _inner(source: str, call: ast.Call) -> str:
    """What an activation is applied to."""
    function = call.func
    method = isinstance(function, ast.Attribute) and text_of(source, function.value) not in (*_MODULES, "self")
    if method:
        return text_of(source, function.value)  # type: ignore[attr-defined]
    return text_of(source, call.args[0]) if call.args else ""


def sigmoid_for_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Softmax of one column, which is always 1, becomes a sigmoid."""
    del found
    for call in calls(tree):
        if called(call) == "Softmax":
            holder = text_of(source, call.func)[: -len("Softmax")]
            yield replace(source, call, f"{holder}Sigmoid()"), "the one output goes through a sigmoid"
        elif called(call) == "softmax":
            own = isinstance(call.func, ast.Attribute) and text_of(source, call.func.value) not in _MODULES
            inner = text_of(source, call.func.value) if own else text_of(source, call.args[0]) if call.args else ""  # type: ignore[attr-defined]
            if inner:
                yield replace(source, call, f"torch.sigmoid({inner})"), "the one output goes through a sigmoid"


def yes_or_no(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Cross-entropy of one output: two outputs; or the loss for yes or no, and a threshold."""
    del found
    linear = [one for one in calls(tree, "Linear") if len(one.args) > 1 and text_of(source, one.args[1]) == "1"]
    if len(linear) == 1:
        yield replace(source, linear[0].args[1], "2"), "one output for each of the two classes"
    nn = written_as(tree, "torch.nn", "torch.nn")
    losses = [one for one in calls(tree) if called(one) in ("cross_entropy", "CrossEntropyLoss")]
    names = {text_of(source, one.targets[0]) for one in ast.walk(tree)
             if isinstance(one, ast.Assign) and one.value in losses}  # fmt: skip
    changes: list[Edit] = []
    for call in calls(tree):
        if len(call.args) == 2 and (called(call) == "cross_entropy" or text_of(source, call.func) in names):
            out, labels = (text_of(source, one) for one in call.args)
            changes += [
                Edit(*span(source, call.args[0]), f"{out}.flatten()"),
                Edit(*span(source, call.args[1]), f"{labels}.flatten().float()"),
            ]
            if called(call) == "cross_entropy":
                changes.append(Edit(*span(source, call.func), f"{nn}.functional.binary_cross_entropy_with_logits"))
        elif called(call) == "CrossEntropyLoss" and isinstance(call.func, ast.Attribute):
            changes.append(Edit(*span(source, call.func), f"{text_of(source, call.func.value)}.BCEWithLogitsLoss"))
        elif called(call) == "argmax":
            own = isinstance(call.func, ast.Attribute) and text_of(source, call.func.value) not in _MODULES
            inner = text_of(source, call.func.value) if own else text_of(source, call.args[0])  # type: ignore[attr-defined]
            changes.append(Edit(*span(source, call), f"({inner}.flatten() > 0).long()"))
    if changes and losses:
        yield apply_edits(source, changes), "the loss for yes or no, and a threshold"


def classes_not_values(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A squared error of probabilities of classes becomes the cross-entropy of the raw outputs."""
    renamed = {"MSELoss": "CrossEntropyLoss", "L1Loss": "CrossEntropyLoss", "mse_loss": "cross_entropy"}
    changes = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in renamed:
            end = span(source, node)[1]
            changes.append(Edit(end - len(node.attr), end, renamed[node.attr]))
    text = apply_edits(source, changes)
    if changes:
        for further, what in without_last("softmax")(text, ast.parse(text), found):
            yield further, f"cross-entropy in place of the squared error; {what}"


def last_step(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`outputs[-1]` of a layer that reads rows first is the last row: `outputs[:, -1]`, the last step."""
    for node in ast.walk(tree):
        here = isinstance(node, ast.Subscript) and node.lineno == found.line
        if here and text_of(source, node.slice) == "-1":  # type: ignore[attr-defined]
            yield replace(source, node.slice, ":, -1"), "the last step of each row is taken"  # type: ignore[attr-defined]


def moved_axes(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Axes are exchanged by `permute` (of tensors) or `transpose` (of arrays), and not by a reshape."""
    for call in method_calls(tree, "view", "reshape"):
        if not (call.lineno <= (found.line or 0) <= (call.end_lineno or call.lineno)):
            continue
        function = call.func
        given = call.args[0].elts if len(call.args) == 1 and isinstance(call.args[0], ast.Tuple) else call.args
        inner = text_of(source, function.value)  # type: ignore[attr-defined]
        if inner in ("np", "numpy", "torch"):
            inner, given = text_of(source, call.args[0]), getattr(call.args[1], "elts", given)
        orders = {4: ("0, 3, 1, 2", "0, 2, 3, 1"), 3: ("0, 2, 1", "2, 0, 1")}.get(len(given), ())
        for order in orders:
            for method in ("permute", "transpose"):
                text = f"{inner}.{method}({order})" + (".contiguous()" if method == "permute" else "")
                yield replace(source, call, text), f"axes are exchanged by {method}({order})"


def not_cut(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a model computes of its own outputs is not cut off within it: no `detach()`, `.data` or `no_grad` there."""
    del found
    forward = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name not in (
        "predict", "evaluate", "validate", "test", "sample")]  # fmt: skip
    inside = [one for one in forward if any(isinstance(node, ast.Return) for node in ast.walk(one))]
    for call in [one for function in inside for one in method_calls(function, "detach")]:
        text = text_of(source, call.func.value)  # type: ignore[attr-defined]
        yield replace(source, call, text), "the loss reaches the weights: no detach() there"
    for function in inside:
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr == "data" and isinstance(node.ctx, ast.Load):
                yield replace(source, node, text_of(source, node.value)), "the loss reaches the weights: no .data there"


def reconnected(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`loss.requires_grad = True` of a loss whose graph was cut: neither the one nor the other."""
    statement = next((one for one in around(tree, found.line)[::-1]), None)
    if statement is None:
        return
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    holder = target.value if isinstance(target, ast.Attribute) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        holder = call.func.value
    if not isinstance(holder, ast.Name) or not alone(source, statement):
        return
    changes = [without(source, statement)]
    for one in given_to(tree, holder.id):
        if one.lineno < statement.lineno:
            changes += whole_graph(source, one, holder.id)
    yield apply_edits(source, changes), f"{holder.id} keeps its graph"


def whole_graph(source: str, one: ast.Assign, name: str) -> list[Edit]:
    """`x.detach()`, `x.data`, `torch.tensor(x)` and `Variable(x)` without what cuts the graph."""
    value = one.value
    while (inner := _with_graph(value)) is not None:
        value = inner
    if value is one.value:
        return []
    text = text_of(source, value)
    return [without(source, one)] if text == name and alone(source, one) else [Edit(*span(source, one.value), text)]


def _with_graph(value: ast.expr) -> ast.expr | None:
    """What a cut graph was made of: `loss` of `loss.detach()`; None where nothing is cut."""
    if isinstance(value, ast.Attribute) and value.attr == "data":
        return value.value
    if isinstance(value, ast.Call) and called(value) in ("detach", "clone", "item", "requires_grad_", "numpy", "cpu"):
        return value.func.value if isinstance(value.func, ast.Attribute) else None
    if isinstance(value, ast.Call) and called(value) in ("tensor", "Variable", "as_tensor", "FloatTensor", "float"):
        return value.args[0] if value.args else None
    return None
