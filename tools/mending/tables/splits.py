"""Edits around a split: what is fitted, scaled or shuffled above it, and how its folds are drawn."""

import ast
import re

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
    statement_of,
    without,
)
from mlpilot.tools.mending.tables.rows import splits
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_SCALED = re.compile(
    r"\((?P<x>\w+) - (?P=x)\.mean\((?P<axis>axis=0|0|)\)\) ?/ ?\(?(?P=x)\.std\((?:axis=0|0|)\)"
    r"(?P<eps> ?\+ ?[\d.e-]+\))?"
)
"""`(X - X.mean(axis=0)) / X.std(axis=0)`, or with a little added to the deviation."""


def selected_after_split(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = SelectKBest().fit_transform(X, y)` before the split is done after it, by the rows for training."""
    for split, given, parts in splits(tree):
        for node in [one for one in block_of(tree, split) if isinstance(one, ast.Assign) and at(one, found.line)]:
            call, target = node.value, node.targets[0]
            if not (isinstance(call, ast.Call) and called(call) == "fit_transform" and len(call.args) == 2):
                continue
            x, y = (text_of(source, one) for one in call.args)
            made = text_of(source, target)
            between = [one for one in block_of(tree, split) if node.lineno < one.lineno < split.lineno]
            if made not in given or y not in given or any(made in names_in(one) for one in between):
                continue
            if not (alone(source, node) and alone(source, split)) or "selector" in names_in(tree):
                continue
            train, test = parts[2 * given.index(made) : 2 * given.index(made) + 2]
            labels = parts[2 * given.index(y)]
            owner = text_of(source, call.func.value)  # type: ignore[attr-defined]
            lines = [f"{train} = selector.fit_transform({train}, {labels})", f"{test} = selector.transform({test})"]
            taken = next(one for one in split.value.args if getattr(one, "id", "") == made)  # type: ignore[attr-defined]
            edits = [below(source, split, f"selector = {owner}", *lines), Edit(*span(source, taken), x)]
            if x.isidentifier():
                yield (
                    apply_edits(source, [*edits, without(source, node)]),
                    "columns are selected by the rows for training",
                )


def scaled_after_split(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X = (X - X.mean(0)) / X.std(0)` before the split is done after it, by what the rows for training say."""
    for split, given, parts in splits(tree):
        for node in [one for one in block_of(tree, split) if isinstance(one, ast.Assign) and at(one, found.line)]:
            shape = _SCALED.fullmatch(text_of(source, node.value))
            made = text_of(source, node.targets[0])
            between = [one for one in block_of(tree, split) if node.lineno < one.lineno < split.lineno]
            if shape is None or made not in given or any(made in names_in(one) for one in between):
                continue
            if not (alone(source, node) and alone(source, split)) or {"center", "scale"} & names_in(tree):
                continue
            train, test = parts[2 * given.index(made) : 2 * given.index(made) + 2]
            how = shape.group("axis")
            more = (shape.group("eps") or "").rstrip(")")
            lines = [f"center, scale = {train}.mean({how}), {train}.std({how}){more}"]
            lines += [f"{one} = ({one} - center) / scale" for one in (train, test)]
            taken = next(one for one in split.value.args if getattr(one, "id", "") == made)  # type: ignore[attr-defined]
            edits = [without(source, node), below(source, split, *lines), Edit(*span(source, taken), shape.group("x"))]
            yield apply_edits(source, edits), "columns are scaled by what the rows for training say"


def scaled_in_the_folds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`X -= X.mean(0); X /= X.std(0)` before a loop over folds is done in the loop, by the rows for training."""
    block = block_of(tree, next(iter(around(tree, found.line)), tree.body[0]))
    changes = [one for one in block if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)]
    pair = [one for one in changes if re.fullmatch(r"\w+\.(mean|std)\((axis=0|0)\)", text_of(source, one.value))]
    if len(pair) != 2 or not all(alone(source, one) for one in pair):
        return
    name, how = text_of(source, pair[0].target), text_of(source, pair[0].value).partition("(")[2].rstrip(")")
    alias = [one for one in block if isinstance(one, ast.Assign) and text_of(source, one.targets[0]) == name]
    own = alias[-1].value if alias and isinstance(alias[-1].value, ast.Name) else None
    data, raw = (own.id, name) if own is not None else (name, "raw")
    for loop in [one for one in block if isinstance(one, ast.For) and one.lineno > pair[1].lineno]:
        target = loop.target
        if not (isinstance(target, ast.Tuple) and len(target.elts) == 2 and method_calls(loop.iter, "split")):
            continue
        train = text_of(source, target.elts[0])
        if data not in names_in(loop) or (own is None and raw in names_in(tree)):
            continue
        line = f"{data} = ({raw} - {raw}[{train}].mean({how})) / {raw}[{train}].std({how})"
        first = without(source, pair[0]) if own is not None else Edit(*span(source, pair[0]), f"{raw} = {name}")
        text = apply_edits(source, [first, without(source, pair[1]), above(source, loop.body[0], line)])
        yield text, "columns are scaled in each fold, by what its rows for training say"


