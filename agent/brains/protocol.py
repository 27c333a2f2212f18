"""What a Brain is: it decides and writes. It never sees a hidden label, and never runs anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mlpilot.agent.record import Lesson, Origin
from mlpilot.agent.task import Column, TaskType
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value

QUANTILES = (0.05, 0.5, 0.95)


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
    target: str = ""
    """Name of the target."""
    packages: tuple[str, ...] = ()
    """What the sandbox holds besides, `name==version`: packages that the person has added."""
    class_names: tuple[str, ...] = ()
    """In class order. Cell values, like what `Column.detail` says."""
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Of columns of numbers, and of the target where it is one: see `QUANTILES`, to three digits, of search rows.

    Not a number where a quantile would be the minimum, the maximum or the mode; a column of such only is not here.
    """


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
    why: str = ""
    by: Origin = "built-in"
    failure: Diagnosis | None = None
    """What was wrong with the last Attempt, where that failed."""


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
    sources: Mapping[str, str] = field(default_factory=dict)
    """Solution id → its source."""
    lessons: Sequence[Lesson] = ()
    """What failed before, in this Run and in others, and holds here: the newest first."""


@dataclass(frozen=True)
class Idea:
    """What to try and why."""

    name: str
    why: str
    """One sentence for a person: the reason, and the effect that is expected."""
    recipe: str = ""
    """Key of a built-in recipe; empty when the Brain writes from scratch."""
    parent: int | None = None
    plan: str = ""
    """What is to be written, in a few sentences, where no recipe says it."""
    by: Origin = "built-in"


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
    params: Mapping[str, Value] = field(default_factory=dict)
    """What the Brain wants some parameters to be; the tuner chooses the rest."""
    by: Origin = "built-in"


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
class Cause:
    """What a model adds to a Diagnosis; checked as far as reading goes: the line is there, the name stands in it."""

    line: int
    """Of the source that failed, from 1."""
    name: str
    why: str
    """The model's word, on one line."""


@dataclass(frozen=True)
class Repair:
    """A mended Solution."""

    solution: Solution
    what: str
    """One line saying what was changed."""
    cause: Cause | None = None
    """What a model takes for the cause, beyond the Diagnosis."""


class CannotWriteError(Exception):
    """The Brain cannot make a Solution of this Idea; the message says why, to a person."""


class Brain(Protocol):
    """Decides what to try next, writes it, repairs it, talks about it."""

    name: str
    detail: str
    """A few words for a person, beside the name."""

    def propose(self, view: View) -> Decision:
        """What to do next: a function of the View, and of replies of models that are journaled before they are used.

        So a resumed Run takes the same decisions.
        """

    def write(self, idea: Idea, view: View) -> Solution:
        """The Idea as a Solution. Raises `CannotWriteError`."""

    def repair(self, solution: Solution, diagnosis: Diagnosis, view: View) -> Repair | None:
        """A mended Solution, or None when this Brain knows no repair."""

    def converse(self, text: str, view: View, on_text: Callable[[str], None]) -> str:
        """An answer to what a person says about the Run; its pieces go to `on_text` as they come."""

    def close(self) -> None:
        """Let go of connections and engines."""
