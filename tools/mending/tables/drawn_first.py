"""Fits and statistics above a split are taken of the rows for training alone, which the same split chooses beforehand.

A split with a seed chooses the same places whenever it is given as many rows (and the same classes, with `stratify`).
So what a script learns from its whole table, wherever that is (in a loop over columns, in a function that prepares the
data, in steps that build on each other), can be learnt from the rows that will be for training, and be done to all
rows as before. Whether they were those rows is what a probed run must show: where rows are left out or moved on the way
to the split, they are not, and the edit is refused.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_imports, within
from mlpilot.tools.mending.forms import Edits, alone, around, at, given_to, indent, statement_of
from mlpilot.tools.mending.tables.known_rows import learnt, rows_read
from mlpilot.tools.text import Edit, apply_edits, span, text_of

SPLIT = "train_test_split"
_KEPT = ("test_size", "train_size", "random_state", "shuffle")
_ROWS = "train_rows"
_PLAIN = (ast.Constant, ast.Name, ast.Subscript, ast.Attribute, ast.Compare, ast.BinOp, ast.UnaryOp, ast.cmpop)


@dataclass(frozen=True)
class _Place:
    """Where rows are drawn, and in what scope."""

    scope: ast.Module | ast.FunctionDef
    first: ast.stmt
    """The statement above which they are drawn."""
    steps: list[ast.stmt]
    """Statements that learn from all rows."""


def learnt_from_training(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`df[c] = df[c].fillna(df[c].mean())` above the split: the mean of the rows for training, and so on.

    Tried are all statements above the split that learn from rows, then the one that was found alone.
    """
    split = first_split(tree)
    if split is None:
        return
    seen = set()
    for place in _places(source, tree, split, found):
        text = _drawn(source, tree, split, place)
        if text is not None and text not in seen:
            seen.add(text)
            yield text, "what is learnt above the split is learnt from the rows for training, which the same draw gives"


def first_split(tree: ast.Module) -> ast.Call | None:
    """The one `train_test_split` that does not split a part of another one."""
    found = calls(tree, SPLIT)
    parts: set[str] = set()
    whole = []
    for call in found:
        if not any(isinstance(one, ast.Name) and one.id in parts for one in call.args):
            whole.append(call)
        statement = statement_of(tree, call)
        if isinstance(statement, ast.Assign):
            parts |= {one.id for one in ast.walk(statement.targets[0]) if isinstance(one, ast.Name)}
    return whole[0] if len(whole) == 1 and not any(one.arg is None for one in whole[0].keywords) else None


def _places(source: str, tree: ast.Module, split: ast.Call, found: Diagnosis) -> Iterator[_Place]:
    """Scopes in which something is learnt before the split, the one with the finding first."""
    scopes: list[ast.Module | ast.FunctionDef] = []
    for line in (found.line, split.lineno):
        holders = [one for one in around(tree, line) if isinstance(one, ast.FunctionDef)]
        near: list[ast.Module | ast.FunctionDef] = [*holders[-1:], tree]
        scopes += [one for one in near if one not in scopes]
    scopes += [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef) and one not in scopes and not within(one, split)
    ]
    for scope in scopes:
        end = split.lineno if within(scope, split) else 1 + max(one.end_lineno or 0 for one in scope.body)
        steps = [one for one in _flat(scope.body) if (one.end_lineno or 0) < end and learnt(source, tree, one)]
        steps = [one for one in steps if not isinstance(one, ast.FunctionDef | ast.ClassDef)]
        steps = [one for one in steps if _is_used(source, scope, one, end)]
        for some in (steps, [one for one in steps if at(one, found.line)]):
            if some:
                yield _Place(scope, some[0], some)


