"""Edits of what a Keras model is made of and measured by: last layers and losses, metrics, states, scales."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword, without_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    indent,
    method_calls,
    statement_of,
    without,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_OF_CLASSES = ("sparse_categorical_crossentropy", "categorical_crossentropy")
_OF_VALUES = ("mse", "mae", "mean_squared_error", "mean_absolute_error", "huber")
OLD = {"placeholder", "Session", "global_variables_initializer", "InteractiveSession"}
"""Names of TensorFlow 1, of which two together say that a program was written for it."""
ACCURACY, R2 = "accuracy", "r2_score"


def _word(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _quoted(source: str, node: ast.AST, word: str) -> str:
    quote = "'" if text_of(source, node).startswith("'") else '"'
    return f"{quote}{word}{quote}"


def measured_as_values(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The accuracy of a model of values becomes its R², of which more is better, too."""
    for call in [one for one in calls(tree, "compile") if at(one, found.line)]:
        for node in ast.walk(call):
            if isinstance(node, ast.Constant) and node.value in (ACCURACY, "acc"):
                changes = [Edit(*span(source, node), _quoted(source, node, R2))]
                old = ("accuracy", "val_accuracy") if node.value == ACCURACY else ("acc", "val_acc")
                for other in ast.walk(tree):
                    if other is not node and isinstance(other, ast.Constant) and other.value in old:
                        new = str(other.value).replace(old[0], R2)
                        changes.append(Edit(*span(source, other), _quoted(source, other, new)))
                yield apply_edits(source, changes), "what is measured is R2, and not how many values are hit exactly"


