"""What a Brain is: it decides and writes. It never sees a hidden label, and never runs anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mlpilot.agent.task import Column, TaskType
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value


@dataclass(frozen=True)
class Card:
    """The Task as a Brain may see it: counts and kinds, no rows."""

    type: TaskType
    metric: str
    greater_is_better: bool
    needs: Literal["labels", "probabilities", "values"]
    rows: int
    """Rows for the search."""
    train_rows: int
    """Rows that one fold trains on."""
    columns: tuple[Column, ...]
    """Only the columns that are used."""
    classes: int
    class_shares: tuple[float, ...] = ()
    """Share of each class among the search rows, in class order."""
    grouped: bool = False
    timed: bool = False
    goal: str = ""
    threads: int = 2
    folds: int = 5
    """Fits that one Experiment takes, repeats counted."""


@dataclass(frozen=True)
class Line:
    """One line of the board: an Experiment and how it was judged."""

    experiment: int
    """Number in the run, from 1."""
    name: str
    solution: str
    """Id of the Solution."""
    kind: Literal["draft", "tune", "blend"]
    status: Literal["scored", "rejected", "failed"]
    params: Mapping[str, Value]
    score: float | None
    ci: tuple[float, float] | None
    seconds: float
    """Wall time of all folds."""
    complexity: int
    parent: int | None = None
    """The experiment it came from (tuning, repair)."""
    members: tuple[int, ...] = ()
    """Of a blend: the experiments that were kept in it."""


@dataclass(frozen=True)
class View:
    """The bounded excerpt of the Journal that a Brain is shown."""

    card: Card
    board: Sequence[Line]
    """Experiments so far, in order."""
    seconds_left: float | None
    """Beyond what it takes to fit and report the best so far. None: no budget in time, so nothing may depend on the
    clock."""
    experiments_left: int | None
    seed: int = 0
    best: int | None = None
    """The best Experiment so far, by the Judge's word."""


@dataclass(frozen=True)
class Idea:
    """What to try and why."""

    name: str
    why: str
    """One sentence for a person: the reason, and the effect that is expected."""
    recipe: str = ""
    """Key of a built-in recipe; empty when the Brain writes from scratch."""
    parent: int | None = None
    options: Mapping[str, Value] = field(default_factory=dict)
    """What the recipe is to be written with."""


@dataclass(frozen=True)
class Draft:
    """Try a new Idea: its Solution with default parameters."""

    idea: Idea


@dataclass(frozen=True)
class Tune:
    """One tuning trial of a Solution that is on the board."""

    parent: int
    """Experiment that first scored this Solution."""
    why: str


@dataclass(frozen=True)
class Blend:
    """Combine out-of-fold predictions of these experiments."""

    members: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Stop:
    """Nothing more is worth trying."""

    why: str


Decision = Draft | Tune | Blend | Stop


@dataclass(frozen=True)
class Repair:
    """A mended Solution."""

    solution: Solution
    what: str
    """One line saying what was changed."""


class Brain(Protocol):
    """Decides what to try next, writes it, repairs it."""

    name: str

    def propose(self, view: View) -> Decision:
        """What to do next. A pure function of the View: a resumed Run must take the same decisions."""

    def write(self, idea: Idea, view: View) -> Solution:
        """The Idea as a Solution."""

    def repair(self, solution: Solution, diagnosis: Diagnosis, view: View) -> Repair | None:
        """A mended Solution, or None when this Brain knows no repair."""
