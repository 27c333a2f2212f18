"""Folds that are cut out of rows in the order of what is predicted.

Sources: scikit-learn, Cross-validation: A note on shuffling; cross_val_score (cv).
"""

import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import estimators, indexes
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, is_none
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Value, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule


@rule(
    "SPLIT022",
    "folds-of-sorted-targets",
    "warning",
    "folds of rows that are sorted by what is predicted",
    remedy="cv=KFold(5, shuffle=True, random_state=0)",
    source="scikit-learn, Cross-validation: if rows are not arbitrarily ordered, shuffling is essential",
)
def sorted_by_target(program: Program) -> Iterator[Found]:
    """`df = df.sort_values("price")`, and `cross_val_score(model, X, df["price"], cv=5)`."""
    for call in program.trace.of(*estimators.CROSS, "split", "fit"):
        X, y, folds, model = _crossed(call)
        column = (y.columns or ("",))[0] if y is not None and len(y.columns or ()) == 1 else ""
        if X is None or not column or {"shuffled", "mixed"} & X.flags:
            continue
        if _in_order(folds, model) and (line := _sorted_at(X, column)):
            text = f"rows are in order of {column!r} since line {line}, and are not shuffled"
            yield call.node, f"{text}: each fold holds values that the others lack"
            return


def _crossed(call: Call) -> tuple[Data | None, Data | None, Value | None, Value | None]:
    """(features, target, folds, model) of a cross-validation."""
    if call.name in estimators.CROSS:
        return as_data(call.get("X", 1)), as_data(call.get("y", 2)), call.get("cv"), call.get("estimator", 0)
    receiver = call.receiver
    if call.name == "split" and isinstance(receiver, Instance) and receiver.name == "KFold":
        return as_data(call.get("X", 0)), as_data(call.get("y", 1)), receiver, None
    if call.name == "fit" and isinstance(receiver, Instance) and receiver.name in estimators.SEARCHES:
        return as_data(call.get("X", 0)), as_data(call.get("y", 1)), receiver.argument("cv"), receiver
    return None, None, None, None


def _in_order(folds: Value | None, model: Value | None) -> bool:
    """Whether folds are cut out one after the other: KFold without shuffling, the default for regressions."""
    if isinstance(folds, Instance):
        return folds.name == "KFold" and constant(folds.argument("shuffle", 1)) is not True
    by_default = is_none(folds) or isinstance(constant(folds), int)
    return by_default and estimators.task_of(estimators.innermost(model)) == "regression"


def _sorted_at(data: Data, column: str) -> int:
    """The line at which rows were put in order of a column, if nothing moved them since."""
    moves = indexes.moves(data)
    last = max(moves.items(), key=lambda one: one[1], default=("", 0))
    by = re.match(r"sort_values (by=)?\[?'([^']+)'", last[0])
    return last[1] if by is not None and by.group(2) == column else 0
