"""What a watcher has been told so far. Views read it; nothing is printed here."""

import time
from dataclasses import dataclass, field

from mlpilot.agent import events
from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.task import TaskSpec
from mlpilot.thinking import doing


@dataclass
class Scene:
    """Feed it every event; it remembers what the next line on the screen needs."""

    run: str = ""
    spec: TaskSpec | None = None
    resumed: bool = False
    greater_is_better: bool = False
    budget: float | None = None
    max_experiments: int | None = None
    experiments: list[ExperimentRecord] = field(default_factory=list)
    best: int | None = None
    current: events.ExperimentStarted | None = None
    folds_done: int = 0
    trouble: str = ""
    """Of the running experiment: what failed, and how it is being repaired."""
    doing: str = "starting"
    """Beside experiments: what is being done now."""
    asked: str = ""
    """What a model is doing now; empty while none is asked."""
    endpoint: str = ""
    """The model that was asked last."""
    calls: int = 0
    tokens: int = 0
    """Of prompts and replies."""
    cost: float = 0.0
    """US dollars."""
    deadline: float | None = None
    started: float = field(default_factory=time.monotonic)

    def take(self, event: events.Event) -> None:
        """Remember an event."""
        left = getattr(event, "seconds_left", None)
        if left is not None:
            self.deadline = time.monotonic() + left
        # A call that fails has no event of its own: whatever comes next ends it, but for a word in between.
        if not isinstance(event, events.Warned):
            self.asked = ""
        match event:
            case events.Asking():
                self.asked, self.endpoint = doing(event.purpose, event.endpoint), event.endpoint
                self.calls += 1
            case events.Answered():
                self.tokens += event.prompt_tokens + event.completion_tokens
                self.cost += event.cost_usd
            case events.RunStarted():
                self.run, self.spec, self.resumed = event.run, event.spec, event.resumed
                self.budget, self.max_experiments = event.budget_seconds, event.max_experiments
                self.doing = "reading the data"
                if event.budget_seconds is not None and not event.resumed:
                    self.deadline = time.monotonic() + event.budget_seconds
            case events.Profiled():
                self.greater_is_better = event.greater_is_better
                self.doing = "preparing the sandbox"
            case events.Ready():
                self.doing = "going on" if self.resumed else "choosing what to try first"
            case events.ExperimentStarted():
                self.current, self.folds_done, self.trouble, self.doing = event, 0, "", ""
            case events.FoldDone():
                self.folds_done += 1
            case events.AttemptFailed():
                self.folds_done = 0
                self.trouble = f"{event.message}; repairing: {event.repair}" if event.repair else event.message
            case events.ExperimentDone():
                self.experiments.append(event.record)
                self.best, self.current = event.best, None
                self.doing = "choosing what to try next"
            case events.Finishing():
                self.current, self.doing = None, event.what

    def recall(self, record: RunRecord) -> list[ExperimentRecord]:
        """Take up what a run that goes on had done before; returns its Experiments that are done with."""
        past = [item for item in record.experiments if item.status != "open"]
        self.experiments.extend(past)
        self.best = record.best
        told = record.thinking
        self.endpoint = told.endpoints[-1].endpoint if told.endpoints else ""
        self.calls, self.cost = told.calls, told.cost_usd
        self.tokens = told.prompt_tokens + told.completion_tokens
        return past

    @property
    def scores(self) -> list[Score]:
        """Of the experiments so far."""
        return [record.score for record in self.experiments if record.score is not None]

    @property
    def best_record(self) -> ExperimentRecord | None:
        """The experiment that leads."""
        return next((record for record in self.experiments if record.number == self.best), None)

    def seconds_left(self) -> float | None:
        """Until the budget is spent; None where there is none in time."""
        return None if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)

    def seconds_gone(self) -> float:
        """Since the first event."""
        return time.monotonic() - self.started
