"""Edits of PyTorch's training loops: steps that are missing, or stand in the wrong place."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, without_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    given_to,
    method_calls,
    moved,
    owner,
    statement_of,
    with_copy,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_LOOPS = (ast.For, ast.While)


def cleared(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`optimizer.zero_grad()` above the backward that has none."""
    for back in _backwards(tree, found):
        statement = statement_of(tree, back)
        for name in _optimisers(source, tree, statement):
            if alone(source, statement):
                yield (
                    apply_edits(source, [above(source, statement, f"{name}.zero_grad()")]),
                    f"{name}.zero_grad() for each batch",
                )


def stepped(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`optimizer.step()` below the backward that has none."""
    for back in _backwards(tree, found):
        statement = statement_of(tree, back)
        for name in _optimisers(source, tree, statement):
            if alone(source, statement):
                yield (
                    apply_edits(source, [below(source, statement, f"{name}.step()")]),
                    f"{name}.step() after backward()",
                )


def taken_back(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`loss.backward()` above the step that has none."""
    for step in [one for one in method_calls(tree, "step") if at(one, found.line)]:
        statement = statement_of(tree, step)
        losses = [
            one.targets[0].id
            for one in block_of(tree, statement)
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and "loss" in one.targets[0].id.lower()
        ]
        if losses and alone(source, statement):
            yield (
                apply_edits(source, [above(source, statement, f"{losses[-1]}.backward()")]),
                f"{losses[-1]}.backward() before the step",
            )


def in_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """zero_grad, backward, clipping, step: in this order."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or not any(at(one, found.line) for one in body if isinstance(one, ast.stmt)):
            continue
        placed = {_does(one): one for one in body if isinstance(one, ast.Expr)}
        back, step = placed.get("backward"), placed.get("step")
        if back is None or step is None or not all(alone(source, one) for one in placed.values()):
            continue
        if step.lineno < back.lineno:
            yield moved(source, step, back, under=True), "the optimiser steps after backward()"
        clip, clear = placed.get("clip"), placed.get("zero_grad")
        if clip is not None and not back.lineno < clip.lineno < step.lineno and back.lineno < step.lineno:
            yield moved(source, clip, step, under=False), "gradients are clipped between backward() and step()"
        if clear is not None and back.lineno < clear.lineno < step.lineno:
            yield moved(source, clear, back, under=False), "gradients are cleared before backward()"


def _does(statement: ast.Expr) -> str:
    name = called(statement.value) if isinstance(statement.value, ast.Call) else ""
    return "clip" if name.startswith("clip_grad") else name


def number_alone(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`total += loss` keeps every graph; `total += loss.item()` does not."""
    for node in around(tree, found.line)[-1:]:
        if isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Name):
            yield (
                replace(source, node.value, f"{node.value.id}.item()"),
                f"{node.value.id}.item() is added up, without its graph",
            )
        for call in method_calls(node, "append"):
            if call.args and isinstance(call.args[0], ast.Name):
                name = call.args[0].id
                yield replace(source, call.args[0], f"{name}.item()"), f"{name}.item() is kept, without its graph"


