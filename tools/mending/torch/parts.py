"""Edits of what a PyTorch program counts, compares, schedules and gives its optimiser."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    alone,
    around,
    at,
    below,
    given_to,
    method_calls,
    moved,
    statement_of,
)
from mlpilot.tools.mending.training.code import plain, value_of
from mlpilot.tools.text import apply_edits, replace, text_of

_HALF = 0.5


def share_of_rows(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Rows that are right, divided by the number of rows, and not of batches."""
    for call in [one for one in calls(tree, "len") if at(one, found.line) and len(one.args) == 1]:
        given = text_of(source, call.args[0])
        yield replace(source, call.args[0], f"{given}.dataset"), "right rows are divided by the number of rows"


def above_zero(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Raw outputs say yes above 0."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and at(node, found.line) and len(node.comparators) == 1:
            bound = node.comparators[0]
            if isinstance(bound, ast.Constant) and bound.value == _HALF:
                yield replace(source, bound, "0"), "raw outputs say yes above 0"
            raw = node.left
            if plain(value_of(tree, bound)) is not None and not isinstance(raw, ast.Constant):
                text = f"torch.sigmoid({text_of(source, raw)})"
                yield replace(source, raw, text), "probabilities are compared with the bound, and not raw outputs"


def weights_of_both(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """An optimiser is given the weights of the other model, too."""
    name = found.message.partition(" ")[0]
    for call in [
        one for one in calls(tree) if one.args and text_of(source, one.func).startswith(("torch.optim.", "optim."))
    ]:
        first = call.args[0]
        if isinstance(first, ast.Call) and called(first) == "parameters" and given_to(tree, name):
            text = f"[*{text_of(source, first)}, *{name}.parameters()]"
            yield replace(source, first, text), f"the optimiser is given the weights of {name}, too"


def scheduled(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A scheduler is stepped at the end of each epoch."""
    made = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    for node in made:
        name = text_of(source, node.targets[0])
        steps = [one for one in method_calls(tree, "step") if one.lineno > node.lineno]
        loops = [one for step in steps for one in around(tree, step.lineno) if isinstance(one, ast.For)]
        if loops and alone(source, loops[0].body[-1]):
            yield (
                apply_edits(source, [below(source, loops[0].body[-1], f"{name}.step()")]),
                f"{name} is stepped each epoch",
            )


def usual_dropout(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A share to drop that leaves something to learn from."""
    for call in [
        one for one in calls(tree) if called(one).startswith("Dropout") and at(statement_of(tree, one), found.line)
    ]:
        rate = value_of(tree, call.args[0] if call.args else call.keywords[0].value if call.keywords else None)
        now = plain(rate)
        if rate is None or now is None or now <= _HALF:
            continue
        for share in ("0.5", "0.2"):
            yield replace(source, rate, share), f"{share} of the units are dropped"


def owner_of_rates(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A learning rate that an argument of the command line, a constant or a table of settings gives."""
    del found
    places: list[ast.expr] = []
    for call in calls(tree, "add_argument"):
        words = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
        if any(_is_rate(one) for one in words):
            places += [one.value for one in call.keywords if one.arg == "default"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and _is_rate(one.id) for one in node.targets):
            places.append(node.value)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            places += [value for key, value in pairs if isinstance(key, ast.Constant) and _is_rate(str(key.value))]
    known = [one for one in places if isinstance(one, ast.Constant) and isinstance(one.value, float | int)]
    for one in known if len(known) == 1 else []:
        now = float(one.value)  # type: ignore[arg-type]
        for rate in ("1e-2", "1e-3", "1e-1"):
            if now <= 0 or not 1 / 8 < float(rate) / now < 8:
                yield replace(source, one, rate), f"learning rate {rate} instead of {text_of(source, one)}"


def _is_rate(word: str) -> bool:
    return word.lower().strip("-").replace("-", "_") in ("lr", "learning_rate", "rate_of_learning")


def step_for_each_batch(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A step that stands below the loop over the batches is taken for each of them."""
    for step in [one for one in method_calls(tree, "step") if at(one, found.line)]:
        statement = statement_of(tree, step)
        backs = [statement_of(tree, one) for one in method_calls(tree, "backward") if one.lineno < step.lineno]
        if backs and alone(source, statement) and alone(source, backs[-1]):
            yield moved(source, statement, backs[-1], under=True), "the optimiser steps for each batch"


def softmax_of_each_row(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`softmax(x, dim=0)`, which sums over the rows of a batch, becomes that over the classes."""
    for call in [one for one in calls(tree) if "softmax" in called(one).lower() and at(one, found.line)]:
        given = [one.value for one in call.keywords if one.arg == "dim"] + call.args[-1:]
        for one in [one for one in given if isinstance(one, ast.Constant) and one.value == 0]:
            yield replace(source, one, "1"), f"{called(call)} is over the classes of each row"
        function = text_of(source, call.func).rpartition(".")[0] in ("F", "torch", "nn", "nn.functional", "torch.nn")
        if keyword(call, "dim") is None and len(call.args) == int(not called(call)[:1].isupper()) * int(function):
            for dim in ("1", "-1"):
                yield with_keyword(source, call, "dim", dim), f"{called(call)} is told its dimension: {dim}"


def shuffled_rows(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loader of rows for training shuffles them."""
    for call in [one for one in calls(tree, "DataLoader") if at(one, found.line)]:
        yield with_keyword(source, call, "shuffle", "True"), "the rows for training are shuffled"
