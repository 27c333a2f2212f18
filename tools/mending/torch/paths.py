"""Edits of what is computed and leads nowhere, or to the wrong aim, in PyTorch and Keras alike."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, names_in, with_keyword
from mlpilot.tools.mending.forms import Edits, above, alone, around, at, below, without
from mlpilot.tools.mending.torch.modes import loops_around
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of


def added_up(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A second loss is added to the first, and does not take its place."""
    for node in around(tree, found.line)[-1:]:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            yield replace(source, node.value, f"{name} + {text_of(source, node.value)}"), "both losses are learnt from"


def handed_on(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What a layer gives is given to the next, which was given what came before it."""
    holders = around(tree, found.line)
    node = holders[-1] if holders else None
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return
    functions = [one for one in holders if isinstance(one, ast.FunctionDef)]
    scope: ast.AST = functions[-1] if functions else tree
    given = names_in(node.value)
    target = node.targets[0].id
    reads = [one for one in ast.walk(scope) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
             and one.id in given and one.lineno > (node.end_lineno or node.lineno)]  # fmt: skip
    for one in sorted(reads, key=lambda name: (name.lineno, name.col_offset))[:2]:
        yield replace(source, one, target), f"{target} goes on to what comes next"


def left_of_the_loop(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loop goes over all batches, and what it counted is returned below it."""
    node = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.Return)), None)
    loops = loops_around(tree, node) if node is not None else []
    if node is not None and loops and alone(source, node) and loops[-1].body[-1] is node and len(loops[-1].body) > 1:
        edits = [without(source, node), below(source, loops[-1], text_of(source, node))]
        yield apply_edits(source, edits), "the loop goes over all batches"


def begun_each_epoch(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A sum over the batches begins anew in each epoch."""
    start = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.Assign)), None)
    if start is None or not isinstance(start.targets[0], ast.Name):
        return
    name = start.targets[0].id
    loops = [one for one in ast.walk(tree) if isinstance(one, ast.For) and one.lineno > start.lineno
             and name in names_in(one) and "epoch" in text_of(source, one).split("\n")[0].lower()]  # fmt: skip
    for loop in loops[:1]:
        if alone(source, loop.body[0]):
            line = f"{name} = {text_of(source, start.value)}"
            yield apply_edits(source, [above(source, loop.body[0], line)]), f"{name} begins anew in each epoch"


def patient_again(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Epochs without progress are counted from the last progress on."""
    holders = around(tree, found.line)
    count = holders[-1] if holders else None
    branch = next((one for one in holders[::-1] if isinstance(one, ast.If)), None)
    if isinstance(count, ast.AugAssign) and branch is not None and alone(source, branch.body[-1]):
        name = text_of(source, count.target)
        yield apply_edits(source, [below(source, branch.body[-1], f"{name} = 0")]), f"{name} starts anew on progress"


def deviation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The standard deviation is the exponential of half the logarithm of the variance."""
    for call in [one for one in calls(tree, "exp") if at(one, found.line)]:
        said = "the deviation is exp(0.5 * log variance)"
        if call.args:
            yield replace(source, call.args[0], f"0.5 * {text_of(source, call.args[0])}"), said
        elif isinstance(call.func, ast.Attribute):
            yield replace(source, call.func.value, f"(0.5 * {text_of(source, call.func.value)})"), said


def other_way(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is alike is pulled together, and what differs is pushed apart."""
    said = "what is alike is pulled together"
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) >= 3]:
        one, other = call.args[1:3]
        if "neg" in text_of(source, one).lower() and "pos" in text_of(source, other).lower():
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), said
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and at(node, found.line):
            left, right = text_of(source, node.left), text_of(source, node.right)
            if "neg" in left.lower() or left.lower().endswith(("n", "an")):
                yield replace(source, node, f"{right} - {left}"), said


def nothing_after_the_end(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Where an episode is over, nothing of what would come after is added."""
    said = re.search(r": (\w+) is read by nothing", found.message)
    node = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.Assign)), None)
    if said is None or node is None or not isinstance(node.value, ast.BinOp):
        return
    name = said.group(1)
    terms = [one for one in (node.value.right, node.value.left)
             if re.search("gamma|discount", text_of(source, one), re.IGNORECASE)]  # fmt: skip
    for term in terms[:1]:
        goes_on = [name, f"{name}.float()"] if name.startswith("not_") else [f"(1 - {name})", f"(1 - {name}.float())"]
        for factor in goes_on:
            text = f"{text_of(source, term)} * {factor}"
            yield replace(source, term, text), f"nothing is added where {name} says that it is over"


def both_summed(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Both parts of a loss are sums."""
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) >= 2]:
        if re.search(r"(loss|entropy\w*|Loss)$", called(call)):
            yield with_keyword(source, call, "reduction", '"sum"'), "both parts of the loss are sums"
