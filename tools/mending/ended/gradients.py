"""Gradients of PyTorch: graphs that are gone, what is changed in place, and what has none."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended import layers
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.ended.tensors import torch_of
from mlpilot.tools.mending.forms import Edits, above, alone, around, below, block_of, indent
from mlpilot.tools.text import Edit, apply_edits, span


def _kept_state(scene: Scene, _: re.Match[str]) -> Edits:
    """What one step hands to the next is cut from the graph of the last."""
    for at in range(len(scene.frames) - 1, -1, -1):
        statement = scene.statement(at)
        if statement is None:
            continue
        for loop in enclosing(scene.tree, statement, ast.For, ast.While):
            yield from _detached_in(scene, loop)
            break
    for call in scene.calls():
        if called(call) == "backward" and keyword(call, "retain_graph") is None:
            yield from _earlier_backward(scene, call)


def _detached_in(scene: Scene, loop: ast.AST) -> Edits:
    """Tensors that are read in a loop before they are written there, and written there from what was read."""
    body = loop.body  # type: ignore[attr-defined]
    written = {
        one.id: node
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name)
    }
    for name, node in written.items():
        read = [one for one in ast.walk(node.value) if isinstance(one, ast.Name) and one.id == name]
        held = scene.named(name)
        if not read or not (held.tensor or held.kind in ("tuple", "list")):
            continue
        new = f"{name}.detach()" if held.tensor else f"tuple(one.detach() for one in {name})"
        what = f"{name} is cut from the graph of the step before"
        if alone(scene.source, body[-1]):
            yield apply_edits(scene.source, [below(scene.source, body[-1], f"{name} = {new}")]), what
        if alone(scene.source, body[0]):
            yield apply_edits(scene.source, [above(scene.source, body[0], f"{name} = {new}")]), what
    for added in ast.walk(loop):
        if (
            isinstance(added, ast.AugAssign)
            and isinstance(added.op, ast.Add)
            and "loss" in scene.text(added.value)
            and isinstance(added.value, ast.Name)
        ):
            yield scene.put((added.value, f"{added.value.id}.item()")), f"{added.value.id} is added as a number"


def _earlier_backward(scene: Scene, call: ast.Call) -> Edits:
    """Two losses upon one graph: it is kept until the last has gone through it."""
    statement = scene.statement()
    block = block_of(scene.tree, statement) if statement is not None else []
    earlier = [
        one
        for each in block
        if each.lineno < call.lineno
        for one in ast.walk(each)
        if isinstance(one, ast.Call) and called(one) == "backward" and keyword(one, "retain_graph") is None
    ]
    for one in earlier[-1:]:
        text = with_keyword(scene.source, one, "retain_graph", "True")
        yield text, "the graph is kept for the backward pass that follows"


def _in_place(scene: Scene, _: re.Match[str]) -> Edits:
    """What gradients still need is not overwritten."""
    for call in calls(scene.tree):
        one = keyword(call, "inplace")
        if one is not None and ast.unparse(one.value) == "True" and called(call) not in ("drop", "fillna"):
            yield scene.put((one.value, "False")), f"{called(call)} makes a new tensor"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and not _number_like(node):
            op = scene.source[span(scene.source, node.target)[1] : span(scene.source, node.value)[0]].strip()[:-1]
            name = node.target.id
            new = f"{name} = {name} {op} ({scene.text(node.value)})"
            yield scene.put((node, new)), f"{name} is a new tensor, and not changed in place"
    for call in calls(scene.tree):
        name = called(call)
        if isinstance(call.func, ast.Attribute) and re.fullmatch(r"[a-z]\w*[a-z0-9]_", name):
            statement = around(scene.tree, call.lineno)[-1]
            func = scene.text(call.func).removesuffix("_")
            plain = scene.text(call).replace(scene.text(call.func), func, 1)
            alone_there = isinstance(statement, ast.Expr) and statement.value is call
            if name in ("zero_grad_", "requires_grad_", "clip_grad_norm_") or "init" in scene.text(call.func):
                continue
            new = f"{scene.text(call.func.value)} = {plain}" if alone_there else plain
            yield scene.put((call, new)), f"{name} makes a new tensor: {name[:-1]}"
    yield from _subscript_in_place(scene)


def _number_like(node: ast.AugAssign) -> bool:
    """Counters and sums of numbers, which no gradient needs."""
    text = ast.unparse(node.value)
    return "item()" in text or "len(" in text or isinstance(node.value, ast.Constant)


def _subscript_in_place(scene: Scene) -> Edits:
    """`x[:, 0] = ...` in a forward pass: on a copy."""
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            inside = any(True for _ in enclosing(scene.tree, node, ast.FunctionDef))
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and inside:
                name = target.value.id
                if alone(scene.source, node):
                    line = f"{name} = {name}.clone()"
                    yield apply_edits(scene.source, [above(scene.source, node, line)]), f"{name} is changed as a copy"


def _leaf(scene: Scene, _: re.Match[str]) -> Edits:
    """Weights are changed by hand outside of the graph."""
    statement = scene.statement()
    if statement is None or hasattr(statement, "body") or not alone(scene.source, statement):
        return
    block = [one for one in block_of(scene.tree, statement) if isinstance(one, ast.AugAssign) and one is not statement]
    near = [one for one in block if abs(one.lineno - statement.lineno) <= 2 and "grad" in scene.text(one)]
    group = sorted([statement, *near], key=lambda one: one.lineno)
    pad = indent(scene.source, statement)
    start, end = span(scene.source, group[0])[0], span(scene.source, group[-1])[1]
    body = scene.source[start:end].replace("\n", "\n    ")
    new = f"with {torch_of(scene)}.no_grad():\n{pad}    {body}"
    yield apply_edits(scene.source, [Edit(start, end, new)]), "the weights are changed outside of the graph"
    if isinstance(statement, ast.AugAssign):
        base = scene.text(statement.target)
        yield scene.put((statement.target, f"{base}.data")), f"{base}.data is changed, outside of the graph"


def _no_gradient(scene: Scene, _: re.Match[str]) -> Edits:
    """The way from the loss to the weights is open: nothing is detached on it."""
    for call in calls(scene.tree, "detach"):
        if isinstance(call.func, ast.Attribute):
            yield scene.put((call, scene.text(call.func.value))), f"{scene.text(call.func.value)} is not detached"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "data":
            yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} is taken with its gradients"
        if isinstance(node, ast.Assign) and scene.text(node.value) == "False":
            target = node.targets[0]
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
                continue
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.With)
            and any("no_grad" in scene.text(one.context_expr) for one in node.items)
            and (any(called(one) == "backward" for one in calls(node)) or _feeds(scene, node))
        ):
            yield _without_head(scene, node), "it is computed with gradients"
    for made in calls(scene.tree, "tensor"):
        if keyword(made, "requires_grad") is None and "weight" in scene.text(made).lower():
            yield with_keyword(scene.source, made, "requires_grad", "True"), "the weights have gradients"
    for name in ("randn", "zeros", "ones", "rand"):
        for made in calls(scene.tree, name):
            named = layers.given_name(scene, made)
            if keyword(made, "requires_grad") is None and re.fullmatch(r"w\w{0,3}|b\w{0,2}|weights?|bias|theta", named):
                text = with_keyword(scene.source, made, "requires_grad", "True")
                yield text, f"{named} has gradients"


def _feeds(scene: Scene, block: ast.With) -> bool:
    """Whether what is computed in a block is used by a backward pass below it."""
    written = {
        one.id
        for node in ast.walk(block)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name)
    }
    after = [one for one in block_of(scene.tree, block) if one.lineno > block.lineno]
    used = {one.id for each in after for one in ast.walk(each) if isinstance(one, ast.Name)}
    return bool(written & used) and any(calls(each, "backward") for each in after)


def _without_head(scene: Scene, block: ast.With) -> str:
    """The statements of a block, one step to the left."""
    lines = scene.source.split("\n")
    first, last = block.body[0].lineno, block.end_lineno or block.lineno
    deep = block.body[0].col_offset - block.col_offset
    body = [line[deep:] if line[:deep].isspace() else line for line in lines[first - 1 : last]]
    return "\n".join([*lines[: block.lineno - 1], *body, *lines[last:]])


RULES = (
    (r"Trying to backward through the graph a second time", _kept_state),
    (r"leaf Variable that requires grad .{0,40}in-place", _leaf),
    (r"modified by an inplace operation", _in_place),
    (r"element 0 of tensors does not require grad", _no_gradient),
)
"""(what the error says, its edits)."""
