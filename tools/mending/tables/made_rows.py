"""Rows that are made before a split: the table that they are made of is split first."""

import ast
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, given_to, statement_of, without
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_MAKING = ("resample", "concat", "sample", "query", "append")
_TRAIN, _TEST = "train_rows", "test_rows"
_SAID = "the split comes first, and rows are made of those for training"


@dataclass(frozen=True)
class _Made:
    """How a table was made: by these statements, in the order of the text, of the rows of another one."""

    table: str
    root: str
    steps: list[ast.Assign]
    after: list[ast.Assign]
    """What is then done to the table, row by row for all that can be read: to the test rows, too."""


def table_split_first(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`more = pd.concat([common, rare.sample(..., replace=True)])`, perhaps `X`, `y` of it, and then the split: `df` is
    split, rows are made of its part for training, and the test rows are those of `df`."""
    del found
    makers = frozenset(
        one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and any(map(_makes_rows, calls(one)))
    )
    for call in calls(tree, "train_test_split"):
        split = statement_of(tree, call)
        names = _names(split, call)
        if not names or any(one.arg is None for one in call.keywords) or not alone(source, split):
            continue
        block, whole = block_of(tree, split), len(call.args) == 1
        given = [_made_as(tree, block, one, split) for one in ([] if whole else call.args)]
        tables = names_in(call.args[0]) if whole else names_in(given[0]) & names_in(given[1])
        made = _made(block, split, tables, makers)
        if made is None or not all(alone(source, one) for one in made.steps):
            continue
        if whole:
            yield _of_a_table(source, split, call, made, names), _SAID
        elif not names_in(tree) & {_TRAIN, _TEST}:
            yield _of_features(source, split, call, made, names, given), _SAID


def _of_a_table(source: str, split: ast.stmt, call: ast.Call, made: _Made, names: list[str]) -> str:
    """`train, test = train_test_split(df)` above the rows that are made, which are called `train` then."""
    words = [f"{one.arg}={_of(source, one.value, made.table, made.root)}" for one in call.keywords]
    line = f"{', '.join(names)} = {text_of(source, call.func)}({', '.join([made.root, *words])})"
    edits = [
        Edit(*span(source, node), names[0])
        for one in made.steps
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and node.id in (made.root, made.table)
    ]
    return apply_edits(source, [above(source, made.steps[0], line), *edits, without(source, split)])


def _of_features(
    source: str, split: ast.stmt, call: ast.Call, made: _Made, names: list[str], both: list[ast.expr]
) -> str:
    """The table is split, and features and labels are those of its parts."""
    X, y = both
    keywords = [
        f"{one.arg}={_of(source, y if _is_labels(source, one, call) else one.value, made.table, made.root)}"
        for one in call.keywords
    ]
    line = f"{_TRAIN}, {_TEST} = {text_of(source, call.func)}({', '.join([made.root, *keywords])})"
    given = [text_of(source, one) for one in call.args]
    held = [_of(source, one, made.table, _TEST) for one in (X, y)]
    done = "".join(f"{_TEST} = {_of(source, one.value, made.table, _TEST)}\n" for one in made.after)
    parts = done + f"{names[0]}, {names[2]} = {given[0]}, {given[1]}\n{names[1]}, {names[3]} = {held[0]}, {held[1]}"
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
    return apply_edits(source, edits)


def _names(split: ast.stmt, call: ast.Call) -> list[str]:
    """What the parts of a table, or of features and labels, are called; nothing for any other form."""
    target = split.targets[0] if isinstance(split, ast.Assign) else None
    names = [one.id for one in target.elts if isinstance(one, ast.Name)] if isinstance(target, ast.Tuple) else []
    plain = len(call.args) == 2 or (len(call.args) == 1 and isinstance(call.args[0], ast.Name))
    whole = isinstance(target, ast.Tuple) and len(target.elts) == len(names)
    return names if plain and whole and len(names) == 2 * len(call.args) else []


def _made_as(tree: ast.Module, block: list[ast.stmt], given: ast.expr, split: ast.stmt) -> ast.expr:
    """The expression that features or labels are made by."""
    if isinstance(given, ast.Name):
        before = [one for one in given_to(tree, given.id) if one in block and one.lineno < split.lineno]
        return before[-1].value if before else given
    return given


def _made(block: list[ast.stmt], split: ast.stmt, tables: set[str], makers: frozenset[str]) -> _Made | None:
    """How one of these tables was made of one other."""
    for table in sorted(tables):
        wanted, steps, after = {table}, list[ast.Assign](), list[ast.Assign]()
        for one in reversed([one for one in block if one.lineno < split.lineno]):
            target = one.targets[0] if isinstance(one, ast.Assign) else None
            if (
                isinstance(one, ast.Assign)
                and isinstance(target, ast.Name)
                and target.id in wanted
                and _makes(one.value, makers)
            ):
                steps.insert(0, one)
                wanted |= names_in(one.value)
            elif not steps and isinstance(one, ast.Assign) and _of_itself(one, table):
                after.insert(0, one)
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
            return _Made(table, roots.pop(), steps, after)
    return None


def _of_itself(one: ast.Assign, table: str) -> bool:
    """`df = prepare(df)`."""
    return (
        getattr(one.targets[0], "id", "") == table and isinstance(one.value, ast.Call) and table in names_in(one.value)
    )


def _makes_rows(call: ast.Call) -> bool:
    """Whether rows are drawn again, or others are made."""
    again = called(call) == "sample" and any(one.arg == "replace" for one in call.keywords)
    return again or called(call) in ("resample", "fit_resample")


def _makes(value: ast.expr, makers: frozenset[str]) -> bool:
    """Whether rows are drawn, repeated, put together or chosen by a condition, perhaps by a function of the script; not
    what reads a file."""
    chosen = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Compare)
    return chosen or any(called(one) in (*_MAKING, *makers) for one in calls(value))


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
