"""Columns that are put beside rows by an index that no longer is theirs; days that are counted, and split at random.

Sources: pandas, Intro to data structures: alignment; Kapoor and Narayanan 2023, temporal leakage.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import fits
from mlpilot.tools.diagnose.static.libraries import estimators, frames
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, constant, covers
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_ARRAY = re.compile(r"\.values\b|to_numpy|tolist|to_list|np\.|\.index\b|\.loc\b|reset_index|\.map\(|\.isin\(")
_MADE_OF_ARRAY = re.compile(r"predict|transform|\.values\b|to_numpy|np\.|ravel|labels_")
_COUNTED = re.compile(
    r"\.min\(\)\)?\)\.dt\.(days|total_seconds)|toordinal|\.min\(\)\) / (pd\.Timedelta|np\.timedelta64)"
)


@rule(
    "PANDAS007",
    "index-lost-on-the-way",
    "error",
    "columns are set beside rows of another index",
    remedy="pd.DataFrame(values, index=X_train.index), or reset_index(drop=True) on both",
    source="pandas, concat and alignment: rows are joined by their index",
)
def index_lost(program: Program) -> Iterator[Found]:
    """`pd.concat([X_train, pd.DataFrame(scaled)], axis=1)` after a random split."""
    found = list(_numbered_beside(program))
    told = {node for node, _ in found}
    yield from found
    if "reset_index" in program.names:
        return
    bare = {
        node.targets[0].id
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Name) and _bare_frame(node.value)
    }
    indexed = {
        written(node.value)
        for target, *_ in program.trace.stored
        if isinstance(node := target, ast.Attribute) and node.attr == "index"
    }
    for call in program.trace.of("concat"):
        if constant(call.get("axis", 1)) not in (1, "columns") or not call.node.args:
            continue
        items = getattr(call.node.args[0], "elts", [])
        made = [one for one in items if _bare_frame(one) or (isinstance(one, ast.Name) and one.id in bare - indexed)]
        others = [as_data(value) for value in getattr(call.args[0], "items", [])]
        random = any(data is not None and any(_random(row) for row in data.rows) for data in others)
        if made and len(made) < len(items) and random and call.node not in told:
            yield (
                call.node,
                f"{written(made[0])} is numbered anew, and the rows beside it kept theirs: they do not match",
            )


def _random(row: tuple[tuple[str, object, object], ...]) -> bool:
    return any(step[0] == "split" and step[2] in ("train", "test") for step in row[1:])


def _bare_frame(node: ast.expr) -> bool:
    """`pd.DataFrame(array, columns=...)` without an index."""
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "DataFrame"
    if not named or not node.args or isinstance(node.args[0], ast.Dict):  # type: ignore[attr-defined]
        return False
    return not any(one.arg == "index" for one in node.keywords) and isinstance(node.args[0], ast.Name | ast.Call)  # type: ignore[attr-defined]


_JOINING = ("concat", "join", "merge", "DataFrame", "assign")


def _numbered_beside(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """Where a table that was numbered anew is joined to rows that kept their numbers, which have gaps by then."""
    if program.names & {"set_output", "set_config"}:
        return
    for call in program.trace.of(*_JOINING):
        if call.name == "concat" and constant(call.get("axis", 1)) not in (1, "columns"):
            continue
        if call.name == "join" and call.get("on", 1) is not None:
            continue
        if call.name == "merge" and not all(constant(call.get(one)) is True for one in ("left_index", "right_index")):
            continue
        if call.name == "DataFrame" and call.get("index", 1) is not None:
            continue
        sides = [call.receiver, *call.args, *call.kwargs.values()]
        tables = [one for side in sides if side is not None for one in frames.gathered(side)]
        if any(map(_is_gapped, tables)) and any(map(_is_anew, tables)):
            yield call.node, _numbers_differ(written(call.node))


def _is_gapped(data: Data) -> bool:
    certain = data.frame and data.kind == "data" and "mixed" not in data.flags
    return bool(certain) and "gapped" in data.flags and not {"array", "numbered"} & data.flags


def _is_anew(data: Data) -> bool:
    return "numbered" in data.flags and "mixed" not in data.flags and not {"gapped", "array"} & data.flags


def _numbers_differ(text: str) -> str:
    return f"{text}: one side is numbered anew from 0, the other kept the numbers of its rows, which have gaps"


@rule(
    "PANDAS011",
    "column-of-another-index",
    "error",
    "a column is set beside rows by an index that is not theirs",
    remedy="take the column before reset_index(drop=True); or pd.Series(values, index=X_train.index)",
    source="pandas, Intro to data structures: alignment by the index, not by the place",
)
def another_index(program: Program) -> Iterator[Found]:
    """`old = df[df.age > 60].reset_index(drop=True)`, and then `old["y"] = df["y"]`."""
    assigned = program.each(ast.Assign)
    nodes: dict[ast.AST, ast.Assign] = {target: node for node in assigned for target in node.targets}
    if not program.names & {"set_output", "set_config"}:
        for operation, left, right, _ in program.trace.operations:
            sides = [one for one in (left, right) if isinstance(one, Data)]
            if len(sides) == 2 and any(map(_is_gapped, sides)) and any(map(_is_anew, sides)):
                yield operation, _numbers_differ(written(operation))
    for target, base, value, _ in program.trace.stored:
        node = nodes.get(target)
        if node is None or not isinstance(target, ast.Subscript) or not isinstance(base, Data):
            continue
        text, given = written(node.value, 300), as_data(value)
        if "renumbered" in base.flags and given is not None and given.kind == "data" and not _ARRAY.search(text):
            other = given.frame and given.frame == base.frame and "renumbered" not in given.flags
            if other and given.rows != base.rows and covers(given.rows, base.rows) and "mixed" not in base.flags:
                yield (
                    node,
                    f"{written(target.value)} is numbered anew, and {text[:40]} is joined to it by the old numbers",
                )
        elif given is not None and (
            (_is_gapped(base) and _is_anew(given)) or (_is_anew(base) and _is_gapped(given) and base.kind == "data")
        ):
            yield node, _numbers_differ(f"{written(target)} = {text[:40]}")
        elif _bare_series(node.value) and base.frame and "renumbered" not in base.flags and _by_chance(base):
            yield node, f"{text[:40]} is numbered from 0, and the rows of {written(target.value)} kept their numbers"


def _bare_series(node: ast.expr) -> bool:
    """`pd.Series(model.predict(X))` without an index."""
    if not isinstance(node, ast.Call) or written(node.func) not in ("pd.Series", "Series", "pandas.Series"):
        return False
    plain = len(node.args) == 1 and not any(one.arg in ("index", None) for one in node.keywords)
    return plain and bool(_MADE_OF_ARRAY.search(written(node.args[0], 200)))


def _by_chance(data: Data) -> bool:
    if len(data.rows) != 1 or "mixed" in data.flags:
        return False
    (row,) = data.rows
    kinds = {step[0] for step in row[1:]}
    return bool(kinds & {"split", "sample"}) and not any("named" in str(step[1]) for step in row)


@rule(
    "SPLIT019",
    "days-counted-and-shuffled",
    "warning",
    "a feature counts the days, and the rows are split at random",
    remedy="everything before a date for training, or TimeSeriesSplit",
    source="Kapoor and Narayanan 2023, temporal leakage; scikit-learn, Cross-validation of time series data",
)
def days_counted(program: Program) -> Iterator[Found]:
    """`df["t"] = (df["date"] - df["date"].min()).dt.days`, a feature, and then `train_test_split`."""
    counted = {
        node.targets[0].slice.value
        for node in program.each(ast.Assign)
        if isinstance(node.targets[0], ast.Subscript)
        and isinstance(node.targets[0].slice, ast.Constant)
        and _COUNTED.search(written(node.value, 300))
    }
    models = [model for _, model, _, _ in fits(program)]
    if not counted or not any(estimators.task_of(one) == "regression" for one in models):
        return
    for call, X, _ in same_table_targets(program):
        found = sorted(str(one) for one in counted if holds(X, str(one)))
        if call.name == "train_test_split" and found and constant(call.get("shuffle")) is not False:
            yield call.node, f"{found[0]!r} counts the days: each test row lies between rows that are trained on"
            return
