"""What the nodes of the loop work with: one Run's Journal, Study, Bench, Brain and Clock.

Nothing here is state: all of it can be rebuilt from the Journal and the data, and is, when a Run is resumed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from mlpilot.agent.bench import Bench, limits
from mlpilot.agent.brains import choose_brain
from mlpilot.agent.brains.protocol import Brain, Idea, Line, View
from mlpilot.agent.calls import Calls
from mlpilot.agent.clock import Clock
from mlpilot.agent.events import Event, Listener, Profiled, Ready, Warned
from mlpilot.agent.journal import Entry, Journal
from mlpilot.agent.judging.judge import Candidate
from mlpilot.agent.keys import environment_key
from mlpilot.agent.lessons import Lessons, Place
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.settings import environment_of, read_settings, sandbox_for
from mlpilot.agent.study import Study
from mlpilot.sandbox.choose import again
from mlpilot.sandbox.errors import UserError
from mlpilot.sandbox.protocol import Sandbox
from mlpilot.tools.solution import Solution

STARTING = 3.0
"""Seconds kept for opening the last sandbox and writing the report."""
UNLIMITED = 3600.0
"""Seconds that one fold may take where the Run has no Budget in time."""


class Desk:
    """One Run being pursued."""

    def __init__(
        self,
        run: str,
        journal: Journal,
        clock: Clock,
        listener: Listener,
        approve: Callable[[Idea], bool] | None = None,
        endpoints: Sequence[Endpoint] = (),
    ) -> None:
        self.run, self.journal, self.clock, self._listener, self.approve = run, journal, clock, listener, approve
        self.endpoints = endpoints
        row = journal.run(run)
        self.spec, self.options = row.spec, row.options
        self._predictions: dict[str, list[NDArray[Any]]] = {}
        self._best: dict[tuple[int, ...], int] = {}

    def tell(self, event: Event) -> None:
        """Tell whoever is watching."""
        self._listener(event)

    # Parts

    @cached_property
    def study(self) -> Study:
        """The Task with its rows; laid out for the sandbox, and refused if the data changed since the Run began."""
        study = Study.load(self.spec, limits().threads).light()
        facts = self.journal.run(self.run).facts
        if "task" in facts and (changed := self._changed(facts, study)):
            raise UserError(f"{changed} since {self.run} began: start a new run")
        return study

    def _changed(self, facts: Mapping[str, Any], study: Study) -> str:
        """What is not any more as it was when the Run began; empty where all is."""
        before, now = facts["task"], study.task
        if before["data_hash"] != now.data_hash:
            return f"{self.spec.data} has changed"
        if before["test_hash"] != now.test_hash:
            return f"{self.spec.test} has changed"
        if before["metric_hash"] != now.metric_hash:
            return f"the file of metric {self.spec.metric} has changed"
        if facts["task_hash"] != now.hash or facts["plan_hash"] != study.plan.hash:
            return "mlpilot has learnt to read or to split this table otherwise"
        return ""

    @cached_property
    def sandbox(self) -> Sandbox:
        """The way to isolate code that was asked for, or the strongest that works; one Run keeps to one of them.

        Refused where it does not hold any more what it held when the Run began. Raises `NoSandboxError`.
        """
        options = self.options
        facts = self.journal.run(self.run).facts
        before = facts.get("sandbox")
        if before is not None and options.sandbox == "auto":
            sandbox = again(before, environment_of(read_settings(), options.gpus or ""))
        else:
            sandbox = sandbox_for(options.sandbox, options.gpus or "", progress=lambda text: self.tell(Warned(text)))
        if before is not None and facts.get("environment", "") != sandbox.environment.identity:
            raise UserError(
                f"what the sandbox holds (mlpilot.toml) has changed since {self.run} began: put it back, or start a "
                "new run"
            )
        return sandbox

    @cached_property
    def brain(self) -> Brain:
        """Who decides and writes."""
        calls = Calls(self.journal, self.run)
        return choose_brain(self._asked(), self.options, calls, self.tell, self._seconds_to_search)

    def _asked(self) -> Sequence[Endpoint]:
        """The endpoints, without remote ones where those on this machine were told all: the board may quote it now."""
        local = [endpoint for endpoint in self.endpoints if endpoint.local]
        if self.options.privacy is not None:
            return self.endpoints
        if self.journal.run(self.run).facts.get("told_all") and len(local) < len(self.endpoints):
            self.tell(Warned("a model on this machine was told values of the table: no remote one is asked any more"))
            return local
        if local and len(local) == len(self.endpoints):
            self.journal.learn(self.run, told_all=True)
        return self.endpoints

    def _seconds_to_search(self) -> float | None:
        """Until the end must begin."""
        left = self.clock.left
        return None if left is None else left - self.finish_seconds(self.best(self.entries()))

    @cached_property
    def bench(self) -> Bench:
        """Where Solutions are tried."""
        return Bench(self.study, self.sandbox, limits())

    @cached_property
    def lessons(self) -> Lessons:
        """What is learnt from failures, and was learnt before where it holds here."""
        task, card = self.study.task, self.study.card
        environment = environment_key(self.sandbox.environment.key)
        memory, plan = limits().memory_bytes, self.study.plan.hash
        return Lessons(
            self.journal, self.run, Place(environment, task.data_hash, plan, card.needs, memory, card.columns)
        )

    @cached_property
    def baseline(self) -> Solution | None:
        """The person's own Solution, tried first."""
        if self.options.baseline is None:
            return None
        return read_solution(Path(self.options.baseline))

    def open(self) -> None:
        """Find out what is wrong with the person's input, and whether there is a sandbox, before the loop begins."""
        self.baseline, self.study.judge, self.sandbox  # noqa: B018

    def close(self) -> None:
        """End the sandbox, if it was opened, and what the Brain holds."""
        if "bench" in self.__dict__:
            self.bench.close()
        if "brain" in self.__dict__:
            self.brain.close()

    # Opening

    def profile(self) -> None:
        """Read the data, fix the folds, choose the means; journal and tell what was found."""
        study, spec = self.study, self.spec
        task, plan, metric = study.task, study.plan, study.metric
        facts = {
            "task": asdict(task),
            "task_hash": task.hash,
            "columns": [asdict(column) for column in study.prepared.columns],
            "notes": list(study.prepared.notes),
            "metric": metric.shown,
            "greater_is_better": metric.greater_is_better,
            "plan": plan.words,
            "plan_hash": plan.hash,
            "folds": len(plan.folds),
            "rows": len(study.prepared.y),
            "search_rows": len(plan.search),
            "test_rows": study.test_rows,
        }
        self.journal.learn(self.run, data_hash=study.board_hash, **facts)
        self.tell(
            Profiled(
                task=task,
                rows=len(study.prepared.y),
                columns=study.prepared.columns,
                class_shares=study.card.class_shares,
                metric=metric.shown,
                greater_is_better=metric.greater_is_better,
                notes=study.prepared.notes,
            )
        )
        if spec.test is not None and study.prepared.y_test is None:
            self.tell(Warned(f"{spec.test} has no column {spec.target!r}: it gets predictions, and no test score"))
        held = self.sandbox.environment
        self.journal.learn(
            self.run,
            sandbox=self.sandbox.name,
            brain=self.brain.name,
            environment=held.identity,
            held=held.name,
            packages=list(held.told),
        )
        self.tell(
            Ready(
                sandbox=self.sandbox.name,
                sandbox_detail=", ".join(filter(None, (self.sandbox.probe().detail, held.name))),
                brain=self.brain.name,
                brain_detail=self.brain.detail,
                plan=plan.words,
            )
        )

    # What is known

    def entries(self) -> list[Entry]:
        """The Run's Experiments so far."""
        return self.journal.experiments(self.run)

    def open_entry(self) -> Entry | None:
        """The Experiment that was decided on and not judged yet."""
        return next((entry for entry in self.entries() if entry.status == "open"), None)

    def view(self) -> View:
        """The excerpt of the Journal that the Brain is shown."""
        entries = self.entries()
        best = self.best(entries)
        reserve = self.finish_seconds(best)
        left = self.clock.left
        most = self.options.max_experiments
        solutions = {entry.solution: self.journal.solution(entry.solution) for entry in entries if entry.solution}
        return View(
            card=replace(self.study.card, packages=self.sandbox.environment.told),
            board=[self._line(entry, solutions.get(entry.solution or "")) for entry in entries],
            seconds_left=None if left is None else max(0.0, left - reserve),
            experiments_left=None if most is None else max(0, most - len(entries)),
            seed=self.spec.seed,
            best=best.number if best else None,
            sources={ident: solution.source for ident, solution in solutions.items()},
            lessons=self.lessons.known(),
        )

    def _line(self, entry: Entry, solution: Solution | None) -> Line:
        failed = entry.status in ("failed", "rejected")
        attempts = self.journal.attempts(self.run, entry.number) if failed else []
        return Line(
            experiment=entry.number,
            name=entry.name,
            solution=entry.solution or "",
            kind=entry.kind,  # type: ignore[arg-type]
            status=entry.status,  # type: ignore[arg-type]
            params=entry.params,
            score=entry.score.value if entry.score else None,
            ci=entry.score.ci if entry.score else None,
            seconds=entry.seconds,
            complexity=solution.complexity if solution else 0,
            parent=entry.parent,
            members=tuple(number for number, _ in entry.members),
            why=entry.why,
            by=entry.by,
            failure=attempts[-1].diagnosis if attempts else None,
        )

    def candidates(self, entries: Sequence[Entry]) -> list[Candidate]:
        """Scored Experiments with their out-of-fold predictions, for the Judge."""
        found = []
        for entry in entries:
            if entry.status == "scored" and entry.key and entry.solution and entry.score:
                solution = self.journal.solution(entry.solution)
                blend = entry.kind == "blend"
                found.append(Candidate(entry.number, self.predictions(entry), entry.score, solution.complexity, blend))
        return found

    def predictions(self, entry: Entry) -> list[NDArray[Any]]:
        """Out-of-fold predictions of a scored Experiment, one array per fold."""
        key = entry.key or ""
        if key not in self._predictions:
            known = self.journal.folds(key)
            self._predictions[key] = [known[fold][1] for fold in range(len(self.study.plan.folds))]
        return self._predictions[key]

    def best(self, entries: Sequence[Entry]) -> Entry | None:
        """The best so far, by the Judge's rule; None before anything is scored."""
        scored = tuple(entry.number for entry in entries if entry.status == "scored")
        if scored and scored not in self._best:
            self._best[scored] = self.study.judge.best(self.candidates(entries))
        return next((entry for entry in entries if scored and entry.number == self._best[scored]), None)

    # Time

    def finish_seconds(self, entry: Entry | None) -> float:
        """What it will take to fit this Experiment on all search rows, then on all rows, and to report."""
        if entry is None:
            return STARTING
        plan = self.study.plan
        whole = len(plan.search) + (0 if self.spec.test else len(plan.test))
        known = [seconds for member in self._parts(entry) for seconds in self._fold_seconds(member)]
        return STARTING + 1.25 * sum(known) * (1 + (len(plan.search) + whole) / self.study.card.train_rows)

    def _parts(self, entry: Entry) -> list[Entry]:
        if not entry.members:
            return [entry]
        return [part for number, _ in entry.members for part in self._parts(self.journal.experiment(self.run, number))]

    def _fold_seconds(self, entry: Entry) -> list[float]:
        known = [seconds for seconds, _ in self.journal.folds(entry.key or "").values()]
        return [sum(known) / len(known)] if known else []

    def fold_timeout(self, begun: float) -> float:
        """Seconds that the next fold may take: an Experiment that began at `begun` gets half of what was left then.

        All its Attempts together: what failed before has had its part, and `begun` is so much earlier.
        As long as nothing is scored it gets all of it: a Run that ends with nothing serves nobody.
        """
        left = self.clock.left
        if left is None:
            return UNLIMITED
        spent = self.clock.active - begun
        reserve = self.finish_seconds(None)
        share = 0.5 if any(entry.status == "scored" for entry in self.entries()) else 1.0
        return max(0.2, share * (left + spent - reserve) - spent)


def read_solution(path: Path) -> Solution:
    """A Solution file of the person's own. Raises `UserError` where it cannot be read."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}") from error
    return Solution(path.stem, source, complexity=30)
