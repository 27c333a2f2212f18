"""Several rows of one person, machine or shop, split as if each row stood alone.

Sources: scikit-learn, Cross-validation iterators for grouped data; Kapoor and Narayanan 2023 (non-independence between
train and test).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.published import texts
from mlpilot.tools.diagnose.static.facts.uses import above
from mlpilot.tools.diagnose.static.libraries import estimators, frames
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, is_none, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Value, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_WHO = re.compile(
    r"^(patient|subject|participant|person|customer|client|user|member|student|employee|driver|player|speaker|writer"
    r"|animal|household|device|machine|sensor|engine|unit|vehicle|session|subj|cust)s?(_?(id|nr|no|number|nbr|name))?$",
    re.IGNORECASE,
)
"""Columns that say of whom a row is."""
_AGAIN = re.compile(
    r"^(visit|encounter|admission|session|trial|recording|measurement|reading|scan|transaction|order|purchase|event|test"
    r"|exam|cycle|stay|call|trip)s?(_?(id|nr|no|number|date|time|day))?$",
    re.IGNORECASE,
)
"""Columns that say which of the rows of one it is."""
_OVER_ROWS = frozenset(
    ("transform", "shift", "cumcount", "rolling", "diff", "cumsum", "rank", "ffill", "pct_change", "ewm")
)
_ONE_EACH = frozenset(("agg", "aggregate", "first", "last", "mean", "sum", "max", "min", "head", "tail", "nth"))


@rule(
    "SPLIT018",
    "one-person-on-both-sides",
    "warning",
    "several rows of one are split as if each stood alone",
    remedy="GroupShuffleSplit, GroupKFold or StratifiedGroupKFold with groups=",
    source="scikit-learn, Cross-validation iterators for grouped data; Kapoor and Narayanan 2023, non-independence",
)
def one_on_both_sides(program: Program) -> Iterator[Found]:
    """`df.groupby("patient_id")["bmi"].transform("mean")`, and then `train_test_split(df[features], df["sick"])`."""
    if any("Group" in name or "groups" in name for name in program.names | _keywords(program)):
        return
    idle = [name for name in _group_splitters(program) if name not in program.names]
    for call in program.trace.of("train_test_split", *estimators.CROSS) if idle else ():
        yield call.node, f"{idle[0]} is imported and never used: rows of one group are on both sides of this split"
        return
    if program.names & {"unique", "drop_duplicates"} or "index_col" in _keywords(program):
        return
    for column, why in _several(program):
        for call in program.trace.of("train_test_split", "split", *estimators.CROSS):
            data = [one for value in call.args for one in frames.gathered(value)]
            if call.name == "split" and not _blind(call.receiver):
                continue
            if any(one.rows for one in data) and _at_random(call) and not any("temporal" in one.flags for one in data):
                yield call.node, f"{why}, and rows of one {column} are on both sides of this split"
                return


def _group_splitters(program: Program) -> list[str]:
    """Splitters that keep groups together, as they are imported."""
    imports = program.each(ast.ImportFrom)
    names = [one.asname or one.name for node in imports for one in node.names if "Group" in one.name]
    return [name for name in names if name in ("GroupKFold", "GroupShuffleSplit", "StratifiedGroupKFold")]


def _keywords(program: Program) -> set[str]:
    return {node.arg for node in program.each(ast.keyword) if node.arg}


def _at_random(call: Call) -> bool:
    folds = call.get("cv")
    plain = is_none(folds) or isinstance(constant(folds), int)
    return (plain or _blind(folds)) and constant(call.get("shuffle")) is not False


def _blind(folds: Value | None) -> bool:
    """Whether folds are cut without regard to groups."""
    blind = ("KFold", "StratifiedKFold", "ShuffleSplit", "StratifiedShuffleSplit", "RepeatedStratifiedKFold")
    return isinstance(folds, Instance) and folds.name in blind


def _several(program: Program) -> Iterator[tuple[str, str]]:
    """(column, what shows it) of each column that says of whom a row is, where there are several rows of one."""
    said = texts(program)
    again = sorted(one for one in said if _AGAIN.search(one))
    compared = {inner for node in program.each(ast.Compare) for inner in ast.walk(node)}
    reduced = _reduced(program)
    for call in program.trace.of("set"):
        data = as_data(call.args[0]) if call.args else None
        column = (data.columns or ("",))[0] if data is not None and len(data.columns or ()) == 1 else ""
        if _WHO.search(column) and column not in reduced and _beside_rows(program, call.node):
            yield column, f"{column} is counted beside the rows (line {call.node.lineno})"
    for call in program.trace.of("groupby", "nunique", "value_counts", "duplicated"):
        if call.name == "groupby":
            keys = re.findall(r"'([^']+)'", call.text(0, "by"))
            column = keys[0] if len(keys) == 1 and _WHO.search(keys[0]) else ""
            counts = any(one in written(_whole(program, call.node), 300) for one in ("size()", "cumcount()"))
            if column and column not in reduced and (_over_rows(program, call.node) or counts):
                yield column, f"there are several rows of one {column} (line {call.node.lineno})"
        else:
            data = as_data(call.receiver)
            column = (data.columns or ("",))[0] if isinstance(data, Data) and len(data.columns or ()) == 1 else ""
            if not _WHO.search(column) or call.node in compared or column in reduced:
                continue
            if again or (call.name == "nunique" and _beside_rows(program, call.node)):
                beside = again[0] if again else "the rows"
                yield column, f"{column} is counted beside {beside} (line {call.node.lineno})"


_MANY = re.compile(
    r"\b(visit|window|walk|recording|session|trial|measurement|scan|segment|epoch|beat|reading|gesture|utterance|clip"
    r"|admission|encounter|sample|image|slice|patch)s\b",
    re.IGNORECASE,
)


def _beside_rows(program: Program, node: ast.AST) -> bool:
    """Whether persons are counted where their recordings are: `print(df.subject.nunique(), len(walks), "walks")`."""
    statement = next((one for one in above(program, node) if isinstance(one, ast.stmt)), None)
    text = written(statement, 600) if statement is not None else ""
    return ("len(" in text or ".shape" in text) and bool(_MANY.search(text))


def _whole(program: Program, node: ast.Call) -> ast.AST:
    """The chain of calls that a `groupby` begins."""
    found: ast.AST = node
    parents = program.parents
    while isinstance(parents.get(found), ast.Attribute | ast.Call | ast.Subscript) and _heads(parents[found], found):
        found = parents[found]
    return found


def _heads(parent: ast.AST, child: ast.AST) -> bool:
    return getattr(parent, "value", None) is child or getattr(parent, "func", None) is child


def _over_rows(program: Program, node: ast.Call) -> bool:
    chain = _whole(program, node)
    return any(isinstance(one, ast.Attribute) and one.attr in _OVER_ROWS for one in ast.walk(chain))


def _reduced(program: Program) -> set[str]:
    """Columns by which rows are put together, so that there is one row of each."""
    found: set[str] = set()
    for node in program.each(ast.Assign):
        if isinstance(node.targets[0], ast.Name):
            calls = [one for one in ast.walk(node.value) if isinstance(one, ast.Call)]
            called = {one.func.attr for one in calls if isinstance(one.func, ast.Attribute)}
            if "groupby" in called and called & _ONE_EACH:
                found |= {one.value for one in ast.walk(node.value) if _is_text(one)}  # type: ignore[attr-defined]
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
