"""Edits of slips in Keras, which nothing ends or everything: a base that is not set up, schedules that count epochs, a
shortcut or a mask that is left behind, the words masked out, pixels divided whole, a test part that stays as it was."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    given_to,
    indent,
    method_calls,
    with_copy,
)
from mlpilot.tools.mending.keras.parts import anew_in_each_fold
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_MASKS = re.compile(r"\w*(?:mask|segmentation|label_map)\w*", re.IGNORECASE)


def base_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A class of Keras sets up what it inherits before it keeps layers."""
    for made in [
        one for one in around(tree, found.line) if isinstance(one, ast.FunctionDef) and one.name == "__init__"
    ]:
        first = made.body[0]
        said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(made.body) > 1
        first = made.body[1] if said else first
        if not indent(source, first).strip():
            yield apply_edits(source, [above(source, first, "super().__init__()")]), "it sets up its base first"


def steps_of_epochs(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`decay_steps=EPOCHS` becomes `decay_steps=EPOCHS * steps_per_epoch`."""
    for call in [
        one for one in calls(tree) if at(one, found.line) and called(one).startswith(("Cosine", "Polynomial"))
    ]:
        one = keyword(call, "decay_steps") or keyword(call, "first_decay_steps")
        told = one.value if one is not None else call.args[1] if len(call.args) > 1 else None
        if told is None:
            continue
        known = [name for name in ("steps_per_epoch", "steps", "n_batches", "num_batches", "batches_per_epoch")
                 if any(node.lineno < call.lineno for node in given_to(tree, name))]  # fmt: skip
        for steps in [*known, *_steps_of_fits(source, tree, call.lineno)]:
            text = text_of(source, told)
            yield replace(source, told, f"{text} * {steps}"), f"it decays over {text} epochs of {steps} batches"


def _steps_of_fits(source: str, tree: ast.Module, line: int) -> list[str]:
    """How many batches an epoch of a `fit` has, by rows that are known above a line."""
    found = []
    for fit in method_calls(tree, "fit"):
        rows = fit.args[0] if fit.args else None
        size = keyword(fit, "batch_size")
        names = names_in(rows) if rows is not None else set()
        held = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names
                and isinstance(node.ctx, ast.Store)]  # fmt: skip
        if (
            rows is not None
            and held
            and min(held) < line
            and isinstance(rows, ast.Name | ast.Subscript | ast.Attribute)
        ):
            found.append(f"max(1, len({text_of(source, rows)}) // {text_of(source, size.value) if size else '32'})")
    return found


def shortcut_added(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`Add()([x, x])` and `x + x` add the shortcut that is kept above."""
    said = re.match(r"([\w.]+) is kept", found.message)
    if said is None:
        return
    for node in ast.walk(tree):
        if not at(node, found.line):
            continue
        if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 2:
            one, other = node.elts
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            one, other = node.left, node.right
        else:
            continue
        if text_of(source, one) == text_of(source, other):
            yield replace(source, other, said[1]), f"{said[1]} is added"
            return


def mask_too(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A mask is flipped and turned as its picture is, in the same lines."""
    functions = [one for one in around(tree, found.line) if isinstance(one, ast.FunctionDef)]
    moved = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    for function in functions[-1:] if moved else ():
        picture = text_of(source, moved[0].targets[0])
        names = [one.arg for one in function.args.args if _MASKS.fullmatch(one.arg)]
        names = names or [one for one in names_in(function) if _MASKS.fullmatch(one)]
        lines = [one for one in ast.walk(function) if isinstance(one, ast.Assign) and alone(source, one)
                 and text_of(source, one.targets[0]) == picture and picture in names_in(one.value)
                 and re.search(r"flip|rot90|transpose|roll|\[::-1|crop", text_of(source, one.value))]  # fmt: skip
        if len(names) != 1 or "random" in "".join(text_of(source, one.value) for one in lines):
            continue
        edits = []
        for one in lines:
            first = span(source, one)[0]
            held = [each for each in ast.walk(one) if isinstance(each, ast.Name) and each.id == picture]
            inside = [
                Edit(start - first, end - first, names[0]) for start, end in (span(source, each) for each in held)
            ]
            edits.append(below(source, one, apply_edits(text_of(source, one), inside)))
        if edits:
            yield apply_edits(source, edits), f"{names[0]} is moved as {picture} is"


def shuffled_as_one(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Data sets of rows and of labels that are each shuffled are put together first, and shuffled then."""
    del found
    for call in calls(tree, "zip"):
        parts = call.args[0].elts if len(call.args) == 1 and isinstance(call.args[0], ast.Tuple) else call.args
        values = [given_to(tree, one.id)[-1].value if isinstance(one, ast.Name) and given_to(tree, one.id) else one
                  for one in parts]  # fmt: skip
        shuffles = [one for value in values for one in method_calls(value, "shuffle")]
        if len(shuffles) < 2 or len(shuffles) != len(parts):
            continue
        edits = []
        for one in shuffles:
            start = span(source, one.func.value)[1]  # type: ignore[attr-defined]
            edits.append(Edit(start, span(source, one)[1], ""))
        size = text_of(source, shuffles[0].args[0]) if shuffles[0].args else "1000"
        end = span(source, call)[1]
        edits.append(Edit(end, end, f".shuffle({size})"))
        yield apply_edits(source, edits), "rows and labels are shuffled together"


def words_kept(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A mask of the padding becomes one of the words, or the other way round."""
    turned = {"equal": "not_equal", "not_equal": "equal", "eq": "ne", "ne": "eq"}
    for node in around(tree, found.line)[-1:]:
        for one in ast.walk(node):
            if isinstance(one, ast.Call) and called(one) in turned:
                function = text_of(source, one.func)
                text = function[: -len(called(one))] + turned[called(one)]
                yield replace(source, one.func, text), "the padding is masked, and not the words"
            if isinstance(one, ast.Compare) and len(one.ops) == 1 and isinstance(one.ops[0], ast.Eq | ast.NotEq):
                sign = "!=" if isinstance(one.ops[0], ast.Eq) else "=="
                text = f"{text_of(source, one.left)} {sign} {text_of(source, one.comparators[0])}"
                yield replace(source, one, text), "the padding is masked, and not the words"


def drawn_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Generators of pictures and of their masks draw by the same seed."""
    del found
    flows = method_calls(tree, "flow", "flow_from_directory", "flow_from_dataframe")
    if len(flows) == 2 and not any(keyword(one, "seed") for one in flows):
        text = with_keyword(source, flows[1], "seed", "1")
        again = [one for one in method_calls(ast.parse(text), called(flows[0])) if one.lineno == flows[0].lineno]
        if again:
            yield with_keyword(text, again[0], "seed", "1"), "both generators draw by one seed"


def classes_from_zero(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A dictionary that numbers classes from 1 numbers them from 0."""
    for node in [one for one in ast.walk(tree) if isinstance(one, ast.Dict) and at(one, found.line)]:
        numbers = [one for one in node.values if isinstance(one, ast.Constant) and type(one.value) is int]
        if len(numbers) == len(node.values) and numbers:
            edits = [Edit(*span(source, one), str(int(one.value) - 1)) for one in numbers]  # type: ignore[arg-type]
            yield apply_edits(source, edits), "classes are numbered from 0"


def labels_for_loss(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A generator gives labels of the form that the loss takes."""
    wanted = {"sparse_categorical_crossentropy": "sparse", "categorical_crossentropy": "categorical",
              "binary_crossentropy": "binary"}  # fmt: skip
    loss = found.message.rpartition("the loss is ")[2].strip()
    if loss in wanted:
        text, calls_left = source, len(calls(tree))
        for at_place in range(calls_left):
            call = calls(ast.parse(text))[at_place]
            if called(call) in ("flow_from_directory", "flow_from_dataframe"):
                text = with_keyword(text, call, "class_mode", f'"{wanted[loss]}"')
            elif called(call) == "image_dataset_from_directory":
                mode = "int" if wanted[loss] == "sparse" else wanted[loss]
                text = with_keyword(text, call, "label_mode", f'"{mode}"')
        yield text, f"the labels come as {loss} takes them"


def size_of_model(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Pictures are read in the size that the model takes."""
    said = re.search(r"the model takes (\d+)\D+(\d+)", found.message)
    names = {"flow_from_directory": "target_size", "flow_from_dataframe": "target_size",
             "image_dataset_from_directory": "image_size"}  # fmt: skip
    edits = []
    for call in [one for one in calls(tree) if called(one) in names and said is not None]:
        one = keyword(call, names[called(call)])
        if one is not None and said is not None and isinstance(one.value, ast.Tuple | ast.List):
            edits.append(Edit(*span(source, one.value), f"({said[1]}, {said[2]})"))
    if edits and said is not None:
        yield apply_edits(source, edits), f"pictures are read as {said[1]} by {said[2]}"


def divided_in_parts(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`x // 255` becomes `x / 255`; `(x / 255).astype(int)` stays what it is, of floats."""
    for node in ast.walk(tree):
        if not at(node, found.line):
            continue
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            start, end = span(source, node.left)[1], span(source, node.right)[0]
            text = source[start:end].replace("//", "/")
            yield apply_edits(source, [Edit(start, end, text)]), "pixels are divided in parts"
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.FloorDiv):
            name = text_of(source, node.target)
            yield (
                replace(source, node, f"{name} = {name} / {text_of(source, node.value)}"),
                "pixels are divided in parts",
            )
        if (
            isinstance(node, ast.Call)
            and called(node) == "astype"
            and node.args
            and "int" in text_of(source, node.args[0])
        ):
            yield replace(source, node.args[0], '"float32"'), "pixels are parts of 1"


def scaled_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X_test = test[columns].to_numpy()` is scaled by what the training part was scaled by."""
    for late in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]:
        for first in [one for one in block_of(tree, late) if isinstance(one, ast.Assign) and one.lineno < late.lineno]:
            if part_of(text_of(source, first.targets[0])) != "train" or (
                not calls(first.value) and "-" not in text_of(source, first.value)
            ):
                continue
            mine = [one for one in names_in(late.value) if part_of(one) == "test"]
            text = text_of(source, first.value)
            theirs = [one for one in names_in(first.value) if part_of(one) == "train"]
            if len(mine) != 1 or len(theirs) != 1 or " / " not in text:
                continue
            new = re.sub(rf"\b{re.escape(theirs[0])}\b", mine[0], text)
            yield replace(source, late.value, new), f"{mine[0]} is scaled as {theirs[0]} is"


def made_within(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A network that is made above the loop over parts of the rows is made within it."""
    loops = [one for one in ast.walk(tree) if isinstance(one, ast.For) and method_calls(one, "fit")]
    for loop in [one for one in loops if one.lineno > (found.line or 0) or at(one, found.line)]:
        inner = Diagnosis(found.kind, found.message, "", loop.body[0].lineno, code=found.code)
        yield from anew_in_each_fold(source, tree, inner)
        return


def of_its_own(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Layers that were made before are made anew, with the same settings, for the model of each turn."""
    for call in [one for one in calls(tree, "Sequential") if at(one, found.line) and one.args]:
        given = text_of(source, call.args[0])
        new = f"[type(layer).from_config(layer.get_config()) for layer in {given}]"
        yield replace(source, call.args[0], new), f"the layers of {given} are made anew for each model"


def copied_best(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`best_model = model` becomes `best_model = copy.deepcopy(model)`."""
    for node in [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]:
        name = text_of(source, node.value)
        text = with_copy(replace(source, node.value, f"copy.deepcopy({name})"))
        yield text, f"{text_of(source, node.targets[0])} is a copy of {name}"


def with_collate(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loader puts rows of unequal length together as the other one does."""
    others = [one.value for call in calls(tree, "DataLoader") if (one := keyword(call, "collate_fn")) is not None]
    for call in [
        one for one in calls(tree, "DataLoader") if at(one, found.line) and keyword(one, "collate_fn") is None
    ]:
        for other in others[:1]:
            name = text_of(source, other)
            yield with_keyword(source, call, "collate_fn", name), f"its batches are put together by {name}"
