"""Rows that are made before a split of features and labels: the table that they are made of is split first."""

import ast
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, given_to, statement_of
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_MAKING = ("resample", "concat", "sample", "query", "append")
_TRAIN, _TEST = "train_rows", "test_rows"


@dataclass(frozen=True)
class _Made:
    """How a table was made: by these statements, in the order of the text, of the rows of another one."""

    table: str
    root: str
    steps: list[ast.Assign]


def table_split_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`more = pd.concat([common, rare.sample(..., replace=True)])`, `X`, `y` of it, and then the split: `df` is split,
    rows are made of its part for training, and the test rows are those of `df`."""
    del found
    for call in calls(tree, "train_test_split"):
        split = statement_of(tree, call)
        names = _four_names(split)
        plain = len(call.args) == 2 and all(one.arg is not None for one in call.keywords)
        if not names or not plain or not alone(source, split) or names_in(tree) & {_TRAIN, _TEST}:
            continue
        block = block_of(tree, split)
        X, y = (_made_as(tree, block, one, split) for one in call.args)
        made = _made(block, split, names_in(X) & names_in(y))
        if made is None or not all(alone(source, one) for one in made.steps):
            continue
        keywords = [
            f"{one.arg}={_of(source, y if _is_labels(source, one, call) else one.value, made.table, made.root)}"
            for one in call.keywords
        ]
        line = f"{_TRAIN}, {_TEST} = {text_of(source, call.func)}({', '.join([made.root, *keywords])})"
        given = [text_of(source, one) for one in call.args]
        held = [_of(source, one, made.table, _TEST) for one in (X, y)]
        parts = f"{names[0]}, {names[2]} = {given[0]}, {given[1]}\n{names[1]}, {names[3]} = {held[0]}, {held[1]}"
        start, end = span(source, split)
        blanks = source[source.rfind("\n", 0, start) + 1 : start]
        edits = [
            above(source, made.steps[0], line),
            *(
                Edit(*span(source, node), _TRAIN)
                for step in made.steps
                for node in ast.walk(step.value)
                if isinstance(node, ast.Name) and node.id == made.root
            ),
            Edit(start, end, parts.replace("\n", f"\n{blanks}")),
        ]
        yield apply_edits(source, edits), "the split comes first, and rows are made of those for training"


def _four_names(split: ast.stmt) -> list[str]:
    """What the parts of features and labels are called; nothing for any other form."""
    target = split.targets[0] if isinstance(split, ast.Assign) else None
    names = [one.id for one in target.elts if isinstance(one, ast.Name)] if isinstance(target, ast.Tuple) else []
    return names if len(names) == 4 and isinstance(target, ast.Tuple) and len(target.elts) == 4 else []


def _made_as(tree: ast.Module, block: list[ast.stmt], given: ast.expr, split: ast.stmt) -> ast.expr:
    """The expression that features or labels are made by."""
    if isinstance(given, ast.Name):
        before = [one for one in given_to(tree, given.id) if one in block and one.lineno < split.lineno]
        return before[-1].value if before else given
    return given


def _made(block: list[ast.stmt], split: ast.stmt, tables: set[str]) -> _Made | None:
    """How one of these tables was made of one other."""
    for table in sorted(tables):
        wanted, steps = {table}, list[ast.Assign]()
        for one in reversed([one for one in block if one.lineno < split.lineno]):
            target = one.targets[0] if isinstance(one, ast.Assign) else None
            if (
                isinstance(one, ast.Assign)
                and isinstance(target, ast.Name)
                and target.id in wanted
                and _makes(one.value)
            ):
                steps.insert(0, one)
                wanted |= names_in(one.value)
        if not steps:
            continue
        first = {one.targets[0].id: one.lineno for one in reversed(steps) if isinstance(one.targets[0], ast.Name)}
        roots = {
            name
            for one in block
            if isinstance(one, ast.Assign) and one not in steps and one.lineno < steps[0].lineno
            for name in {getattr(target, "id", "") for target in one.targets} & wanted
            if first.get(name, split.lineno) > one.lineno
        }
        if len(roots) == 1:
            return _Made(table, roots.pop(), steps)
    return None


def _makes(value: ast.expr) -> bool:
    """Whether rows are drawn, repeated, put together or chosen by a condition; not what reads a file."""
    chosen = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Compare)
    return chosen or any(called(one) in _MAKING for one in calls(value))


def _is_labels(source: str, keyword: ast.keyword, call: ast.Call) -> bool:
    return keyword.arg == "stratify" and text_of(source, keyword.value) == text_of(source, call.args[1])


def _of(source: str, value: ast.expr, table: str, other: str) -> str:
    """An expression with another table in the place of the one that was made."""
    text, start = text_of(source, value), span(source, value)[0]
    edits = [
        Edit(span(source, node)[0] - start, span(source, node)[1] - start, other)
        for node in ast.walk(value)
        if isinstance(node, ast.Name) and node.id == table
    ]
    return apply_edits(text, edits)
