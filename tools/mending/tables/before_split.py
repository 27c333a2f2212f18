"""Edits of tables before they are split: rows moved, stacked and made, gaps filled, groups described, all at once."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports, with_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    alone,
    around,
    at,
    below,
    block_of,
    given_to,
    method_calls,
    statement_of,
    without,
)
from mlpilot.tools.mending.tables.rows import splits
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of


def rows_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`shift(-n)`, which takes the rows after, becomes `shift(n)`."""
    for call in [one for one in method_calls(tree, "shift") if at(one, found.line)]:
        one = keyword(call, "periods")
        given = one.value if one is not None else call.args[0] if call.args else None
        if isinstance(given, ast.UnaryOp) and isinstance(given.op, ast.USub):
            yield replace(source, given, text_of(source, given.operand)), "the column is made of the rows before"


def side_by_side(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`pd.concat` of tables of the same rows puts them side by side, and not one below the other."""
    del found
    for call in calls(tree, "concat"):
        if keyword(call, "axis") is None and len(call.args) == 1:
            yield with_keyword(source, call, "axis", "1"), "the columns of the tables are put side by side"


def same_group_score(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`accuracy_score` of cluster numbers becomes a score that does not mind how groups are numbered."""
    for call in calls(tree, "accuracy_score"):
        if at(call, found.line) and isinstance(call.func, ast.Name) and len(call.args) == 2:
            edits = [Edit(*span(source, call.func), "adjusted_rand_score")]
            uses = sum(isinstance(node, ast.Name) and node.id == "accuracy_score" for node in ast.walk(tree))
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and uses == 1:
                    edits += [
                        Edit(*span(source, one), "adjusted_rand_score")
                        for one in node.names
                        if one.name == "accuracy_score" and one.asname is None
                    ]
            text = with_imports(apply_edits(source, edits), "adjusted_rand_score")
            yield text, "groups are compared as groups, whatever their numbers"


def column_by_column(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loop that fits a transformer on each column before a cross-validation: a step of the pipeline in the folds."""
    for loop in [node for node in around(tree, found.line) if isinstance(node, ast.For)][-1:]:
        table = loop.iter.value if isinstance(loop.iter, ast.Attribute) and loop.iter.attr == "columns" else loop.iter
        fits = method_calls(loop, "fit_transform")
        if not isinstance(table, ast.Name) or len(fits) != 1 or not alone(source, loop):
            continue
        made = fits[0].func.value  # type: ignore[attr-defined]
        if isinstance(made, ast.Name):
            given = given_to(loop, made.id)
            made = given[0].value if len(given) == 1 else made
        stores = [one for one in ast.walk(loop) if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store)]
        only = all(isinstance(one.value, ast.Name) and one.value.id == table.id for one in stores)
        later = [
            one
            for one in calls(tree)
            if called(one) in ("cross_val_score", "cross_validate", "cross_val_predict")
            and len(one.args) > 1
            and isinstance(one.args[1], ast.Name)
            and one.args[1].id == table.id
        ]
        if not isinstance(made, ast.Call) or len(stores) != 1 or not only or len(later) != 1:
            continue
        pipeline = f"make_pipeline({text_of(source, made)}, {text_of(source, later[0].args[0])})"
        edits = [without(source, loop), Edit(*span(source, later[0].args[0]), pipeline)]
        text = with_imports(apply_edits(source, edits), "make_pipeline")
        yield text, "what was fitted on all rows is a step of the pipeline that is cross-validated"


def chosen_on_validation(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is chosen by scores of the test part is chosen by those of a part of the rows for training."""
    for split, given, parts in splits(tree):
        block = block_of(tree, split)
        chosen = next((one for one in block if at(one, found.line) and one.lineno > split.lineno), None)
        if len(parts) != 4 or chosen is None or not alone(source, split) or _is_named(tree, "X_val", "y_val"):
            continue
        train, test, labels, truth = parts
        between = [one for one in block if split.lineno < one.lineno < chosen.lineno]
        wanted, steps = names_in(chosen), [chosen]
        for one in reversed(between):
            names = {
                name.id for name in ast.walk(one) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
            if isinstance(one, ast.Assign) and names & wanted and {test, truth} & names_in(one):
                wanted |= names_in(one)
                steps.append(one)
        table = {test: "X_val", truth: "y_val"}
        edits = [
            Edit(*span(source, name), table[name.id])
            for one in steps
            for name in ast.walk(one)
            if isinstance(name, ast.Name) and name.id in table
        ]
        again = [text_of(source, one) for one in reversed(steps[1:]) if _read_after(block, one, chosen)]
        line = text_of(source, split)
        line = line.replace(f"{train}, {test}, {labels}, {truth}", f"{train}, X_val, {labels}, y_val")
        for old, new in zip(given, (train, labels), strict=True):
            line = re.sub(rf"(?<=[(=, ]){re.escape(old)}(?=[,)])", new, line)
        if edits and "X_val" in line:
            edits += [below(source, split, line), *([below(source, chosen, *again)] if again else [])]
            yield apply_edits(source, edits), "what is chosen is chosen by rows held out of the training part"


def _read_after(block: list[ast.stmt], made: ast.stmt, chosen: ast.stmt) -> bool:
    """Whether what a statement makes is read after the choice."""
    names = {one.id for one in ast.walk(made) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return any(one.lineno > chosen.lineno and names & names_in(one) for one in block)


def _is_named(tree: ast.Module, *names: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(tree))


def _frame_split(tree: ast.Module) -> list[tuple[ast.Assign, str, str, str]]:
    """(statement, the table, its part for training, that for the test) of each split of one table, by one name."""
    plain = [(split, given, parts) for split, given, parts in splits(tree) if len(given) == 1]
    return [(split, given[0], parts[0], parts[1]) for split, given, parts in plain]


def filled_after_split(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Gaps of a column are filled with the mean of the rows for training, after the split."""
    del found
    for split, _, parts in splits(tree):
        block = block_of(tree, split)
        for node in [one for one in block if isinstance(one, ast.Assign) and one.lineno < split.lineno]:
            column = node.targets[0]
            call = node.value
            if not (isinstance(column, ast.Subscript) and isinstance(call, ast.Call) and called(call) == "fillna"):
                continue
            if not call.args or not isinstance(call.func, ast.Attribute) or not alone(source, node):
                continue
            frame, name = text_of(source, column.value), text_of(source, column.slice)
            made, how = _statistic(source, block, call.args[0], f"{frame}[{name}]")
            if not how or text_of(source, call.func.value) != f"{frame}[{name}]" or not alone(source, split):
                continue
            train, test = parts[0], parts[1]
            filled = [f"{one} = {one}.fillna({{{name}: fill}})" for one in (train, test)]
            edits = [without(source, node), below(source, split, f"fill = {train}[{name}].{how}()", *filled)]
            if made is not None:
                edits.append(without(source, made))
            if not _is_named(tree, "fill") or made is not None:
                yield apply_edits(source, edits), f"gaps of {name} are filled with the {how} of the rows for training"


def _statistic(source: str, block: list[ast.stmt], value: ast.expr, column: str) -> tuple[ast.Assign | None, str]:
    """(the statement that makes it by a name of its own, `mean` or `median`) of what gaps are filled with."""
    made = None
    if isinstance(value, ast.Name):
        found = [one for one in block if isinstance(one, ast.Assign) and text_of(source, one.targets[0]) == value.id]
        uses = sum(isinstance(node, ast.Name) and node.id == value.id for one in block for node in ast.walk(one))
        if len(found) != 1 or uses != 2 or not alone(source, found[0]):
            return None, ""
        made, value = found[0], found[0].value
    how = called(value) if isinstance(value, ast.Call) else ""
    return (made, how) if how in ("mean", "median") and text_of(source, value) == f"{column}.{how}()" else (None, "")


def means_of_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A column of means of the target by group is made after the split, of the rows for training."""
    for split, table, train, test in _frame_split(tree):
        for node in [one for one in block_of(tree, split) if isinstance(one, ast.Assign) and at(one, found.line)]:
            column, call = node.targets[0], node.value
            text = text_of(source, call)
            shape = re.fullmatch(
                rf"{re.escape(table)}\.groupby\((.+)\)\[(.+)\]\.transform\((['\"])(mean|median)\3\)", text
            )
            if (
                shape is None
                or not isinstance(column, ast.Subscript)
                or not (alone(source, node) and alone(source, split))
            ):
                continue
            if text_of(source, column.value) != table or node.lineno > split.lineno or _is_named(tree, "means"):
                continue
            key, target, how = shape.group(1), shape.group(2), shape.group(4)
            name = text_of(source, column.slice)
            if not re.fullmatch(r"(['\"])\w+\1", name) or not re.fullmatch(r"(['\"]).+\1", key):
                continue
            word = name[1:-1]
            lines = [
                f"means = {train}.groupby({key})[{target}].{how}()",
                f"{train} = {train}.assign({word}={train}[{key}].map(means))",
                f"{test} = {test}.assign({word}={test}[{key}].map(means).fillna({train}[{target}].{how}()))",
            ]
            edits = [without(source, node), below(source, split, *lines)]
            yield apply_edits(source, edits), f"{name} is made of the rows for training"


def copies_after_split(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`x, y = more(x, y)` before PyTorch's `random_split` is done after it, to the part for training."""
    del found
    for split in calls(tree, "random_split"):
        node = statement_of(tree, split)
        targets = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(targets, ast.Tuple) or not split.args or not alone(source, node):
            continue
        block, train = block_of(tree, node), text_of(source, targets.elts[0])
        before = [one for one in block if isinstance(one, ast.Assign) and one.lineno < node.lineno]
        data = text_of(source, split.args[0])
        made = next((one for one in before if text_of(source, one.targets[0]) == data), None)
        if made is None or not isinstance(made.value, ast.Call) or called(made.value) != "TensorDataset":
            continue
        names = [text_of(source, one) for one in made.value.args]
        for one in before:
            target, call = one.targets[0], one.value
            if not (isinstance(target, ast.Tuple) and isinstance(call, ast.Call) and alone(source, one)):
                continue
            same = (
                [text_of(source, name) for name in target.elts] == names == [text_of(source, arg) for arg in call.args]
            )
            if same and not call.keywords:
                kind = text_of(source, made.value.func)
                line = f"{train} = {kind}(*{text_of(source, call.func)}(*{train}[:]))"
                edits = [without(source, one), below(source, node, line)]
                yield apply_edits(source, edits), "rows are made after the split, from those for training"
