"""Series of several shops or persons under each other, and rows before or after that are taken for the other.

Sources: pandas, DataFrame.shift, pct_change and "Group by"; Kapoor and Narayanan 2023, temporal leakage.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import words
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_TIME = re.compile(
    r"(^|_)(date|datetime|time|timestamp|day|week|month|year|quarter|period|hour|dt|ts|visit|step)s?(_|$)"
    r"|(Date|Time|Day|Week|Month|Year)$|date$|time$",
    re.IGNORECASE,
)
_NEXT_ROWS = frozenset(("shift", "diff", "pct_change", "rolling"))
_EDGES = frozenset(("cumcount", "duplicated", "nth", "head", "unique"))
"""What tells the first row of each, whose value is then left out; or the program goes through them one by one."""
_LATER = frozenset(("next", "tomorrow", "future", "following", "ahead", "tomorrows"))


@rule(
    "PANDAS018",
    "across-two-series",
    "warning",
    "the row before is that of another shop or person",
    remedy="df.groupby('shop')['sales'].shift(1) (diff, pct_change): within each alone",
    source="pandas, Group by: shift, diff and pct_change of each group",
)
def across_series(program: Program) -> Iterator[Found]:
    """`df = df.sort_values(["shop", "month"])`, and `df["growth"] = df["sales"].pct_change()`."""
    for name, keys, line in _sorted_panels(program):
        if program.names & _EDGES or _told_apart(program, keys[:-1]):
            return
        for node in program.each(ast.Call):
            column = _column_of(node, name) if called(node) in _NEXT_ROWS and node.lineno > line else ""
            if column and column not in keys:
                text = f"{written(node)} goes from the last row of one {keys[0]} to the first of the next"
                yield node, f"{text}: rows are in order of {' and '.join(keys)} (line {line})"
                break


def _sorted_panels(program: Program) -> Iterator[tuple[str, list[str], int]]:
    """(name of a table, keys, line) of each that is put in order of whose a row is, and then of time."""
    looped = {one.id for loop in program.each(ast.For) for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
    held = {node.value: node for node in program.each(ast.Assign)}
    for call in program.trace.of("sort_values"):
        keys = words(call.get("by", 0))
        plain = len(keys) > 1 and bool(_TIME.search(keys[-1])) and not any(_TIME.search(one) for one in keys[:-1])
        if not plain:
            continue
        top: ast.AST = call.node
        while isinstance(up := program.parents.get(top), ast.Attribute | ast.Call):
            top = up
        assigned = held.get(top)  # type: ignore[call-overload]
        target = assigned.targets[0] if assigned is not None else None
        if "inplace" in call.kwargs and isinstance(call.node.func, ast.Attribute):
            target = call.node.func.value
        if isinstance(target, ast.Name) and target.id not in looped:
            yield target.id, keys, call.node.lineno


def _told_apart(program: Program, keys: list[str]) -> bool:
    """Whether the program looks where one series ends, or takes one of them alone."""
    quoted = "|".join(re.escape(one) for one in keys)
    found = re.search(rf"(\[['\"]({quoted})['\"]\]|\.({quoted}))\s*(\.shift|\.ne\(|\.eq\(|[!=]=)", program.text)
    return found is not None


def _column_of(node: ast.Call, name: str) -> str:
    """The column of a table that a method is called on."""
    held = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(held, ast.Subscript) and isinstance(held.value, ast.Name) and held.value.id == name:
        return held.slice.value if isinstance(held.slice, ast.Constant) and isinstance(held.slice.value, str) else ""
    plain = isinstance(held, ast.Attribute) and isinstance(held.value, ast.Name) and held.value.id == name
    return held.attr if plain and isinstance(held, ast.Attribute) else ""


@rule(
    "PANDAS019",
    "past-in-place-of-the-future",
    "error",
    "what is called the next value is that of the row before",
    remedy="shift(-1): the value of the row after",
    source="pandas, DataFrame.shift: positive periods move values down, so that a row gets that of the row before",
)
def past_for_future(program: Program) -> Iterator[Found]:
    """`df["next_sales"] = df["sales"].shift(1)`."""
    reversed_rows = "[::-1]" in program.text or re.search(r"ascending\s*=\s*(False|\[False|0\b)", program.text)
    for node in program.each(ast.Assign) if not reversed_rows else ():
        target = node.targets[0]
        at = target.slice if isinstance(target, ast.Subscript) else None
        if not isinstance(at, ast.Constant) or not isinstance(at.value, str):
            continue
        named = set(tokens(at.value))
        if not named & _LATER or named & {"pred", "predicted", "forecast", "prediction", "prev", "last"}:
            continue
        calls = [one for one in ast.walk(node.value) if isinstance(one, ast.Call) and called(one) == "shift"]
        if len(calls) == 1 and _moves_down(calls[0]) and not isinstance(node.value, ast.BinOp | ast.Compare):
            yield node, f"{at.value!r} is made with {written(calls[0])}, which takes the row before, not the one after"


def _moves_down(node: ast.Call) -> bool:
    by = node.args[0] if node.args else next((one.value for one in node.keywords if one.arg == "periods"), None)
    return by is None or (isinstance(by, ast.Constant) and isinstance(by.value, int) and by.value > 0)
