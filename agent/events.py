"""What happens during a Run, as told to whoever is watching. Doors render these; nothing decides on them."""

from collections.abc import Callable
from dataclasses import dataclass

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord
from mlpilot.agent.task import Column, Task, TaskSpec


@dataclass(frozen=True)
class RunStarted:
    """Journaled, before anything is read."""

    run: str
    spec: TaskSpec
    budget_seconds: float | None
    max_experiments: int | None
    resumed: bool


@dataclass(frozen=True)
class Profiled:
    """The data was read and understood."""

    task: Task
    rows: int
    columns: tuple[Column, ...]
    class_shares: tuple[float, ...]
    metric: str
    greater_is_better: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """Sandbox, brain and judge are chosen."""

    sandbox: str
    sandbox_detail: str
    brain: str
    brain_detail: str
    plan: str
    """Folds and sealed part, in words."""


@dataclass(frozen=True)
class ExperimentStarted:
    """An Idea is being tried."""

    number: int
    name: str
    why: str
    kind: str
    folds: int
    seconds_left: float | None


@dataclass(frozen=True)
class FoldDone:
    """One fold of the running Experiment came back."""

    number: int
    fold: int
    seconds: float
    seconds_left: float | None


@dataclass(frozen=True)
class AttemptFailed:
    """An Attempt failed or was rejected; `repair` says what the next one changes, or is empty when there is none."""

    number: int
    message: str
    repair: str


@dataclass(frozen=True)
class ExperimentDone:
    """Judged."""

    record: ExperimentRecord
    best: int | None
    seconds_left: float | None


@dataclass(frozen=True)
class Finishing:
    """The search is over; what is being done now ("fitting the best on all search rows")."""

    what: str


@dataclass(frozen=True)
class Finished:
    """The end."""

    run: str
    status: str
    best: ExperimentRecord | None
    test: Score | None
    test_spent: bool
    looks: int
    metric: str
    folder: str
    artifacts: tuple[str, ...]


@dataclass(frozen=True)
class Asking:
    """A model is being asked."""

    purpose: str
    """propose, write, repair or converse."""
    endpoint: str


@dataclass(frozen=True)
class Answered:
    """A model has replied."""

    purpose: str
    endpoint: str
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    seconds: float


@dataclass(frozen=True)
class Switched:
    """Another endpoint, or the built-in brain, takes over from here."""

    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Warned:
    """Something that the person should know."""

    text: str


Event = (
    RunStarted
    | Profiled
    | Ready
    | ExperimentStarted
    | FoldDone
    | AttemptFailed
    | ExperimentDone
    | Finishing
    | Finished
    | Asking
    | Answered
    | Switched
    | Warned
)
Listener = Callable[[Event], None]
