"""A Run as it is told to people: read from the Journal, shown by the report, the command line and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.task import Column, Task, TaskSpec
from mlpilot.tools.diagnose.construct import Construct
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import Value

Origin = Literal["built-in", "model", "you"]


@dataclass(frozen=True)
class AttemptRecord:
    """One try at running an Experiment."""

    number: int
    status: str
    """`ok`, `rejected`, the CellStatus it failed with, or `foreseen`: not made, for a lesson tells how it ends."""
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
    by: Origin = "built-in"
    """Who had the Idea: of a tuning trial, who chose its parameters."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows: a line, and not its source and every fold."""
        del cycle
        interval = "" if self.score is None else "{:.4g} ({:.4g} – {:.4g})".format(self.score.value, *self.score.ci)
        printer.text(f"<#{self.number} {self.name}: {interval or self.status}; .params, .score, .solution>")


@dataclass(frozen=True)
class Lesson:
    """What one failure taught, in words that are known beforehand: nothing of the data, nothing that code has said."""

    run: str
    experiment: int
    kind: str
    """Of the finding."""
    construct: Construct
    columns: tuple[str, ...]
    """Kinds of columns that such a failure is about, where the table has them."""
    recipe: str
    """Name of the built-in recipe; empty where the code was anybody else's."""
    solution: str
    """Id of the Solution that failed."""
    by: Origin
    seconds: float
    """What the fold that failed had taken."""
    mend: Literal["", "rule", "model"]
    """What mended it; empty where nothing did."""
    into: str
    """Id of the Solution that the mend made of it."""


@dataclass(frozen=True)
class Contribution:
    """What one side of a Run brought to it."""

    name: str
    """In words: "the model's ideas"."""
    experiments: int
    scored: int
    gain: float
    """By how much its Experiments moved the best score, in the metric's unit; never negative."""


@dataclass(frozen=True)
class EndpointUse:
    """What the calls of one endpoint used."""

    endpoint: str
    calls: int
    answered: int
    """Calls whose reply could be used."""
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    seconds: float


@dataclass(frozen=True)
class Thinking:
    """What models did in a Run."""

    endpoints: tuple[EndpointUse, ...] = ()
    switches: tuple[tuple[str, str, str], ...] = ()
    """(before, after, why) of each change of who answers, in order."""
    contributions: tuple[Contribution, ...] = ()
    control: float | None = None
    """Score of the built-in default, which every such Run begins with."""

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(one.calls for one in self.endpoints)

    @property
    def prompt_tokens(self) -> int:
        """Of all calls."""
        return sum(one.prompt_tokens for one in self.endpoints)

    @property
    def completion_tokens(self) -> int:
        """Of all calls."""
        return sum(one.completion_tokens for one in self.endpoints)

    @property
    def cost_usd(self) -> float:
        """Of all calls."""
        return sum(one.cost_usd for one in self.endpoints)


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
    thinking: Thinking = Thinking()
    """Empty where no model was asked."""
    environment: str = ""
    """What tells what the sandbox held from what others do; empty where it was what comes with mlpilot."""
    held: str = ""
    """What the sandbox held that does not come with mlpilot, in a few words."""
    packages: tuple[str, ...] = ()
    """Packages of the person's own in it: `name==version`."""
