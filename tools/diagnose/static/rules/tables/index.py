"""Columns that are put beside rows by an index that no longer is theirs; days that are counted, and split at random.

Sources: pandas, Intro to data structures: alignment; Kapoor and Narayanan 2023, temporal leakage.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.features import holds, same_table_targets
from mlpilot.tools.diagnose.static.facts.judged import fits
from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, constant, covers
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule

_ARRAY = re.compile(r"\.values\b|to_numpy|tolist|to_list|np\.|\.index\b|\.loc\b|reset_index|\.map\(|\.isin\(")
_MADE_OF_ARRAY = re.compile(r"predict|transform|\.values\b|to_numpy|np\.|ravel|labels_")
_COUNTED = re.compile(
    r"\.min\(\)\)?\)\.dt\.(days|total_seconds)|toordinal|\.min\(\)\) / (pd\.Timedelta|np\.timedelta64)"
)


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
    assigned = [node for node in program.nodes if isinstance(node, ast.Assign)]
    nodes: dict[ast.AST, ast.Assign] = {target: node for node in assigned for target in node.targets}
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
        for node in program.nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
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
