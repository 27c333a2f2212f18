"""Edits of what a PyTorch program does with its parts: which of them it learns from, which it changes at random, what
it keeps of them."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    block_of,
    indent,
    method_calls,
    owner,
    statement_of,
    with_copy,
    without,
)
from mlpilot.tools.mending.torch.modes import loops_around
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_LEARNING = ("backward", "step", "zero_grad", "clip_grad_norm_", "clip_grad_value_", "update", "unscale_")


def _learning(statement: ast.stmt) -> bool:
    """`loss.backward()`, `optimizer.step()`, `scaler.scale(loss).backward()`, and what clips between them."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and called(call) in _LEARNING


def in_training_alone(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """In a loop over phases, the model learns in the one for training only."""
    holders = around(tree, found.line)
    phases = [one for one in holders if isinstance(one, ast.For) and isinstance(one.iter, ast.List | ast.Tuple)]
    backs = [one for one in method_calls(tree, "backward") if at(one, found.line)]
    if not phases or not backs or not isinstance(phases[0].target, ast.Name):
        return
    statement = statement_of(tree, backs[0])
    body = block_of(tree, statement)
    own = [one for one in body[body.index(statement) :] if _learning(one)]
    last = max((body.index(one) for one in own), default=-1)
    run = body[body.index(statement) : last + 1]
    if run != own or not all(alone(source, one) for one in own):
        return
    pad = indent(source, statement)
    lines = [f'if {phases[0].target.id} == "train":', *(f"    {text_of(source, one)}" for one in own)]
    start = span(source, own[0])[0]
    text = f"\n{pad}".join(lines)
    yield apply_edits(source, [Edit(start, span(source, own[-1])[1], text)]), "the model learns in training alone"


def judged_alone(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows for validation are judged, and not learnt from."""
    for back in [one for one in method_calls(tree, "backward") if at(one, found.line)]:
        loops = loops_around(tree, back)
        own = [one for one in _statements(loops[-1]) if _learning(one)] if loops else []
        if own and all(alone(source, one) for one in own):
            edits = [without(source, one) for one in own]
            kept = apply_edits(source, edits)
            yield _without_gradients(kept, loops[-1].lineno), "rows for validation are judged, and not learnt from"
            yield kept, "rows for validation are not learnt from"


def _without_gradients(source: str, line: int) -> str:
    """`with torch.no_grad():` around the loop at a line."""
    tree = ast.parse(source)
    loop = next(one for one in ast.walk(tree) if isinstance(one, ast.For | ast.While) and one.lineno == line)
    return wrapped_in(source, loop, "with torch.no_grad():")


def wrapped_in(source: str, statement: ast.stmt, head: str) -> str:
    """A statement under a line that ends with a colon, and deeper by four blanks."""
    start = span(source, statement)[0] - len(indent(source, statement))
    end = span(source, statement)[1]
    pad = indent(source, statement)
    body = "\n".join(f"    {line}" if line.strip() else line for line in source[start:end].split("\n"))
    return apply_edits(source, [Edit(start, end, f"{pad}{head}\n{body}")])


def _statements(loop: ast.AST) -> list[ast.stmt]:
    return [one for one in ast.walk(loop) if isinstance(one, ast.Expr)]


def without_graphs(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Outputs that are kept are kept without their graphs."""
    for call in [one for one in method_calls(tree, "append", "extend") if at(one, found.line) and one.args]:
        value = call.args[0]
        text = text_of(source, value)
        whole = isinstance(value, ast.Name | ast.Call | ast.Attribute | ast.Subscript)
        said = f"{owner(source, call)} keeps outputs without their graphs"
        yield replace(source, value, f"{text}.detach()" if whole else f"({text}).detach()"), said
        loops = loops_around(tree, call)
        if loops and alone(source, loops[-1]):
            yield wrapped_in(source, loops[-1], "with torch.no_grad():"), "rows are judged without their graphs"


def not_augmented(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A data set of test rows is told not to change them."""
    name = re.match(r"(\w+)=True", found.message)
    for call in [one for one in calls(tree) if at(one, found.line) and name is not None]:
        if name is not None and called(call)[:1].isupper() and keyword(call, name.group(1)) is None:
            said = f"{called(call)} of test rows has {name.group(1)}=False"
            yield with_keyword(source, call, name.group(1), "False"), said


def transform_of_its_own(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A part whose transform is set gets a data set of its own first, of the same rows."""
    nodes = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute)]
    parts = [one for one in nodes if re.search(r"\.dataset\.transforms?$", text_of(source, one.targets[0]))]
    here = [one for one in parts if at(one, found.line)]
    if not here or not all(alone(source, one) for one in parts):
        return
    edits = []
    for one in parts:
        holder = text_of(source, one.targets[0]).rpartition(".")[0]
        edits.append(above(source, one, f"{holder} = copy.copy({holder})"))
    text = apply_edits(source, edits)
    yield with_copy(text), "each part has a data set of its own, with its transform"


def epoch_told(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`sampler.set_epoch(epoch)` where an epoch begins."""
    made = [one for one in ast.walk(tree) if isinstance(one, ast.Assign) and at(one, found.line)
            and called(one.value) == "DistributedSampler"]  # fmt: skip
    loops = [one for one in ast.walk(tree) if isinstance(one, ast.For) and isinstance(one.target, ast.Name)
             and "epoch" in one.target.id]  # fmt: skip
    for node in made:
        name = text_of(source, node.targets[0])
        for loop in loops:
            if alone(source, loop.body[0]):
                line = f"{name}.set_epoch({loop.target.id})"  # type: ignore[attr-defined]
                yield apply_edits(source, [above(source, loop.body[0], line)]), f"{name} is told each epoch"


def rows_kept_whole(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Pictures are laid out one a row, and the first linear layer takes as many numbers as each of them holds."""
    said = re.search(r"holds ([\d × ]+) = (\d+) numbers a row, and is cut into rows of (\d+)", found.message)
    for call in [one for one in method_calls(tree, "view", "reshape") if at(one, found.line) and said is not None]:
        given = call.args[0].elts if len(call.args) == 1 and isinstance(call.args[0], ast.Tuple) else call.args
        if said is None or len(given) != 2:
            continue
        inner, cut = text_of(source, call.func.value), text_of(source, given[1])  # type: ignore[attr-defined]
        sizes = " * ".join(said.group(1).split(" × "))
        edits = [Edit(*span(source, call), f"{inner}.flatten(1)")]
        for layer in calls(tree, "Linear"):
            if layer.args and (text_of(source, layer.args[0]) == cut or _product(layer.args[0]) == int(said.group(3))):
                edits.append(Edit(*span(source, layer.args[0]), sizes))
                break
        yield apply_edits(source, edits), f"each picture is one row of {said.group(2)} numbers"


def _product(node: ast.expr) -> int:
    """The number that is written as one or as a product; 0 for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _product(node.left) * _product(node.right)
    return 0
