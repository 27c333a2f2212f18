"""What estimators of scikit-learn, XGBoost and LightGBM were fitted on and asked about, as an observer saw it.

One `Fitted` is a class of estimators, fitted at one line of the script, once or often. Taken only as far as it has the
form: the script could have sent it in the observer's place.
"""

import json
from dataclasses import dataclass
from typing import Any

from mlpilot.tools.diagnose.dynamic.received import MOST_BYTES, number, objects, text, texts, whole

MOST = 40


@dataclass(frozen=True)
class Mark:
    """A number that stands for a gap, far from all others of its column."""

    name: str
    value: float
    share: float
    """Of the rows."""


@dataclass(frozen=True)
class Fitted:
    """Fits of one class of estimators at one line. What is said of columns is of the first."""

    kind: str
    line: int
    fits: int
    rows: int
    columns: int
    metric: str = ""
    dominant: str = ""
    """The column with the largest share of all squared distances between rows."""
    share: float = 0.0
    """That share."""
    target_columns: tuple[str, ...] = ()
    """Columns that are what is to be told, number by number."""
    marks: tuple[Mark, ...] = ()
    classes: int = 0
    """Different classes in all fits."""
    lacking: int = 0
    """Fits that lacked one of these."""
    stops_by_itself: bool = False
    """Whether a booster is stopped by the rows that it is fitted on."""
    asked: int = 0
    """How often these were asked about rows."""
    otherwise: int = 0
    """Of these, rows of quite another scale."""
    apart: int = 0
    """Of these, rows that were scaled by themselves, as those of the fit were."""
    asked_line: int = 0
    said: int = 0
    """Answers to many rows, asked by the script itself."""
    same: int = 0
    """Of these, such as are one answer for all rows."""


def fitted(data: bytes) -> tuple[Fitted, ...]:
    """What the observer sent."""
    try:
        told = json.loads(data.decode()) if len(data) <= MOST_BYTES else {}
    except (ValueError, RecursionError):
        return ()
    return tuple(_fitted(one) for one in objects(told.get("models"), MOST)) if isinstance(told, dict) else ()


def _fitted(one: dict[str, Any]) -> Fitted:
    dominant, asked = (part if isinstance(part, dict) else {} for part in (one.get("dominant"), one.get("asked")))
    return Fitted(
        kind=text(one.get("kind")),
        line=whole(one.get("line")),
        fits=whole(one.get("fits")),
        rows=whole(one.get("rows")),
        columns=whole(one.get("columns")),
        metric=text(one.get("metric")),
        dominant=text(dominant.get("name")),
        share=number(dominant.get("share")) or 0.0,
        target_columns=texts(one.get("target_columns"), 4),
        marks=tuple(
            Mark(text(mark.get("name")), number(mark.get("value")) or 0.0, number(mark.get("share")) or 0.0)
            for mark in objects(one.get("marks"), 4)
        ),
        classes=whole(one.get("classes")),
        lacking=whole(one.get("lacking")),
        stops_by_itself=one.get("stops_by_itself") is True,
        asked=whole(asked.get("times")),
        otherwise=whole(asked.get("otherwise")),
        apart=whole(asked.get("apart")),
        asked_line=whole(asked.get("line")),
        said=whole(asked.get("said")),
        same=whole(asked.get("same")),
    )