def without_state(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A recurrent layer that begins anew with each batch."""
    for call in [one for one in calls(tree) if at(one, found.line) and keyword(one, "stateful") is not None]:
        text = without_keyword(source, call, "stateful")
        if text is not None:
            yield text, f"{called(call)} begins anew with each batch"


def traced_once(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A number that a `tf.function` is given goes in as a tensor."""
    for call in [one for one in calls(tree) if at(one, found.line) and isinstance(one.func, ast.Name)]:
        loops = [one for one in around(tree, found.line) if isinstance(one, ast.For)]
        varied = {name for one in loops for name in names_in(one.target)}
        changes = [
            Edit(*span(source, one), f"tf.constant({one.id})")
            for one in call.args
            if isinstance(one, ast.Name) and one.id in varied
        ]
        if changes and "import tensorflow as tf" in source:
            yield apply_edits(source, changes), f"{called(call)} is given the number as a tensor, and traced once"


def reset_each_epoch(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Metrics begin anew with each epoch of a loop of one's own."""
    results = method_calls(tree, "result")
    owners = list(dict.fromkeys(text_of(source, one.func.value) for one in results))  # type: ignore[attr-defined]
    for loop in [one for one in around(tree, found.line) if isinstance(one, ast.For)][:1]:
        inside = [one for one in owners if any(at(loop, call.lineno) for call in results
                  if text_of(source, call.func.value) == one)]  # type: ignore[attr-defined]  # fmt: skip
        lines = [f"{one}.reset_state()" for one in inside if f"{one}.reset_state" not in source]
        if lines:
            yield apply_edits(source, [above(source, loop.body[0], *lines)]), "metrics begin anew with each epoch"


def frozen_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Layers are frozen or thawed before the model is compiled."""
    here = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    for node in here:
        before = [call for call in method_calls(tree, "compile") if call.lineno < node.lineno]
        if before and text_of(source, node.targets[0]).endswith(".trainable"):
            statement = statement_of(tree, before[-1])
            start, end = span(source, node)
            line, last = source.rfind("\n", 0, start) + 1, source.find("\n", end)
            moved = [Edit(line, len(source) if last < 0 else last + 1, "")]
            moved.append(above(source, statement, text_of(source, node)))
            yield apply_edits(source, moved), "what is trained is said before the model is compiled"


def shuffled_arrays(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`validation_split` takes the last rows: all are shuffled before `fit`, each with its label."""
    for call in [one for one in method_calls(tree, "fit") if at(statement_of(tree, one), found.line)]:
        x, y = [*call.args, None, None][:2]
        if not (isinstance(x, ast.Name) and isinstance(y, ast.Name)) or keyword(call, "validation_split") is None:
            continue
        if "import numpy as np" not in source or any("order" in names_in(one) for one in tree.body):
            continue
        lines = (
            f"order = np.random.default_rng(0).permutation(len({x.id}))",
            f"{x.id}, {y.id} = {x.id}[order], {y.id}[order]",
        )
        yield (
            apply_edits(source, [above(source, statement_of(tree, call), *lines)]),
            "rows are shuffled before some are held out",
        )


def anew_in_each_fold(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A model that is made above the loop over the folds is made within it."""
    for loop in [one for one in around(tree, found.line) if isinstance(one, ast.For) and alone(source, one)][:1]:
        fits = [call for call in method_calls(loop, "fit") if isinstance(call.func, ast.Attribute)]
        for model in dict.fromkeys(text_of(source, one.func.value) for one in fits):  # type: ignore[attr-defined]
            above_it = [one for one in block_of(tree, loop) if one.lineno < loop.lineno]
            own = [one for one in above_it if _makes(source, one, model)]
            compiled = [call for one in own for call in calls(one, "compile")]
            wanted = {name for call in compiled for name in names_in(call)} - {model}
            own += [one for one in above_it if isinstance(one, ast.Assign) and _makes_optimiser(source, one, wanted)]
            if compiled and all(alone(source, one) for one in own):
                own.sort(key=lambda one: one.lineno)
                inner = indent(source, loop.body[0])
                lines = [text.replace("\n", "\n" + inner[len(indent(source, one)) :]) for one in own
                         for text in [text_of(source, one)]]  # fmt: skip
                edits = [without(source, one) for one in own]
                yield (
                    apply_edits(source, [*edits, above(source, loop.body[0], *lines)]),
                    f"{model} is made anew in each fold",
                )


def _makes(source: str, statement: ast.stmt, model: str) -> bool:
    """`model = ...(...)`, `model.add(...)` or `model.compile(...)`."""
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Call) and [text_of(source, one) for one in statement.targets] == [model]
    call = statement.value if isinstance(statement, ast.Expr) else None
    owned = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    return owned and called(call) in ("add", "compile") and text_of(source, call.func.value) == model  # type: ignore


def _makes_optimiser(source: str, statement: ast.Assign, names: set[str]) -> bool:
    """`optimizer = keras.optimizers.Adam()`, of a name that `compile` is given: it belongs to one model's weights."""
    given = {getattr(target, "id", "") for target in statement.targets}
    return "optimizers" in text_of(source, statement.value) and bool(given & names)


def as_many_outputs(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A last layer of as many outputs as there are classes."""
    said = re.search(r"has (\d+) outputs?, and .{1,60} has (\d+) classes", found.message)
    for call in [one for one in calls(tree, "Dense") if said is not None and at(one, found.line) and one.args]:
        if said is not None and text_of(source, call.args[0]) == said.group(1):
            yield replace(source, call.args[0], said.group(2)), f"the last layer has {said.group(2)} outputs"


def as_version_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A program of TensorFlow 1, with sessions and placeholders, runs in the mode that TensorFlow 2 has for it."""
    del found
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in tree.body:
        if isinstance(node, ast.Import) and text_of(source, node) == "import tensorflow as tf" and len(names & OLD) > 1:
            edits = [Edit(*span(source, node), "import tensorflow.compat.v1 as tf")]
            edits.append(below(source, node, "", "tf.disable_v2_behavior()"))
            yield apply_edits(source, edits), "it runs in the mode of TensorFlow 1"


def called_back(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A callback that is made is given to `fit`."""
    names = [text_of(source, one.targets[0]) for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    given = [one.value for fit in method_calls(tree, "fit") for one in fit.keywords if one.arg == "callbacks"]
    lists = [one for one in given if isinstance(one, ast.List) and one.elts]
    if names and len(given) == len(lists) == 1:
        end = span(source, lists[0].elts[-1])[1]
        yield apply_edits(source, [Edit(end, end, f", {names[0]}")]), f"fit is given {names[0]}, too"
    fits = [one for one in method_calls(tree, "fit") if keyword(one, "callbacks") is None]
    if names and len(fits) == 1:
        yield with_keyword(source, fits[0], "callbacks", f"[{names[0]}]"), f"fit is given {names[0]}"