def judged_in_eval(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`model.eval()` before rows are judged, and `model.train()` where training goes on."""
    holders = around(tree, found.line)
    models = [one.func.id for one in calls(tree) if at(one, found.line) and isinstance(one.func, ast.Name)]
    models += [owner(source, one) for one in method_calls(tree, "train", "eval", "parameters")]
    inner = [one for one in holders if not isinstance(one, ast.FunctionDef | ast.ClassDef)]
    trained = [one for one in inner if isinstance(one, _LOOPS) and method_calls(one, "backward")]
    judged = [one for one in inner if one not in trained and not isinstance(one, ast.If | ast.Try)]
    function = next((one for one in holders[::-1] if isinstance(one, ast.FunctionDef)), None)
    judged = [one for one in judged if function is None or one.lineno > function.lineno]
    if not judged or (
        not alone(source, judged[0].body[0] if isinstance(judged[0], ast.If) else judged[0])
        and not hasattr(judged[0], "body")
    ):
        return
    for model in list(dict.fromkeys(models))[:3]:
        if model.startswith(("torch", "print", "F.")):
            continue
        edits = [above(source, judged[0], f"{model}.eval()")]
        if trained:
            edits.append(above(source, trained[0].body[0], f"{model}.train()"))
        yield apply_edits(source, edits), f"{model}.eval() before rows are judged"


def optimiser_last(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The optimiser is made after the last change of the model."""
    for change in around(tree, found.line)[-1:]:
        body = block_of(tree, change)
        made = [
            one
            for one in body
            if isinstance(one, ast.Assign) and one.lineno < change.lineno and method_calls(one.value, "parameters")
        ]
        if not made:
            continue
        names = names_in(made[-1].targets[0])
        between = body[body.index(made[-1]) + 1 : body.index(change) + 1]
        if all(names.isdisjoint(names_in(one)) for one in between) and alone(source, made[-1]):
            yield (
                moved(source, made[-1], change, under=True),
                "the optimiser is made after the last change of the model",
            )


def not_detached(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`D(fake.detach())` where the generator is to learn."""
    used = names_in(around(tree, found.line)[-1]) if around(tree, found.line) else set()
    own = [call for name in used for given in given_to(tree, name) for call in method_calls(given, "detach")]
    near = [one for one in method_calls(tree, "detach") if _near(tree, one, found)]
    for call in [*near, *(one for one in own if one not in near)]:
        yield replace(source, call, owner(source, call)), "the loss reaches the weights: no detach() there"
        yield from _detached_before(source, tree, call, found)


def _detached_before(source: str, tree: ast.Module, call: ast.Call, found: Diagnosis) -> Edits:
    """`fake = G(z).detach()`, of which two losses are made: only the first of them, the discriminator's, is cut off."""
    statement = statement_of(tree, call)
    if not (isinstance(statement, ast.Assign) and statement.value is call):
        return
    names = names_in(statement.targets[0])
    edits = [Edit(*span(source, call), owner(source, call))]
    for one in ast.walk(tree):
        use = isinstance(one, ast.Call) and len(one.args) == 1 and isinstance(one.args[0], ast.Name)
        if use and one.args[0].id in names and statement.lineno < one.lineno < (found.line or 0):  # type: ignore[attr-defined]
            end = span(source, one.args[0])[1]  # type: ignore[attr-defined]
            edits.append(Edit(end, end, ".detach()"))
    yield apply_edits(source, edits), "the generator's loss reaches its weights: only the other one is cut off"


def _near(tree: ast.Module, call: ast.Call, found: Diagnosis) -> bool:
    """In the statement of the finding, or one of the three above it in its block."""
    if at(call, found.line):
        return True
    here = around(tree, found.line)[-1:]
    return any(0 < one.lineno - call.lineno <= 3 for one in here)


def copied_state(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The best weights are a copy, and not the weights themselves."""
    for call in method_calls(tree, "state_dict"):
        if at(call, found.line):
            text = replace(source, call, f"copy.deepcopy({text_of(source, call)})")
            yield with_copy(text), "the best weights are a copy of their own"


def without_prefix(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Weights that were saved from a DataParallel are loaded under their own names, and all of them."""
    for call in method_calls(tree, "load_state_dict"):
        if not at(call, found.line) or keyword(call, "strict") is None or not call.args:
            continue
        state = text_of(source, call.args[0])
        text = f'{{key.removeprefix("module."): value for key, value in {state}.items()}}'
        strict = without_keyword(source, call, "strict")
        if strict is not None:
            start, end = span(source, call.args[0])
            yield apply_edits(strict, [Edit(start, end, text)]), "weights are loaded under their names without module."


def _backwards(tree: ast.Module, found: Diagnosis) -> list[ast.Call]:
    """The backward at the finding, or the only one of the program."""
    every = method_calls(tree, "backward")
    return [one for one in every if at(one, found.line)] or (every if len(every) == 1 else [])


def _optimisers(source: str, tree: ast.Module, near: ast.stmt) -> list[str]:
    """Names of optimisers, those that step in the same block first."""
    here = [owner(source, one) for node in block_of(tree, near) for one in method_calls(node, "step")]
    made = [
        text_of(source, node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and "optim" in text_of(source, node.value.func).lower()
    ]
    made += [
        text_of(source, node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "optim" in text_of(source, node.targets[0]).lower()
    ]
    return list(dict.fromkeys([*here, *made]))[:2]


def counted_up(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is counted anew for each batch, and read after the loop, is added up from 0."""
    loops = [one for one in around(tree, found.line) if isinstance(one, ast.For) and alone(source, one)]
    for loop in loops[-1:]:
        made = [one for one in loop.body if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)]
        end = loop.end_lineno or loop.lineno
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.lineno > end}
        counts = [one for one in made if one.targets[0].id in read and _is_count(one.value)]  # type: ignore[attr-defined]
        names = list(dict.fromkeys(one.targets[0].id for one in counts))  # type: ignore[attr-defined]
        if not counts or any(len(given_to(loop, name)) > 1 for name in names):
            continue
        edits = [above(source, loop, f"{', '.join(names)} = {', '.join('0' for _ in names)}")]
        for one in counts:
            start = span(source, one.targets[0])[1]
            edits.append(Edit(start, span(source, one.value)[0], " += "))
        yield apply_edits(source, edits), f"{' and '.join(names)} add up all batches"


def _is_count(value: ast.expr) -> bool:
    """`(a == b).sum()`, `.item()` of one, `len(labels)` or `labels.size(0)`."""
    if isinstance(value, ast.Call) and called(value) in ("item", "int", "float"):
        inner = value.func.value if isinstance(value.func, ast.Attribute) else value.args[0] if value.args else None
        return isinstance(inner, ast.Call) and called(inner) == "sum"
    return isinstance(value, ast.Call) and called(value) in ("sum", "len", "size", "numel")
