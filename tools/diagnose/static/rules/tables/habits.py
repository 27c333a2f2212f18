"""Slips of Python and pandas that change nothing, or more than is meant.

Sources: pandas, DataFrame.iterrows ("you should never modify something you are iterating over"), Boolean indexing;
to_datetime; Python, Function definitions: default parameter values.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.uses import home, stands_in
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule


@rule(
    "PANDAS013",
    "row-of-a-loop-changed",
    "error",
    "a row of iterrows is changed, and the table is not",
    remedy="df.loc[index, column] = value, or a condition over the whole column",
    source="pandas, DataFrame.iterrows: the row is a copy, and writing to it has no effect",
)
def row_changed(program: Program) -> Iterator[Found]:
    """`for i, row in df.iterrows(): row["a"] = 0`."""
    for loop in program.nodes:
        over = loop.iter if isinstance(loop, ast.For) else None
        called = isinstance(over, ast.Call) and getattr(over.func, "attr", "") == "iterrows"
        names = getattr(getattr(loop, "target", None), "elts", []) if called else []
        if len(names) != 2 or not isinstance(names[1], ast.Name) or not isinstance(loop, ast.For):
            continue
        row = names[1].id
        used = [node for node in program.reads.get(row, []) if stands_in(node, loop)]
        whole = [node for node in used if not isinstance(program.parents.get(node), ast.Subscript | ast.Attribute)]
        for node in ast.walk(loop):
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            written_to = isinstance(target, ast.Subscript | ast.Attribute) and written(target.value) == row
            if isinstance(node, ast.Assign | ast.AugAssign) and written_to and not whole:
                yield node, f"{row} is a copy: {written(over.func.value)} stays as it is"  # type: ignore[union-attr]
                break


@rule(
    "PANDAS014",
    "and-before-or",
    "warning",
    "a filter in which & binds before |",
    remedy="((a == 1) | (a == 2)) & (b > 0)",
    source="Python, Operator precedence; pandas, Boolean indexing",
)
def and_before_or(program: Program) -> Iterator[Found]:
    """`df[(df.kind == "a") | (df.kind == "b") & (df.n > 100)]`."""
    lines = program.text.split("\n")
    for node in program.each(ast.BinOp):
        if not isinstance(node.op, ast.BitOr):
            continue
        for both, other in ((node.right, node.left), (node.left, node.right)):
            if not isinstance(both, ast.BinOp) or not isinstance(both.op, ast.BitAnd) or _in_brackets(lines, both):
                continue
            nearest = both.left if both is node.right else both.right
            far = both.right if both is node.right else both.left
            subjects = [_asked_equal(one) for one in (other, nearest)]
            if subjects[0] and subjects[0] == subjects[1] and _subject(far) not in ("", subjects[0]):
                text = f"{written(far)} counts for {written(nearest)} alone, and not for {written(other)}"
                yield node, f"& binds before |: {text}"
                break


def _in_brackets(lines: list[str], node: ast.expr) -> bool:
    """Whether a term stands in brackets of its own."""
    before = lines[node.lineno - 1].encode()[: node.col_offset].decode(errors="replace").rstrip()
    for at in range(node.lineno - 2, max(node.lineno - 5, -1), -1):
        if before:
            break
        before = lines[at].rstrip()
    return before.endswith("(")


def _subject(node: ast.expr) -> str:
    return written(node.left, 100) if isinstance(node, ast.Compare) else ""


def _asked_equal(node: ast.expr) -> str:
    """The column of which it is asked whether it is one of several values."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        node = node.right
    equal = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq)
    plain = equal and isinstance(node.comparators[0], ast.Constant)  # type: ignore[attr-defined]
    return _subject(node) if plain and isinstance(node.left, ast.Subscript | ast.Attribute) else ""  # type: ignore[attr-defined]


@rule(
    "DATA010",
    "dates-of-any-form",
    "warning",
    "dates of any form are taken for month first",
    remedy='pd.to_datetime(dates, format="%d/%m/%Y"), or dayfirst=True',
    source="pandas, to_datetime: format='mixed' is risky, and should be used along with dayfirst",
)
def any_form(program: Program) -> Iterator[Found]:
    """`pd.to_datetime(df["date"], format="mixed")`."""
    for call in program.trace.of("to_datetime"):
        given = {one.arg: written(one.value) for one in call.node.keywords}
        if given.get("format") in ("'mixed'", '"mixed"') and not {"dayfirst", "utc", "yearfirst"} & set(given):
            yield call.node, f"{written(call.node)} takes 03/04/2024 for the 4th of March wherever it can"


_KEPT_ON_PURPOSE = re.compile(r"cache|memo|seen|registry|store|count", re.IGNORECASE)


@rule(
    "DATA011",
    "default-that-is-shared",
    "error",
    "a default value is changed, and stays changed for every later call",
    remedy="def run(extra=None): extra = dict(extra or {})",
    source="Python, Function definitions: default parameter values are evaluated once",
)
def shared_default(program: Program) -> Iterator[Found]:
    """`def run(extra={}): extra["depth"] = 4; return Model(**extra)`."""
    for function in program.each(ast.FunctionDef):
        spec = function.args
        names = [one.arg for one in (*spec.posonlyargs, *spec.args)]
        pairs = [*zip(reversed(names), reversed(spec.defaults), strict=False)]
        pairs += [(one.arg, value) for one, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value]
        for name, default in pairs:
            if _is_empty(default) and not _KEPT_ON_PURPOSE.search(name):
                yield from _changes(program, function, name, default)


def _is_empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return written(node) in ("dict()", "list()", "set()")
    return isinstance(node, ast.Dict | ast.List)


def _changes(program: Program, function: ast.FunctionDef, name: str, default: ast.expr) -> Iterator[Found]:
    inside = list(ast.walk(function))
    if any(isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store) for one in inside):
        return  # it is given something new first
    for node in program.reads.get(name, []):
        if home(program, node) is not function:
            continue
        up = program.parents.get(node)
        stored = isinstance(up, ast.Subscript) and up.value is node and isinstance(up.ctx, ast.Store)
        changed = isinstance(up, ast.Attribute) and up.attr in ("append", "extend", "update", "setdefault", "add")
        if stored or (changed and isinstance(program.parents.get(up), ast.Call)):  # type: ignore[arg-type]
            yield default, f"{name}={written(default)} is one object for all calls, and line {node.lineno} changes it"
            return
