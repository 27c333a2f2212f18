"""The target: which rows have one, whether it is a class or a quantity, and its values as the Judge holds them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.phrases import counted, shown
from mlpilot.agent.data.profile import number_form
from mlpilot.agent.data.values import MISSING_LABEL, Raw, Strings, numbers, present, raw, select
from mlpilot.agent.task import TaskType
from mlpilot.sandbox.errors import UserError

Label = str | int | float | bool
MANY_CLASSES = 20
ROWS_PER_CLASS = 10


def read_target(series: pd.Series) -> tuple[NDArray[np.bool_], Raw]:
    """(n,) which rows have a target, and the values of those rows: numbers, booleans, dates or strings."""
    there = series.notna().to_numpy(copy=True)
    series = series[there]
    values = raw(series)
    if isinstance(values, Strings):
        form = number_form(values)
        values = numbers(values, form) if form else raw(series, MISSING_LABEL)
    has_value = present(values)
    there[there] = has_value
    return there, select(values, has_value)


def infer_type(values: Raw) -> TaskType:
    """Words, booleans and few whole numbers that do not look like counts are classes; the rest are quantities."""
    if isinstance(values, Strings) or values.dtype.kind == "b":
        return "classification"
    if values.dtype.kind == "f" and not np.all(values == np.floor(values)):
        return "regression"
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= 2:
        return "classification" if np.isfinite(distinct).all() else "regression"
    if len(distinct) > MANY_CLASSES or len(values) < ROWS_PER_CLASS * len(distinct):
        return "regression"
    return "regression" if _look_like_counts(distinct, counts) else "classification"


def regression_values(values: Raw, name: str) -> NDArray[np.float64]:
    """(n,) the target as floats. Raises `UserError`: words, dates, infinite values."""
    if isinstance(values, Strings):
        raise UserError(f"the target {name} holds words such as {shown(values.values[0])!r}; regression needs numbers")
    _refuse_dates(values, name)
    floats = values.astype(np.float64)
    infinite = int(np.isinf(floats).sum())
    if infinite:
        raise UserError(f"the target {name} is infinite in {counted(infinite, 'row')}; mend or remove them first")
    return floats


def class_codes(values: Raw, name: str) -> tuple[NDArray[np.int64], list[Label]]:
    """(n,) codes, and the labels in `numpy.unique` order; whole numbers are labels without a point."""
    if isinstance(values, Strings):
        used = np.unique(values.codes)
        labels = sorted(values.values[used])
        place = {label: code for code, label in enumerate(labels)}
        lookup = np.array([place.get(label, -1) for label in values.values], dtype=np.int64)
        return lookup[values.codes], labels
    _refuse_dates(values, name)
    distinct, codes = np.unique(values, return_inverse=True)
    if not np.isfinite(distinct).all():
        raise UserError(f"the target {name} holds infinite values; mend or remove those rows first")
    if distinct.dtype.kind == "f" and np.all(distinct == np.floor(distinct)) and np.all(np.abs(distinct) < 2**53):
        distinct = distinct.astype(np.int64)
    return codes.astype(np.int64), distinct.tolist()


def encode(values: Raw, classes: Sequence[Label], name: str) -> NDArray[np.int64]:
    """(n,) codes into known classes; -1 for a label that is none of them. Numbers and their text are the same label."""
    codes, labels = class_codes(values, name)
    known: dict[Label, int] = {str(label): code for code, label in enumerate(classes)}
    known.update({label: code for code, label in enumerate(classes)})
    place = [known.get(label, known.get(str(label), -1)) for label in labels]
    return np.array([*place, -1], dtype=np.int64)[codes]


def _refuse_dates(values: NDArray[np.generic], name: str) -> None:
    if values.dtype.kind == "M":
        raise UserError(f"the target {name} holds dates; turn it into a number first (days from a fixed day)")


def _look_like_counts(distinct: NDArray[np.generic], counts: NDArray[np.int64]) -> bool:
    """Numbers of events: from 0 or 1 upwards, ever rarer beyond the commonest, and with a thin tail."""
    if len(distinct) < 5 or distinct[0] not in (0, 1):
        return False
    tail = counts[int(np.argmax(counts)) :]
    falling = np.mean(np.diff(tail) < 0) if len(tail) > 1 else 0.0
    return bool(falling >= 0.8 and counts[-1] < counts.sum() / (10 * len(distinct)))
