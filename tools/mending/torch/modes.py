"""Edits of when a PyTorch program trains and judges: modes, methods that are named and not called, schedules."""

import ast
from dataclasses import replace

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    method_calls,
    moved,
    owner,
    statement_of,
    without,
)
from mlpilot.tools.text import Edit, apply_edits, span, text_of

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_LOOPS = (ast.For, ast.While)
_NO_MODELS = ("loss", "criterion", "print", "len", "float", "int", "range", "zip")
"""What is in the names of functions that are called with rows, and are no models."""
_PER_BATCH = ("OneCycleLR", "CyclicLR")


def scope_of(tree: ast.Module, node: ast.AST) -> Scope:
    """The function that a node stands in, or the program."""
    inside = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and at(one, getattr(node, "lineno", None))
    ]
    return max(inside, key=lambda one: one.lineno, default=tree)


def loops_around(tree: ast.Module, node: ast.AST) -> list[ast.For | ast.While]:
    """The loops of its own function that a node stands in, the outermost first."""
    first = getattr(scope_of(tree, node), "lineno", 0)
    holders = around(tree, getattr(node, "lineno", None))
    return [one for one in holders if isinstance(one, _LOOPS) and one.lineno > first]


def model_of_loop(source: str, loop: ast.AST) -> str:
    """The model that a loop calls with what it draws: `net` of `net(inputs)`, `self.model`; "" where none is seen."""
    drawn = {name for one in ast.walk(loop) if isinstance(one, ast.For) for name in names_in(one.target)}
    drawn |= {name for one in ast.walk(loop) if isinstance(one, ast.Assign) for target in one.targets
              for name in names_in(target)}  # fmt: skip
    several = ""
    for call in calls(loop):
        name = text_of(source, call.func)
        plain = isinstance(call.func, ast.Name) or (name.startswith("self.") and name.count(".") == 1)
        word = name.rpartition(".")[2].lower()
        known = any(part in word for part in _NO_MODELS) or word in ("bce", "ce", "mse", "crit", "nll", "mae")
        if not plain or known or not call.args or not names_in(call.args[0]) & drawn:
            continue
        if len(call.args) == 1:
            return name
        if not any(isinstance(one, ast.Call) for one in call.args):  # a loss is given what a model gave
            several = several or name
    return several


