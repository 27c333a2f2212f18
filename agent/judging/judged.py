"""What the Judge says: plain values, safe to journal, to render and to compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Standing = Literal["first", "better", "no better", "worse"]


@dataclass(frozen=True)
class Score:
    """An estimate, always with its doubt."""

    value: float
    """In the shown direction: `log_loss` positive, `roc_auc` as is."""
    ci: tuple[float, float]
    """95 % interval."""
    folds: tuple[float, ...] = ()
    rows: int = 0
    also: Mapping[str, float] = field(default_factory=dict)
    """Companions by shown name: accuracy and roc_auc beside log-loss, r2 beside RMSE."""


@dataclass(frozen=True)
class Comparison:
    """One Experiment against the best before it."""

    standing: Standing
    p: float | None = None
    """Of the paired bootstrap, corrected for the looks at the board; None for the first."""
    looks: int = 1