def _is_used(source: str, scope: ast.Module | ast.FunctionDef, step: ast.stmt, end: int) -> bool:
    """Whether what a step makes is more than shown: what it calls by a new name is read by another statement."""
    if not isinstance(step, ast.Assign) or not all(isinstance(one, ast.Name) for one in step.targets):
        return True
    made = {text_of(source, one) for one in step.targets}
    later = [one for one in _flat(scope.body) if step.lineno < one.lineno <= end and not isinstance(one, ast.Expr)]
    return any(made & names_in(one) for one in later)


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a block, loops and conditions as one, `with` and `if __name__` by their own."""
    for one in body:
        if isinstance(one, ast.With | ast.If):
            yield from _flat(one.body)
        else:
            yield one


def _drawn(source: str, tree: ast.Module, split: ast.Call, place: _Place) -> str | None:
    """The text with the rows drawn above each step that changes what is drawn from."""
    edits: list[Edit] = []
    fresh: dict[str, str] = {}
    since = place.first
    for step in place.steps:
        if not alone(source, step):
            return None
        roots = sorted(rows_read(source, tree, step))
        if not roots or len(roots) > 2:
            continue
        names = {root: _name(tree, at) for at, root in enumerate(roots)}
        changes = learnt(source, tree, step, names)
        line = _line(source, tree, split, step, place, roots, names)
        if line is None or not changes:
            continue
        if fresh != names or _changed(source, place, since, step, roots):
            since = step
            start = source.rfind("\n", 0, span(source, step)[0]) + 1
            edits.append(Edit(start, start, f"{indent(source, step)}{line}\n"))
        fresh = names
        edits += changes
    if not edits:
        return None
    if _is_unseeded(split):
        end = span(source, split)[1] - 1
        edits.append(Edit(end, end, ", random_state=0"))
    return _imported(apply_edits(source, edits), tree, split, place)


def _is_unseeded(split: ast.Call) -> bool:
    """Whether the split chooses other rows in each run, so that no draw before it can be the same."""
    return keyword(split, "random_state") is None and keyword(split, "shuffle") is None


def _changed(source: str, place: _Place, since: ast.stmt, step: ast.stmt, roots: list[str]) -> bool:
    """Whether what a step reads may have changed since rows were drawn: a column that it does not name has not.

    `since` is the step above which they were drawn.
    """
    named = {one.value for one in ast.walk(step) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    for one in [one for one in _flat(place.scope.body) if since.lineno <= one.lineno < step.lineno]:
        for node in ast.walk(one):
            if isinstance(node, ast.Name) and node.id in roots and isinstance(node.ctx, ast.Store):
                return True
            if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
                column = node.slice if isinstance(node, ast.Subscript) else None
                plain = isinstance(column, ast.Constant) and column.value not in named and len(named) > 0
                if text_of(source, node.value) in roots and not plain:
                    return True
        if any(keyword(call, "inplace") for call in calls(one)):
            return True
    return False


def _name(tree: ast.Module, place: int) -> str:
    """What the drawn rows are called: as nothing else in the script is."""
    name, taken = (_ROWS, "train_labels")[place], names_in(tree)
    while name in taken:
        name += "_"
    return name


def _line(
    source: str,
    tree: ast.Module,
    split: ast.Call,
    step: ast.stmt,
    place: _Place,
    roots: list[str],
    names: dict[str, str],
) -> str | None:
    """`train_rows, _ = train_test_split(df, test_size=0.2, random_state=0, stratify=df["y"])`."""
    written = []
    for one in split.keywords:
        if one.arg == "stratify" or one.arg in _KEPT:
            value = _as_known(source, tree, one.value, step, place, roots[0])
        else:
            return None
        if value is None:
            return None
        written.append(f"{one.arg}={value}")
    if _is_unseeded(split):
        written.append("random_state=0")
    targets = ", ".join(f"{names[root]}, _" for root in roots)
    return f"{targets} = {text_of(source, split.func)}({', '.join([*roots, *written])})"


def _as_known(source: str, tree: ast.Module, value: ast.expr, step: ast.stmt, place: _Place, root: str) -> str | None:
    """An expression as it can be written above a step: names that are made later by what they are made of."""
    text = text_of(source, value)
    for _ in range(3):
        node = ast.parse(text, mode="eval").body
        later = None
        for name in sorted(names_in(node)):
            made = _given(tree, place.scope, name)
            column = _column_later(tree, place.scope, name)
            if made == "known" and column is not None:
                return _in_place(text, node, name, f"{root}[{column}]")
            if made is None:
                return None
            if isinstance(made, str):
                continue
            statement, own = made
            if (statement.end_lineno or 0) < step.lineno:
                continue
            later = name, own
            break
        if later is None:
            return text
        name, own = later
        plain = _without_pop(source, own)
        text = _in_place(text, node, name, plain)
    return None


def _in_place(text: str, node: ast.AST, name: str, new: str) -> str:
    uses = [one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id == name]
    return apply_edits(text, [Edit(*span(text, one), new) for one in uses])


def _column_later(tree: ast.Module, scope: ast.Module | ast.FunctionDef, name: str) -> str | None:
    """The column that a function's caller calls `name` only after it has called the function, as it is written."""
    if not isinstance(scope, ast.FunctionDef) or given_to(scope, name) or name in {one.arg for one in scope.args.args}:
        return None
    asked = [one.lineno for one in calls(tree, scope.name)]
    for made in [one for one in given_to(tree, name) if one in tree.body and asked and one.lineno > min(asked)]:
        column = made.value.slice if isinstance(made.value, ast.Subscript) else None
        if isinstance(column, ast.Constant) and isinstance(column.value, str):
            return repr(column.value)
    return None


