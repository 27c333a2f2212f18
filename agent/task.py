"""The Task: what is to be predicted, from what, and how it is judged. Immutable and hashed."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

TaskType = Literal["classification", "regression"]


@dataclass(frozen=True)
class TaskSpec:
    """What the person asked for, before the data is read. Field names equal the command line's options."""

    data: str
    """Path of the table."""
    target: str
    task: TaskType | None = None
    """None: inferred from the target."""
    metric: str | None = None
    """A scikit-learn scorer's name or `FILE.py:FUNC`; None: the default for the type."""
    test: str | None = None
    """Path of a separate test table; None: a quarter of the rows is sealed."""
    group: str | None = None
    time: str | None = None
    drop: tuple[str, ...] = ()
    goal: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Column:
    """One column of the table, as understood."""

    name: str
    kind: Literal["number", "category", "date", "boolean", "text", "id", "constant", "duplicate", "empty"]
    missing: int
    distinct: int
    detail: str = ""
    """A few words for the screen: a range, the commonest values, what it duplicates."""
    used: bool = True
    """False: left out of X (ids, constants, duplicates, empty, dropped); `why` says why."""
    why: str = ""
    form: str = ""
    """How its values are written, where that had to be decided (`whole`, `1.234,5`, `%d/%m/%Y`): a later table with
    few rows must be read in the same way."""


@dataclass(frozen=True)
class Task:
    """What is to be learnt, once the data has been read: everything that decides a Score, and nothing else."""

    target: str
    type: TaskType
    metric: str
    """Scorer name as given (`neg_log_loss`, `roc_auc`, `mine.py:gain`)."""
    data_hash: str
    """sha256 of the prepared rows (features, target, groups, order)."""
    features: tuple[str, ...]
    classes: tuple[str | int | float | bool, ...] = ()
    """Original labels in `numpy.unique` order; empty in regression."""
    group: str | None = None
    time: str | None = None
    test_hash: str | None = None
    metric_hash: str | None = None
    """sha256 of a custom metric's file."""
    seed: int = 0

    @property
    def hash(self) -> str:
        """sha256 over all fields, hexadecimal."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()