def shuffled_folds(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Folds of rows that are sorted by class are drawn from shuffled rows."""
    del found
    for call in calls(tree, "KFold"):
        if keyword(call, "shuffle") is None:
            text = with_keyword(source, call, "shuffle", "True")
            again = next(one for one in calls(ast.parse(text), "KFold") if one.lineno == call.lineno)
            yield with_keyword(text, again, "random_state", "0"), "the folds are drawn from shuffled rows"


def one_seed(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Features and labels that are split by different calls are split by the same draw."""
    del found
    text, count = source, len(calls(tree, "train_test_split"))
    for place in range(count):
        call = calls(ast.parse(text), "train_test_split")[place]
        if keyword(call, "random_state") is None:
            text = with_keyword(text, call, "random_state", "0")
    if count == 2 and text != source:
        yield text, "features and labels are split by the same draw"


def shuffled_by_one_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`shuffle(X)` and `shuffle(y)` become one order of both."""
    here = [one for one in method_calls(tree, "shuffle") if len(one.args) == 1 and isinstance(one.args[0], ast.Name)]
    last = [one for one in here if at(statement_of(tree, one), found.line)]
    first = [one for one in here if last and one.lineno < last[0].lineno]
    if not first or not last:
        return
    one, other = first[-1], last[0]
    x, y = text_of(source, one.args[0]), text_of(source, other.args[0])
    owner = text_of(source, one.func.value)  # type: ignore[attr-defined]
    lines = f"order = {owner}.permutation(len({x}))", f"{x}, {y} = {x}[order], {y}[order]"
    both = [statement_of(tree, call) for call in (one, other)]
    if all(alone(source, statement) for statement in both) and "order" not in names_in(tree):
        edits = [without(source, both[0]), without(source, both[1]), below(source, both[1], *lines)]
        yield apply_edits(source, edits), f"{x} and {y} are shuffled alike"


def values_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Gaps of a series in time are filled with the value before, and not with the one after."""
    for call in [one for one in method_calls(tree, "bfill") if at(one, found.line)]:
        end = span(source, call.func)[1]
        yield apply_edits(source, [Edit(end - 5, end, "ffill")]), "gaps are filled with the value before"


def other_class(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`predict_proba(X)[:, 0]` becomes that of the class which the labels call 1."""
    del found
    for call in method_calls(tree, "predict_proba"):
        for node in [one for one in ast.walk(statement_of(tree, call)) if isinstance(one, ast.Subscript)]:
            if node.value is call and text_of(source, node.slice).replace(" ", "") == ":,0":
                yield replace(source, node.slice, ":, 1"), "the probabilities are those of the class 1"


def fitted_on_its_part(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A transformer that an object fits when it is made, on all rows: on those that its split gives for training."""
    holders = [one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and at(one, found.line)]
    for holder in holders:
        parts = [one for one in calls(holder, "train_test_split") if one.lineno > (found.line or 0)]
        fits = [one for one in method_calls(holder, "fit") if at(one, found.line) and len(one.args) == 1]
        if len(parts) != 1 or len(fits) != 1:
            continue
        statement, given = statement_of(tree, fits[0]), fits[0].args[0]
        table = given.value if isinstance(given, ast.Subscript) else given
        written = [one for one in parts[0].keywords if one.arg in ("test_size", "train_size", "random_state")]
        known = _stored_above(source, holder, found.line)
        asked = {text_of(source, one) for word in written for one in ast.walk(word) if isinstance(one, ast.Attribute)}
        if len(written) != len(parts[0].keywords) or not asked <= known or not alone(source, statement):
            continue
        words = ", ".join(text_of(source, one) for one in written)
        line = f"train, _ = train_test_split({text_of(source, table)}, {words})"
        if isinstance(table, ast.Attribute) and "random_state" in words and "train" not in names_in(holder):
            edits = [above(source, statement, line), Edit(*span(source, table), "train")]
            yield apply_edits(source, edits), f"{text_of(source, fits[0].func)[:-4]} is fitted on the rows for training"


def _stored_above(source: str, node: ast.AST, line: int | None) -> set[str]:
    """`self.seed` and the like that are given a value above a line."""
    stored = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)]
    return {text_of(source, one) for one in stored if one.lineno < (line or 0)}


def kept_answers(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`scaler.transform(X)` as a statement by itself: its answer is kept, for each part."""
    edits = []
    for node in block_of(tree, around(tree, found.line)[-1]):
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and called(call) in ("transform", "fit_transform"):
            names = [one.id for one in call.args[:1] if isinstance(one, ast.Name)]
            start = span(source, node)[0]
            edits += [Edit(start, start, f"{name} = ") for name in names]
    if edits:
        yield apply_edits(source, edits), "what is transformed is kept"


def parts_in_order(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The parts of a split are called as they come: training and test of each input in turn."""
    for split, _, parts in splits(tree):
        targets = split.targets[0]
        if len(parts) == 4 and isinstance(targets, ast.Tuple) and at(split, found.line):
            one, other = targets.elts[1:3]
            edits = [Edit(*span(source, one), text_of(source, other)), Edit(*span(source, other), text_of(source, one))]
            yield apply_edits(source, edits), "the parts of the split are called as they come"