def _without_pop(source: str, value: ast.expr) -> str:
    """What a name is given, as an expression without effects: `df.pop("y")` is `df["y"]`."""
    if isinstance(value, ast.Call) and called(value) == "pop" and isinstance(value.func, ast.Attribute) and value.args:
        return f"{text_of(source, value.func.value)}[{text_of(source, value.args[0])}]"
    return f"({text_of(source, value)})" if isinstance(value, ast.Compare | ast.BinOp) else text_of(source, value)


def _given(
    tree: ast.Module, scope: ast.Module | ast.FunctionDef, name: str
) -> "str | tuple[ast.stmt, ast.expr] | None":
    """How a name is made in a scope: (statement, value); `known` for parameters, imports and what the module makes."""
    if isinstance(scope, ast.FunctionDef):
        every = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
        if name in {one.arg for one in every}:
            return "known"
    made = given_to(scope, name)
    if made:
        return made[0], made[0].value
    if isinstance(scope, ast.FunctionDef):
        here = [one for one in given_to(tree, name) if one in tree.body]
        if here and not isinstance(here[0].value, ast.Call):
            return "known"
        return _returned(tree, scope, name)
    paired = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign)
        and isinstance(one.targets[0], ast.Tuple)
        and name in {getattr(target, "id", "") for target in one.targets[0].elts}
    ]
    if paired and isinstance(paired[0].value, ast.Tuple):
        place = [getattr(one, "id", "") for one in paired[0].targets[0].elts].index(name)  # type: ignore[attr-defined]
        return paired[0], paired[0].value.elts[place]
    if paired:
        return paired[0], ast.Name(name)
    return "known"


def _returned(tree: ast.Module, scope: ast.FunctionDef, name: str) -> "tuple[ast.stmt, ast.expr] | None":
    """What `X, y = prepare(df)` calls `name` is an expression of the function `prepare`."""
    ends = [one for one in ast.walk(scope) if isinstance(one, ast.Return) and isinstance(one.value, ast.Tuple)]
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and called(node.value) == scope.name):
            continue
        if not isinstance(node.targets[0], ast.Tuple) or len(ends) != 1:
            continue
        names = [getattr(one, "id", "") for one in node.targets[0].elts]
        answers = ends[0].value.elts  # type: ignore[union-attr]
        if name in names and len(names) == len(answers):
            return ends[0], answers[names.index(name)]
    return None


def _imported(text: str, tree: ast.Module, split: ast.Call, place: _Place) -> str:
    """`train_test_split` is imported above the first draw."""
    root = split.func
    while isinstance(root, ast.Attribute):
        root = root.value
    name = getattr(root, "id", "")
    lines = [
        node.lineno
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and name in {(one.asname or one.name).split(".")[0] for one in node.names}
    ]
    if name == SPLIT and lines and min(lines) > place.first.lineno and place.scope is tree:
        rows = text.split("\n")
        at = next((number for number, row in enumerate(rows) if row.startswith((" ", "import", "from"))), 0)
        return "\n".join([*rows[:at], f"from sklearn.model_selection import {SPLIT}", *rows[at:]])
    return with_imports(text) if lines else text
