"""Rows that are left out by limits of all rows before a split: the split comes first, and the limits are of its part
for training, of which alone rows are left out."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.forms import Edits, alone, block_of, given_to, indent, statement_of, without
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_STATISTICS = frozenset(
    (
        "quantile", "percentile", "nanpercentile", "mean", "std", "median", "zscore", "describe", "fit_predict", "mad",
        "score_samples", "max", "min", "iqr", "fit",
    )
)  # fmt: skip
_TRAIN, _TEST = "train_rows", "test_rows"
_SAID = "rows are left out of the part for training alone, by limits of its own"


def left_out_of_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df = df[df.y < df.y.quantile(0.99)]`, `X`, `y` of it, and the split: what leaves rows out comes after it."""
    del found
    for call in calls(tree, "train_test_split"):
        split = statement_of(tree, call)
        names = _parts(split, call)
        if not names or not alone(source, split) or any(one.arg is None for one in call.keywords):
            continue
        block = block_of(tree, split)
        given = [one.id if isinstance(one, ast.Name) else "" for one in call.args]
        table = dict(zip(given, names[::2], strict=True))
        steps = _steps(tree, block, split, set(given) - {""})
        if steps and all(alone(source, one) for one in steps):
            lines = [_renamed(source, one, table) for one in steps]
            yield _moved(source, steps, split, text_of(source, split) + _joined(source, split, lines)), _SAID
        yield from _of_one_table(source, tree, block, split, call, names)


def _of_one_table(
    source: str, tree: ast.Module, block: list[ast.stmt], split: ast.stmt, call: ast.Call, names: list[str]
) -> Edits:
    """Features and labels are taken of a table that rows were left out of: that table is split."""
    if len(call.args) != 2 or names_in(tree) & {_TRAIN, _TEST}:
        return
    made = [_made_as(tree, block, one, split) for one in call.args]
    for root in sorted(names_in(made[0]) & names_in(made[1])):
        steps = _steps(tree, block, split, {root})
        if not steps or not all(alone(source, one) for one in steps):
            continue
        labels = text_of(source, call.args[1])
        words = []
        for one in call.keywords:
            value = made[1] if text_of(source, one.value) == labels else one.value
            words.append(f"{one.arg}={text_of(source, value)}")
        parts = [[_renamed(source, one, {root: part}) for one in made] for part in (_TRAIN, _TEST)]
        lines = [
            f"{_TRAIN}, {_TEST} = {text_of(source, call.func)}({', '.join([root, *words])})",
            *(_renamed(source, one, {root: _TRAIN}) for one in steps),
            f"{names[0]}, {names[2]} = {', '.join(parts[0])}",
            f"{names[1]}, {names[3]} = {', '.join(parts[1])}",
        ]
        yield _moved(source, steps, split, _joined(source, split, lines).lstrip()), _SAID


def _parts(split: ast.stmt, call: ast.Call) -> list[str]:
    target = split.targets[0] if isinstance(split, ast.Assign) and split.value is call else None
    names = [one.id for one in target.elts if isinstance(one, ast.Name)] if isinstance(target, ast.Tuple) else []
    return names if len(names) == 2 * len(call.args) and names else []


def _made_as(tree: ast.Module, block: list[ast.stmt], given: ast.expr, split: ast.stmt) -> ast.expr:
    """The expression that features or labels are made by."""
    if isinstance(given, ast.Name):
        before = [one for one in given_to(tree, given.id) if one in block and one.lineno < split.lineno]
        paired = _of_pair(block, given.id, split)
        return before[-1].value if before else paired if paired is not None else given
    return given


def _of_pair(block: list[ast.stmt], name: str, split: ast.stmt) -> ast.expr | None:
    """`X, y = df[a], df[b]`."""
    for one in block:
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple) and one.lineno < split.lineno:
            targets = one.targets[0].elts if isinstance(one.targets[0], ast.Tuple) else []
            for target, value in zip(targets, one.value.elts, strict=False):
                if getattr(target, "id", "") == name:
                    return value
    return None


def _steps(tree: ast.Module, block: list[ast.stmt], split: ast.stmt, tables: set[str]) -> list[ast.stmt]:
    """Statements that leave rows of these tables out by what all rows say, and those that say it, in their order."""
    before = [one for one in block if one.lineno < split.lineno and isinstance(one, ast.Assign | ast.For)]
    wanted, steps = set[str](), list[ast.stmt]()
    for one in reversed(before):
        stored = {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        reads = {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        leaves = bool(stored & tables) and bool(reads & tables) and _leaves_out(tree, one)
        if leaves or (stored & wanted and not stored & tables and reads & (tables | wanted)):
            steps.insert(0, one)
            wanted |= reads - tables - stored
    kept = [one for one in steps if _describes(tree, one)]
    return steps if kept and any(_stores(one, tables) for one in steps) else []


def _stores(one: ast.stmt, tables: set[str]) -> bool:
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in tables for node in ast.walk(one)
    )


def _leaves_out(tree: ast.Module, one: ast.stmt) -> bool:
    """`df = df[condition]`, `df = df.drop(rows)`, `df = without_outliers(df)`, alone or in a loop."""
    for node in [node for node in ast.walk(one) if isinstance(node, ast.Assign)]:
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for value in values:
            while (
                isinstance(value, ast.Call)
                and called(value) in ("reset_index", "copy")
                and isinstance(value.func, ast.Attribute)
            ):
                value = value.func.value
            by_condition = isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Constant | ast.List)
            if by_condition or called(value) == "query" or _own(tree, value):
                return True
            if called(value) == "drop" and not any(one.arg in ("columns", "axis") for one in value.keywords):  # type: ignore[attr-defined]
                return True
    return False


def _own(tree: ast.Module, value: ast.expr) -> list[ast.FunctionDef]:
    """The script's own function that is called, where it leaves rows out."""
    name = called(value) if isinstance(value, ast.Call) else ""
    found = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name]
    return [
        one for one in found if any(isinstance(node, ast.Compare) for node in ast.walk(one)) and _describes(tree, one)
    ]


def _describes(tree: ast.Module, one: ast.AST) -> bool:
    if any(called(call) in _STATISTICS for call in calls(one)):
        return True
    if isinstance(one, ast.FunctionDef):
        return False
    return any(_own(tree, call) for call in calls(one))


def _renamed(source: str, node: ast.AST, names: dict[str, str]) -> str:
    """The text of a node with other names in it."""
    text, start = text_of(source, node), span(source, node)[0]
    edits = [
        Edit(span(source, one)[0] - start, span(source, one)[1] - start, names[one.id])
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and one.id in names
    ]
    return apply_edits(text, edits)


def _joined(source: str, split: ast.stmt, lines: list[str]) -> str:
    return "".join(f"\n{indent(source, split)}{line}" for line in lines)


def _moved(source: str, steps: list[ast.stmt], split: ast.stmt, text: str) -> str:
    return apply_edits(source, [*(without(source, one) for one in steps), Edit(*span(source, split), text)])
