"""Another table of the same task (a --test file, new rows to predict): the same features, read in the same way."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.data.phrases import counted, few, listed, shown
from mlpilot.agent.data.values import canonical, raw
from mlpilot.agent.task import Column
from mlpilot.sandbox.errors import UserError


def conform(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The used features of another table, in the dtypes of `Prepared.X` (n, d); other columns are ignored.

    Values that cannot be read as the column's kind become missing. Raises `UserError` naming the missing columns.
    """
    return conform_noted(frame, columns)[0]


def conform_noted(
    frame: pd.DataFrame, columns: Sequence[Column], table: str = "the table"
) -> tuple[pd.DataFrame, list[str]]:
    """As `conform`, with a note for each column in which values had to become missing."""
    used = [column for column in columns if column.used]
    absent = [column.name for column in used if column.name not in frame.columns]
    if absent:
        what = "a column" if len(absent) == 1 else "columns"
        raise UserError(f"{table} lacks {what} that the model was trained on: {listed(absent)}")
    features: dict[str, NDArray[Any]] = {}
    notes: list[str] = []
    for column in used:
        features[column.name], lost = canonical(raw(frame[column.name]), column)
        if lost:
            notes.append(f"{shown(column.name)}: {counted(lost, 'value')} of another kind, taken as missing")
    return features_frame(features, len(frame)), few(notes, "such columns")


def features_frame(features: dict[str, NDArray[Any]], rows: int) -> pd.DataFrame:
    """A frame of canonical columns (n, d): strings stay plain Python objects, whatever pandas would infer."""
    series = {name: pd.Series(values, dtype=values.dtype, copy=False) for name, values in features.items()}
    return pd.DataFrame(series, index=pd.RangeIndex(rows), copy=False)