def trained_in_train(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.train()` where an epoch begins, in whichever function takes the loss back."""
    del found
    places: list[tuple[ast.stmt, str]] = []
    for back in method_calls(tree, "backward"):
        loops = loops_around(tree, back)
        model = model_of_loop(source, loops[0]) if loops else ""
        own = scope_of(tree, back)
        for_each_epoch = len(loops) == 1 and own is not tree  # a function that is called anew for each
        within: ast.AST = own if for_each_epoch else loops[0] if loops else own
        if not loops or not model or any(owner(source, one) == model for one in method_calls(within, "train")):
            continue
        places.append((loops[0] if for_each_epoch else loops[0].body[0], model))
    if places and all(alone(source, one) for one, _ in places):
        edits = [above(source, one, f"{model}.train()") for one, model in places]
        yield apply_edits(source, edits), f"{places[0][1]}.train() before each epoch"


def judged_and_trained(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.eval()` where rows are judged, and `model.train()` where the training goes on, in other functions too."""
    judged = [one for one in around(tree, found.line) if isinstance(one, (*_LOOPS, ast.With))]
    function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    own = [one for one in judged if function is None or one.lineno > function.lineno]
    inner: list[ast.stmt] = [one for one in own if not method_calls(one, "backward")]
    inner = inner or around(tree, found.line)[-1:]
    call = next((one for one in calls(tree) if at(one, found.line) and len(one.args) == 1), None)
    model = model_of_loop(source, inner[0]) or (text_of(source, call.func) if call is not None else "")
    if not model or "." in model.replace("self.", "") or not alone(source, inner[0]):
        return
    text = apply_edits(source, [above(source, inner[0], f"{model}.eval()")])
    yield text, f"{model}.eval() before rows are judged"
    for further, what in trained_in_train(text, ast.parse(text), found):
        yield further, f"{model}.eval() before rows are judged; {what}"


def judged_once_loaded(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.eval()` below the line that loads its weights."""
    del found
    for call in method_calls(tree, "load_state_dict"):
        statement = statement_of(tree, call)
        if alone(source, statement):
            text = f"{owner(source, call)}.eval()"
            yield apply_edits(source, [below(source, statement, text)]), f"{text} after the weights were loaded"


def parentheses(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A method that is named becomes one that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and at(node, found.line):
            end = span(source, node)[1]
            yield apply_edits(source, [Edit(end, end, "()")]), f"{text_of(source, node)}() is called"


def dropout_in_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`F.dropout(x, training=self.training)`."""
    del found
    text, count = source, 0
    for call in calls(tree)[::-1]:
        own = scope_of(tree, call)
        method = isinstance(own, ast.FunctionDef) and [one.arg for one in own.args.args][:1] == ["self"]
        if called(call).endswith("dropout") and keyword(call, "training") is None and method and len(call.args) < 3:
            if text_of(source, call.func).startswith("self."):
                continue
            text, count = with_keyword(text, call, "training", "self.training"), count + 1
    if count:
        yield text, "dropout is switched off by eval()"


def schedule_by_kind(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A scheduler is stepped once for each epoch; OneCycleLR and CyclicLR once for each batch."""
    for step in [one for one in method_calls(tree, "step") if at(one, found.line)]:
        statement, loops = statement_of(tree, step), loops_around(tree, step)
        if not loops or not alone(source, statement):
            continue
        if any(kind in found.message for kind in _PER_BATCH):
            yield from _with_each_batch(source, tree, statement)
            continue
        name = owner(source, step)
        last = _end_of_batches(tree, step, loops)
        if last is not None and len(block_of(tree, statement)) > 1:
            edits = [without(source, statement), below(source, last, text_of(source, statement))]
            yield apply_edits(source, edits), f"{name} is stepped once for each epoch"


def _end_of_batches(tree: ast.Module, step: ast.Call, loops: list[ast.For | ast.While]) -> ast.stmt | None:
    """The loop over the batches of an epoch, or over its phases, below which an epoch is over; None for a loop that
    may be that of the epochs itself."""
    phases = [one for one in loops if isinstance(one, ast.For) and isinstance(one.iter, ast.List | ast.Tuple)
              and all(isinstance(part, ast.Constant) for part in one.iter.elts)]  # fmt: skip
    if phases and loops.index(phases[-1]) < len(loops) - 1:
        return phases[-1]
    return loops[-1] if len(loops) > 1 or scope_of(tree, step) is not tree else None


def _with_each_batch(source: str, tree: ast.Module, statement: ast.stmt) -> Edits:
    for other in method_calls(tree, "step"):
        target = statement_of(tree, other)
        back = [one for one in block_of(tree, target) if method_calls(one, "backward")]
        own = scope_of(tree, target) is scope_of(tree, statement)
        if target is not statement and back and own and alone(source, target):
            edits = [without(source, statement), below(source, target, text_of(source, statement))]
            yield apply_edits(source, edits), "the scheduler is stepped once for each batch"


def schedule_last(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`scheduler.step()` at the end of the loop body that it stands at the top of."""
    for step in [one for one in method_calls(tree, "step") if at(one, found.line)]:
        statement = statement_of(tree, step)
        body = block_of(tree, statement)
        if body and body[-1] is not statement and alone(source, statement) and alone(source, body[-1]):
            yield moved(source, statement, body[-1], under=True), f"{owner(source, step)} steps after the optimiser"


def _init_of(tree: ast.Module, node: ast.AST) -> ast.FunctionDef | None:
    """The `__init__` of the class that a statement of another method stands in."""
    kinds = [one for one in around(tree, getattr(node, "lineno", None)) if isinstance(one, ast.ClassDef)]
    own = [one for kind in kinds[-1:] for one in kind.body if isinstance(one, ast.FunctionDef)]
    return next((one for one in own if one.name == "__init__" and not at(one, getattr(node, "lineno", None))), None)


def made_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is made anew in a loop (an optimiser, a model and what is made of it) is made once, above it."""
    here = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    for node in here:
        loops = loops_around(tree, node)
        body = block_of(tree, node)
        names = {name for target in node.targets for name in names_in(target)}
        own = [node]
        for one in body[body.index(node) + 1 :]:
            if not (isinstance(one, ast.Assign) and isinstance(one.value, ast.Call) and names & names_in(one.value)):
                break
            if not (called(one.value)[:1].isupper() or called(one.value) == "to"):
                break
            own.append(one)
            names |= {name for target in one.targets for name in names_in(target)}
        drawn = {name for loop in loops if isinstance(loop, ast.For) for name in names_in(loop.target)}
        needs = {name for one in own for name in names_in(one.value)}
        start = _init_of(tree, node) if text_of(source, node.targets[0]).startswith("self.") else None
        if start is not None and all(alone(source, one) for one in [*own, start.body[-1]]):
            edits = [without(source, one) for one in own]
            edits.append(below(source, start.body[-1], *(text_of(source, one) for one in own)))
            yield apply_edits(source, edits), f"{text_of(source, node.targets[0])} made once, in __init__"
        if loops and not needs & drawn and all(alone(source, one) for one in [*own, loops[0]]):
            edits = [without(source, one) for one in own]
            edits.append(above(source, loops[0], *(text_of(source, one) for one in own)))
            what = " and ".join(text_of(source, one.targets[0]) for one in own)
            yield apply_edits(source, edits), f"{what} made once, before the loop"


def schedules_in_batches(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Every scheduler that is stepped beside its optimiser, in the loop over the batches, is stepped each epoch."""
    made = {text_of(source, one.targets[0]) for one in ast.walk(tree) if isinstance(one, ast.Assign)
            and called(one.value).endswith(("LR", "Restarts")) and called(one.value) not in _PER_BATCH}  # fmt: skip
    for step in [one for one in method_calls(tree, "step") if owner(source, one) in made]:
        yield from schedule_by_kind(source, tree, replace(found, line=step.lineno, message=""))
