"""A Run as it is told to people: read from the Journal, shown by the report, the command line and the API."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.task import Column, Task, TaskSpec
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value


@dataclass(frozen=True)
class AttemptRecord:
    """One try at running an Experiment."""

    number: int
    status: str
    """`ok`, `rejected`, or the CellStatus it failed with."""
    seconds: float
    diagnosis: Diagnosis | None = None
    repair: str = ""
    """What the next Attempt changed, one line."""


@dataclass(frozen=True)
class ExperimentRecord:
    """One Solution with one set of parameters, and how it was judged."""

    number: int
    name: str
    why: str
    kind: str
    """draft, tune or blend."""
    parent: int | None
    members: tuple[tuple[int, float], ...]
    """Of a blend: (experiment, weight)."""
    solution: Solution | None
    params: Mapping[str, Value]
    status: str
    """scored, rejected or failed."""
    score: Score | None
    comparison: Comparison | None
    seconds: float
    attempts: tuple[AttemptRecord, ...]
    reused: bool = False
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Behaviour:
    """How the best Solution behaves, for pictures: out-of-fold on the search rows, and on the test rows.

    Predictions are (n, k) probabilities or (n,) values or (n,) class codes; truths are class codes or values.
    """

    oof_truth: NDArray[np.float64]
    oof: NDArray[np.float64]
    test_truth: NDArray[np.float64] | None
    test: NDArray[np.float64] | None
    importance: tuple[tuple[str, float, float], ...] = ()
    """(column, mean, standard deviation) of how much worse the metric gets when the column is shuffled."""
    importance_rows: str = ""
    """Which rows it was measured on, in words."""


@dataclass(frozen=True, eq=False)
class RunRecord:
    """Everything that a report needs."""

    run: str
    status: str
    created: str
    spec: TaskSpec
    task: Task
    metric: str
    """Shown name."""
    greater_is_better: bool
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    rows: int
    search_rows: int
    test_rows: int
    folds: int
    plan: str
    """The folds in words."""
    experiments: tuple[ExperimentRecord, ...]
    best: int | None
    test: Score | None
    test_spent: bool
    """True when this data's test part had been looked at before."""
    looks: int
    sandbox: str
    brain: str
    seconds: float
    budget: str
    stopped: str
    """Why the search ended, one sentence."""
    behaviour: Behaviour | None = None
