"""Runs as they are told to people, read from the Journal."""

import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.calls import Calls
from mlpilot.agent.contributions import contributions
from mlpilot.agent.home import drop_data_folder, run_folder
from mlpilot.agent.journal import Journal, RunRow, score_from
from mlpilot.agent.lock import is_held
from mlpilot.agent.options import RunOptions
from mlpilot.agent.record import Behaviour, ExperimentRecord, RunRecord, Thinking
from mlpilot.agent.task import Column, Task
from mlpilot.sandbox.errors import UserError

BEHAVIOUR = "behaviour.npz"


@dataclass(frozen=True)
class RunSummary:
    """One line of `mlpilot runs`."""

    run: str
    created: str
    status: str
    data: str
    target: str
    metric: str
    best_name: str
    best_score: float | None
    experiments: int
    seconds: float


def summaries(journal: Journal) -> list[RunSummary]:
    """All Runs, newest first."""
    return [_summary(journal, journal.run(name)) for name in journal.names()]


def latest(journal: Journal) -> str:
    """The newest Run. Raises `UserError` where there is none."""
    names = journal.names()
    if not names:
        raise UserError("nothing has been run in this folder yet: start with `mlpilot run DATA --target COLUMN`")
    return names[0]


def status(row: RunRow) -> str:
    """A Run that was running, and that no process holds any more, was interrupted."""
    return "interrupted" if row.status == "running" and not is_held(row.run) else row.status


def recall(journal: Journal, run: str) -> RunRecord:
    """Everything that is known of a Run. Raises `UserError` where there is none, or nothing was read yet."""
    row = journal.run(run)
    facts = row.facts
    if "task" not in facts:
        raise UserError(f"{run} has not read its data yet: `mlpilot resume {run}`")
    entries = journal.experiments(run)
    told = tuple(journal.record(run, entry) for entry in entries)
    return RunRecord(
        run=run,
        status=status(row),
        created=row.created,
        spec=row.spec,
        task=_task(facts["task"]),
        metric=facts["metric"],
        greater_is_better=facts["greater_is_better"],
        columns=tuple(Column(**column) for column in facts["columns"]),
        notes=tuple(facts["notes"]),
        rows=facts["rows"],
        search_rows=facts["search_rows"],
        test_rows=facts["test_rows"],
        folds=facts["folds"],
        plan=facts["plan"],
        experiments=told,
        best=facts.get("best"),
        test=score_from(facts.get("test")),
        test_spent=facts.get("test_spent", False),
        looks=sum(entry.status == "scored" for entry in entries),
        sandbox=facts.get("sandbox", ""),
        brain=facts.get("brain", ""),
        seconds=row.active,
        budget=_budget(row.options),
        stopped=facts.get("stopped", ""),
        behaviour=_behaviour(run, facts),
        environment=facts.get("environment", ""),
        held=facts.get("held", ""),
        packages=tuple(facts.get("packages", ())),
        thinking=_thinking(Calls(journal, run), told, facts["greater_is_better"]),
    )


def _thinking(calls: Calls, experiments: Sequence[ExperimentRecord], greater_is_better: bool) -> Thinking:
    uses = calls.uses()
    if not uses:
        return Thinking()
    first = next((one for one in experiments if one.by == "built-in" and one.kind == "draft"), None)
    return Thinking(
        endpoints=uses,
        switches=tuple(calls.switches()),
        contributions=contributions(experiments, greater_is_better=greater_is_better),
        control=first.score.value if first is not None and first.score is not None else None,
    )


def remove(journal: Journal, run: str) -> None:
    """Forget a Run and its artifacts. Raises `UserError` while a process holds it."""
    row = journal.run(run)
    if is_held(run):
        raise UserError(f"{run} is running: stop it first")
    discard(journal, run, row.facts.get("task_hash"))


def discard(journal: Journal, run: str, task_hash: str | None) -> None:
    """Forget a Run and its artifacts, and the rows that were laid out for its Task, unless another Run needs them."""
    journal.forget(run)
    shutil.rmtree(run_folder(run), ignore_errors=True)
    if task_hash is not None and not any(_may_need(journal.run(name), task_hash) for name in journal.names()):
        drop_data_folder(task_hash)


def _may_need(row: RunRow, task_hash: str) -> bool:
    """Whether a Run is of this Task; one that has only just begun has not said of which it is."""
    known = row.facts.get("task_hash")
    return known == task_hash or (known is None and is_held(row.run))


def keep_behaviour(run: str, behaviour: Behaviour) -> None:
    """Save what the pictures are drawn from."""
    arrays = {"oof_truth": behaviour.oof_truth, "oof": behaviour.oof}
    arrays |= {} if behaviour.test_truth is None else {"test_truth": behaviour.test_truth}
    arrays |= {} if behaviour.test is None else {"test": behaviour.test}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_atomically(run_folder(run) / BEHAVIOUR, buffer.getvalue())


def _behaviour(run: str, facts: Mapping[str, Any]) -> Behaviour | None:
    path = run_folder(run) / BEHAVIOUR
    if "best" not in facts or not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        return Behaviour(
            oof_truth=arrays["oof_truth"],
            oof=arrays["oof"],
            test_truth=arrays.get("test_truth"),
            test=arrays.get("test"),
            importance=tuple((name, mean, sd) for name, mean, sd in facts.get("importance", ())),
            importance_rows=facts.get("importance_rows", ""),
        )


def _task(values: Mapping[str, Any]) -> Task:
    return Task(**{**values, "features": tuple(values["features"]), "classes": tuple(values["classes"])})


def _budget(options: RunOptions) -> str:
    parts = [f"{options.budget:g} s"] if options.budget is not None else []
    parts += [f"{options.max_experiments} experiments"] if options.max_experiments is not None else []
    return ", ".join(parts)


def _summary(journal: Journal, row: RunRow) -> RunSummary:
    entries = journal.experiments(row.run)
    best = next((entry for entry in entries if entry.number == row.facts.get("best")), None)
    return RunSummary(
        run=row.run,
        created=row.created,
        status=status(row),
        data=row.spec.data,
        target=row.spec.target,
        metric=row.facts.get("metric", row.spec.metric or ""),
        best_name=best.name if best else "",
        best_score=best.score.value if best and best.score else None,
        experiments=len(entries),
        seconds=row.active,
    )
