"""Edits of Keras programs: what `check` finds there, the smallest change that may help."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    Maker,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    given_to,
    method_calls,
    moved,
    statement_of,
)
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_SPARSE = {
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "CategoricalCrossentropy",
    "sparse_categorical_accuracy": "categorical_accuracy",
}


def other_labels(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The loss for whole numbers in place of that for one-hot labels, or the other way round."""
    del found
    for table in (_SPARSE, {new: old for old, new in _SPARSE.items()}):
        changes = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in table:
                start, end = span(source, node)
                changes.append(Edit(start, end, source[start:end].replace(node.value, table[node.value])))
            elif isinstance(node, ast.Attribute) and node.attr in table:
                end = span(source, node)[1]
                changes.append(Edit(end - len(node.attr), end, table[node.attr]))
        if changes:
            yield apply_edits(source, changes), "the loss takes labels in the form that they have"


def training_flag(value: str) -> Maker:
    """The maker of an edit: the model is called in the mode that the place wants."""

    def edits(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
        for call in calls(tree):
            one = keyword(call, "training")
            if at(call, found.line) and (one is not None or (value == "True" and _first_of(call))):
                yield with_keyword(source, call, "training", value), f"the model is called with training={value}"

    return edits


def _first_of(call: ast.Call) -> bool:
    """`model(x)`, and not a function of a module."""
    plain = isinstance(call.func, ast.Name) or text_is_self(call.func)
    return plain and len(call.args) == 1 and called(call) not in ("print", "float", "int", "len")


def text_is_self(node: ast.expr) -> bool:
    """`self.model`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def monitored(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A callback watches a number by the name that it has."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        one = keyword(call, "monitor")
        if one is not None and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
            old = one.value.value
            new = {"val_acc": "val_accuracy", "acc": "accuracy"}.get(old)
            held = any(word in source for word in ("validation_data", "validation_split"))
            new = old.removeprefix("val_") if new is None and not held and old.startswith("val_") else new
            if new is not None:
                text = text_of(source, one.value).replace(old, new)
                yield replace(source, one.value, text), f"{called(call)} watches {new}"


def shuffled_whole(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`shuffle(10)` of a data set of thousands: a buffer for all of it."""
    for call in method_calls(tree, "shuffle"):
        made = method_calls(call, "from_tensor_slices")
        if not at(statement_of(tree, call), found.line) or not made or not made[0].args or not call.args:
            continue
        data = made[0].args[0]
        first = data.elts[0] if isinstance(data, ast.Tuple | ast.List) and data.elts else data
        if isinstance(first, ast.Name):
            yield replace(source, call.args[0], f"len({first.id})"), "the buffer holds all rows when they are shuffled"


def truth_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss of one's own is given (y_true, y_pred), in this order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and at(node, found.line) and len(node.args.args) == 2:
            first, second = node.args.args
            edits = [
                Edit(*span(source, first), text_of(source, second)),
                Edit(*span(source, second), text_of(source, first)),
            ]
            yield apply_edits(source, edits), f"{node.name} takes the truth first"


def sequences(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A recurrent layer before another one hands on every step."""
    layers = [one for one in calls(tree) if called(one) in ("LSTM", "GRU", "SimpleRNN")]
    for call in sorted(layers, key=lambda one: abs(one.lineno - (found.line or 0))):
        if keyword(call, "return_sequences") is None:
            yield with_keyword(source, call, "return_sequences", "True"), f"{called(call)} hands on every step"


def dropout_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Dropout stands before the last layer, and not after it."""
    for call in calls(tree, "Dropout"):
        statement = statement_of(tree, call)
        if called(call) == "Dropout" and isinstance(statement, ast.Expr):
            body = block_of(tree, statement)
            place = body.index(statement)
            if place and at(statement, found.line) and alone(source, statement) and alone(source, body[place - 1]):
                yield moved(source, statement, body[place - 1], under=False), "dropout comes before the last layer"
    for sequence in calls(tree, "Sequential"):
        items = sequence.args[0].elts if sequence.args and isinstance(sequence.args[0], ast.List) else []
        if len(items) > 1 and isinstance(items[-1], ast.Call) and called(items[-1]) == "Dropout":
            one, other = items[-2:]
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), "dropout comes before the last layer"


def divided_alike(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The test rows are scaled as the training rows were: by the same statement, with their own name."""
    said = re.match(r"(\w+) is divided .{0,80}, and (\w+) goes in", found.message)
    here = around(tree, found.line)[-1:]
    divided = [one for one in ast.walk(tree) if isinstance(one, ast.Assign | ast.AugAssign)
               and any(isinstance(part, ast.Div) for part in ast.walk(one))]  # fmt: skip
    train = said.group(1) if said is not None else ""
    for node in sorted(divided, key=lambda one: (one not in here, one.lineno)):
        name = text_of(source, node.target if isinstance(node, ast.AugAssign) else node.targets[0])
        if (name != train and (train or node not in here)) or "train" not in name.lower() or not alone(source, node):
            continue
        own_numbers = rf"\b{re.escape(name)}\.(max|min|mean|std)\(|np\.\w+\({re.escape(name)}\b"
        if re.search(own_numbers, text_of(source, node)):
            continue  # they are gone by the time that the test rows are scaled
        others = [said.group(2)] if said is not None else [name.replace("train", word) for word in ("test", "val")]
        for test in others:
            given = [one for one in ast.walk(tree) if isinstance(one, ast.Assign)
                     and any(test in names_in(part) for part in one.targets)]  # fmt: skip
            line = re.sub(rf"\b{re.escape(name)}\b", test, text_of(source, node))
            like = [one for one in given_to(tree, test) if text_of(source, one) in line]
            if like:
                yield replace(source, like[-1], line), f"{test} is scaled, too"
            elif given and (last := max([node, *given], key=lambda one: one.lineno)) and alone(source, last):
                yield apply_edits(source, [below(source, last, line)]), f"{test} is scaled, too"
        return


def own_validation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Training is stopped by a part of the training rows, and the test part is kept for the end."""
    for call in method_calls(tree, "fit"):
        one = keyword(call, "validation_data")
        if one is None or not isinstance(one.value, ast.Tuple) or len(one.value.elts) != 2 or len(call.args) < 2:
            continue
        x, y = call.args[:2]
        statement = statement_of(tree, call)
        if not (isinstance(x, ast.Name) and isinstance(y, ast.Name)) or not alone(source, statement):
            continue
        if not at(statement, found.line) or "train_test_split" not in source:
            continue
        line = f"{x.id}, X_val, {y.id}, y_val = train_test_split({x.id}, {y.id}, test_size=0.2, random_state=0)"
        edits = [above(source, statement, line), Edit(*span(source, one.value), "(X_val, y_val)")]
        if not {"X_val", "y_val"} & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}:
            yield apply_edits(source, edits), "training is stopped by rows held out of the training part"
