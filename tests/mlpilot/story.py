"""A run as it could have gone, told by real events: what the views are tried with."""

from collections.abc import Iterator
from pathlib import Path

from mlpilot.agent import events
from mlpilot.agent.contributions import contributions
from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.record import AttemptRecord, EndpointUse, ExperimentRecord, RunRecord, Thinking
from mlpilot.agent.task import Column, Task, TaskSpec
from mlpilot.tools.diagnose.model import Diagnosis

SPEC = TaskSpec(data="data/churn.csv", target="churned")
COLUMNS = (
    Column("tenure", "number", 0, 72, "1 to 72"),
    Column("contract", "category", 0, 3, "month-to-month 55 %"),
    Column("customerID", "id", 0, 7043, used=False, why="an id"),
)
TASK = Task("churned", "classification", "neg_log_loss", "0" * 64, ("tenure", "contract"), ("no", "yes"))
NOTES = ("22 duplicate rows kept together", "customerID left out: an id")
PLAN = "5 folds, stratified · 1,761 rows sealed"


def experiment(
    number: int,
    name: str,
    value: float | None,
    standing: str = "no better",
    *,
    kind: str = "draft",
    parent: int | None = None,
    half: float = 0.0102,
    seconds: float = 2.34,
    **changes: object,
) -> ExperimentRecord:
    """One line of the board."""
    score = None if value is None else Score(value, (value - half, value + half), folds=(value,) * 5, rows=5282)
    values: dict[str, object] = {
        "number": number,
        "name": name,
        "why": "a line through scaled columns is hard to beat on a small table",
        "kind": kind,
        "parent": parent,
        "members": (),
        "solution": None,
        "params": {},
        "status": "scored" if score else "failed",
        "score": score,
        "comparison": Comparison(standing, None if standing == "first" else 0.2, number) if score else None,  # type: ignore[arg-type]
        "seconds": seconds,
        "attempts": (AttemptRecord(1, "ok", seconds),),
    }
    return ExperimentRecord(**{**values, **changes})  # type: ignore[arg-type]


def repaired() -> tuple[AttemptRecord, ...]:
    """An attempt that failed and the one that mended it."""
    gone = Diagnosis("removed-argument", "max_features='auto' is gone from scikit-learn")
    return AttemptRecord(1, "error", 0.4, gone, "max_features='sqrt'"), AttemptRecord(2, "ok", 3.1)


EXPERIMENTS = (
    experiment(1, "scaled logistic regression", 0.41973, "first", seconds=1.1),
    experiment(2, "gradient boosting, defaults", 0.43214, "worse"),
    experiment(3, "forest, 500 trees", 0.42661, attempts=repaired(), seconds=7.8),
    experiment(4, "k nearest neighbours", None, reason="fit() took longer than 30 s", seconds=30.2),
    *(
        experiment(number, "scaled logistic regression", 0.4197 - 0.0005 * min(number - 4, 7), kind="tune", parent=1)
        for number in range(5, 14)
    ),
    experiment(14, "blend of 2, 3, 11", 0.41214, "better", kind="blend", seconds=0.2),
)
TEST = Score(0.41502, (0.398, 0.432), rows=1761, also={"accuracy": 0.8046, "roc_auc": 0.8461})


def record(**changes: object) -> RunRecord:
    """The whole run, at its end."""
    values: dict[str, object] = {
        "run": "brave-otter",
        "status": "finished",
        "created": "2026-11-23T09:00:00+00:00",
        "spec": SPEC,
        "task": TASK,
        "metric": "log_loss",
        "greater_is_better": False,
        "columns": COLUMNS,
        "notes": NOTES,
        "rows": 7043,
        "search_rows": 5282,
        "test_rows": 1761,
        "folds": 5,
        "plan": PLAN,
        "experiments": EXPERIMENTS,
        "best": 14,
        "test": TEST,
        "test_spent": False,
        "looks": 13,
        "sandbox": "bubblewrap",
        "brain": "built-in",
        "seconds": 171.0,
        "budget": "300 s",
        "stopped": "nothing left that is likely to help",
    }
    return RunRecord(**{**values, **changes})  # type: ignore[arg-type]


