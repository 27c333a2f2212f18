"""Edits of the rows that a PyTorch program draws: parts that share them, data sets that change them, their order."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, given_to, method_calls, statement_of, without
from mlpilot.tools.mending.torch.modes import loops_around
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def uphill(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What should grow gets a minus: an optimiser goes downhill."""
    here = around(tree, found.line)[-1:]
    for node in here:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            start = span(source, node.target)[1]
            sign = "-=" if isinstance(node.op, ast.Add) else "+="
            text = apply_edits(source, [Edit(start, span(source, node.value)[0], f" {sign} ")])
            yield text, "the loss has a minus"
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.Return) and value is not None:
            whole = isinstance(value, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
            own = text_of(source, value)
            yield replace(source, value, f"-{own}" if whole else f"-({own})"), "the loss has a minus"
        for call in method_calls(node, "append"):
            if call.args:
                yield replace(source, call.args[0], f"-({text_of(source, call.args[0])})"), "the loss has a minus"


def root_of_more(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The root of what may be 0, whose gradient has no bound there, is taken of a little more."""
    for node in around(tree, found.line)[-1:]:
        for call in calls(node, "sqrt"):
            function = call.func
            owner = function.value if isinstance(function, ast.Attribute) else None
            module = owner is not None and text_of(source, owner) in ("torch", "tf", "tf.math")
            inner = call.args[0] if module and call.args else owner
            if inner is not None:
                whole = f"({text_of(source, inner)} + 1e-8)"
                text = f"{text_of(source, function)}{whole}" if module else f"{whole}.sqrt()"
                yield replace(source, call, text), "the root is never taken of 0"


def rows_copied(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set hands on a copy of its row, and changes that."""
    holders = around(tree, found.line)
    function = next((one for one in holders[::-1] if isinstance(one, ast.FunctionDef)), None)
    for node in holders[-1:]:
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and type(node.op) in _SIGNS:
            name = node.target.id
            value = text_of(source, node.value)
            text = f"{name} = {name} {_SIGNS[type(node.op)]} ({value})"
            simple = isinstance(node.value, ast.Name | ast.Call | ast.Constant)
            yield (
                replace(source, node, text.replace(f"({value})", value) if simple else text),
                f"{name} is made anew, and the row stays as it is",
            )
    scope: ast.AST = function or tree
    for one in [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]:
        parts = one.value.elts if isinstance(one.value, ast.Tuple) else [one.value]
        for part in parts:
            if isinstance(part, ast.Subscript) and text_of(source, part).startswith("self."):
                for method in ("clone", "copy"):
                    yield replace(source, part, f"{text_of(source, part)}.{method}()"), "the row is copied first"


def parts_apart(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The training part is what the validation part leaves."""
    slices = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step is None:
            bounds = [node.slice.lower, node.slice.upper]
            if sum(one is not None for one in bounds) == 1:
                slices.append(node)
    here = [one for one in slices if at(one, found.line)] or slices
    for held in here:
        base = text_of(source, held.value)
        lower, upper = held.slice.lower, held.slice.upper  # type: ignore[attr-defined]
        rest = f"{base}[{text_of(source, upper)}:]" if upper is not None else f"{base}[:{text_of(source, lower)}]"
        for other in _other_parts(source, tree, base, held):
            yield replace(source, other, rest), f"the other part is {rest}"


def _other_parts(source: str, tree: ast.Module, base: str, held: ast.Subscript) -> list[ast.expr]:
    """Where else the order is used: as it is, or a slice of it; given to a sampler, a Subset or a name."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call) and called(node) in ("SubsetRandomSampler", "Subset"):
            values = [*node.args, *(one.value for one in node.keywords)]
        elif isinstance(node, ast.Assign):
            values = list(node.value.elts) if isinstance(node.value, ast.Tuple) else [node.value]
        for value in values:
            own = value.value if isinstance(value, ast.Subscript) else value
            sliced = isinstance(value, ast.Name) or (
                isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice)
            )
            if sliced and value is not held and text_of(source, own) == base:
                found.append(value)
    return found


def drawn_anew(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An iterator is made within the loop that uses it up, or what it gives is kept in a list."""
    node = around(tree, found.line)[-1]
    names = names_in(node)
    for name in sorted(names):
        for one in given_to(tree, name):
            value = one.value
            if not (isinstance(value, ast.Call) and called(value) in ("iter", "zip", "map", "enumerate", "filter")):
                continue
            uses = [use for use in ast.walk(tree) if isinstance(use, ast.Name) and use.id == name
                    and use.lineno > (one.end_lineno or one.lineno)]  # fmt: skip
            loops = loops_around(tree, uses[0]) if uses else []
            if loops and alone(source, one) and alone(source, loops[0].body[0]):
                edits = [without(source, one), above(source, loops[0].body[0], text_of(source, one))]
                yield apply_edits(source, edits), f"{name} is made anew in each epoch"
            yield replace(source, value, f"list({text_of(source, value)})"), f"what {name} gives is kept"


def in_their_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows that are judged beside labels of the table are read in its order."""
    del found
    for call in [one for one in calls(tree, "DataLoader") if keyword(one, "shuffle") is not None][::-1]:
        one = keyword(call, "shuffle")
        test = any(word in text_of(source, statement_of(tree, call)).lower() for word in ("test", "val", "eval"))
        if one is not None and text_of(source, one.value) == "True" and test:
            yield replace(source, one.value, "False"), "the rows that are judged are read in their order"


def columns_of_one_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The loss of TRAIN009, whose outputs and targets differ in shape, stands in the block of its backward."""
    from mlpilot.tools.mending.torch.losses import one_shape

    losses = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and one.lineno <= (found.line or 0)
              and "loss" in text_of(source, one.targets[0]).lower()]  # fmt: skip
    for node in sorted(losses, key=lambda one: -one.lineno)[:1]:
        yield from one_shape(source, tree, Diagnosis(found.code, found.kind, "", node.lineno))
