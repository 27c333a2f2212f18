"""Features and targets of one table: which columns a model is given, and what is known of its target."""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import estimators
from mlpilot.tools.diagnose.static.libraries.columns import AND_MORE, NO_TEXT
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Value, number
from mlpilot.tools.diagnose.static.rules.rule import Program

NUMBERED = listed(
    "Outcome Survived SalePrice Exited DEATH_EVENT is_canceled isFraud Potability quality"
    " cnt fare_amount trip_duration medv MEDV charges median_house_value SeriousDlqin2yrs"
)
"""Targets of tables that everybody knows, which are numbers: Pima diabetes, Titanic, Ames, red wines, ..."""


def same_table_targets(program: Program) -> Iterator[tuple[Call, Data, Data]]:
    """(call, X, y) of each fit or split where features and target come from one table."""
    names = ("fit", "train_test_split", "cross_val_score", "cross_validate", "cross_val_predict")
    for call in program.trace.of(*names, "Dataset", "DMatrix", "Pool"):
        if call.name in ("Dataset", "DMatrix", "Pool") and call.library not in ("lightgbm", "xgboost", "catboost"):
            continue
        start = 1 if call.name.startswith("cross") else 0
        X = as_data(call.get("X", start) or call.get("data"))
        y = as_data(call.get("y", start + 1) or call.get("label"))
        if X is not None and y is not None and X.frame and X.frame == y.frame and len(y.columns or ()) == 1:
            yield call, X, y


def holds(data: Data, column: str, *, numbers: bool = False) -> bool:
    """Whether a table certainly has a column; for `numbers`, one that is known to hold numbers."""
    if AND_MORE in data.without and data.columns is None:  # what else it holds is not known
        return f"+{column}" in data.without and not {column, "?"} & data.without
    if "?" in data.without or "*" in (data.columns or ()) or (NO_TEXT in data.without and not numbers):
        return False
    if column.startswith("[") and any(not one.startswith("[") for one in (*data.without, *(data.columns or ()))):
        return False  # a column by its place may be any of those by their names
    return column not in data.without if data.columns is None else column in data.columns


def is_number(program: Program, column: str) -> bool:
    """Whether a target's column holds numbers for certain, rather than texts."""
    if column in NUMBERED:
        return True
    for call, _, y in same_table_targets(program):
        model = call.get("estimator", 0) if call.name in estimators.CROSS else call.receiver
        if (y.columns or ("",))[0] == column and estimators.task_of(model) == "regression":
            return True
    for target, _, value, _ in program.trace.stored:
        named = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
        if named and target.slice.value == column and _numbers(value):  # type: ignore[attr-defined]
            return True
    for _, values in program.trace.compared:
        data = as_data(values[0])
        if data is not None and data.kind == "data" and data.columns == (column,) and number(values[1]) is not None:
            return True
    counted = program.trace.of("mean", "sum", "std", "median", "corrwith")
    return any((data := as_data(call.receiver)) is not None and data.columns == (column,) for call in counted)


def _numbers(value: Value) -> bool:
    data = as_data(value)
    return data is not None and (data.form == "int" or "cast" in data.flags)