def tell() -> Iterator[events.Event]:
    """The events of the run, in order."""
    left = 300.0
    yield events.RunStarted("brave-otter", SPEC, left, None, resumed=False)
    yield events.Profiled(TASK, 7043, COLUMNS, (0.735, 0.265), "log_loss", False, NOTES)
    yield events.Ready(
        "bubblewrap", "bubblewrap 0.8: no network, own files, 4 GiB", "built-in", "no model is needed", PLAN
    )
    best: int | None = None
    for item in EXPERIMENTS:
        yield events.ExperimentStarted(item.number, item.name, item.why, item.kind, 5, left)
        for fold in range(5):
            left -= item.seconds / 5
            yield events.FoldDone(item.number, fold, item.seconds / 5, left)
            if len(item.attempts) > 1 and fold == 1:
                yield events.AttemptFailed(item.number, "max_features='auto' is gone", "max_features='sqrt'")
        if item.comparison is not None and item.comparison.standing in ("first", "better"):
            best = item.number
        yield events.ExperimentDone(item, best, left)
    yield events.Warned("the fitted model could not be saved: it is refitted from solution.py when needed")
    yield events.Finishing("fitting #14 on all 7,043 labelled rows, for use")
    best_one = EXPERIMENTS[-1]
    yield events.Finished("brave-otter", "finished", best_one, TEST, False, 13, "log_loss", "runs/brave-otter", ())


# The same with a model

GPT, BUILT_IN = "gpt-5 at api.openai.com", "the built-in brain"
WHY = "api.openai.com: the key is not accepted"
WITH_MODEL = (
    EXPERIMENTS[0],
    experiment(2, "target means by contract, boosted", 0.41203, "better", by="model", seconds=4.2),
    experiment(3, "target means by contract, boosted", 0.41111, kind="tune", parent=2),
    experiment(4, "target means by contract, boosted", 0.41304, kind="tune", parent=2, by="model"),
    experiment(5, "splines of tenure", None, by="model", reason="no code came for it: it is not reached"),
    experiment(6, "forest, 500 trees", 0.42661, seconds=7.8),
)
SWITCHES = ((GPT, BUILT_IN, WHY), (BUILT_IN, GPT, "it answers"))


def thinking(**changes: object) -> Thinking:
    """What models did in it."""
    values: dict[str, object] = {
        "endpoints": (EndpointUse(GPT, 12, 11, 15_012, 3_301, 0.0424, 61.2),),
        "switches": SWITCHES[:1],
        "contributions": contributions(WITH_MODEL, greater_is_better=False),
        "control": 0.41973,
    }
    return Thinking(**{**values, **changes})  # type: ignore[arg-type]


def record_with_model(**changes: object) -> RunRecord:
    """The whole run, at its end."""
    values = {"experiments": WITH_MODEL, "best": 2, "brain": "llm", "thinking": thinking(), "looks": 5}
    return record(**{**values, **changes})


def tell_with_model() -> Iterator[events.Event]:
    """The events of the run, in order, until the built-in brain takes over."""
    told = {type(event): event for event in tell()}
    yield told[events.RunStarted]
    yield told[events.Profiled]
    detail = f"{GPT} is sent names and types of columns, no values; at most $1.00; built-in beside it"
    yield events.Ready("bubblewrap", "bubblewrap 0.8: no network, own files, 4 GiB", "llm", detail, PLAN)
    for item in WITH_MODEL:
        if item.number == 2:
            yield events.Asking("propose", GPT)
            yield events.Answered("propose", GPT, 2100, 400, 0.0066, 5.1)
        yield events.ExperimentStarted(item.number, item.name, item.why, item.kind, 5, 200.0)
        if item.by == "model" and item.kind == "draft":
            yield events.Asking("write", GPT)
            if item.score is not None:
                yield events.Answered("write", GPT, 900, 700, 0.0081, 7.0)
            else:
                yield events.Switched(GPT, BUILT_IN, WHY)
        yield events.ExperimentDone(item, 2 if item.number > 1 else 1, 180.0)


FOLDER = Path(__file__).parent / "no-such-folder"
"""Of a run that has made no files."""
