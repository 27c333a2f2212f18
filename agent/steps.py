"""What each node of the loop does to one Experiment. Each step may run twice: it reads the Journal before it acts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from numpy.typing import NDArray

from mlpilot.agent.bench import Tried, limits
from mlpilot.agent.brains.protocol import CannotWriteError, Cause, Decision, Draft, Idea, Stop, Tune, View
from mlpilot.agent.desk import Desk
from mlpilot.agent.events import AttemptFailed, ExperimentDone, ExperimentStarted, FoldDone
from mlpilot.agent.journal import AttemptRow, Entry
from mlpilot.agent.judging.judge import Rejection
from mlpilot.agent.judging.judged import Comparison
from mlpilot.agent.keys import blend_key, experiment_key
from mlpilot.agent.lessons import MOST_STEPS, foresee
from mlpilot.agent.overheard import Overheard
from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.compose import compose
from mlpilot.tools.contract import problem
from mlpilot.tools.diagnose import diagnose as find_diagnosis
from mlpilot.tools.diagnose import rejected
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import SpaceError, defaults, read_space
from mlpilot.tools.tune import clipped, suggest

FORESEEN = "foreseen"
"""Status of an Attempt that was not made: a lesson tells how it ends, and what mends it."""
WAYS: dict[str, Any] = {"draft": "propose", "tune": "tune", "blend": "ensemble"}
"""The node that takes up an Experiment of each kind."""
MOST_ATTEMPTS = 3
"""Runs of one Idea: a repair that has failed twice gives way to the next Idea."""


def decide(desk: Desk) -> Entry | None:
    """The Experiment to take up: the one left open, or the Brain's next; None when the search is over."""
    entry = desk.open_entry()
    if entry is not None:
        _tell_start(desk, entry)
        return entry
    if "stopped" in desk.journal.run(desk.run).facts:
        return None
    view = desk.view()
    decision = _decision(desk, view)
    if isinstance(decision, Stop):
        desk.journal.learn(desk.run, stopped=decision.why)
        return None
    number = len(view.board) + 1
    told = {"what": type(decision).__name__, **asdict(decision)}
    if isinstance(decision, Draft):
        idea = decision.idea
        words: dict[str, Any] = {"kind": "draft", "name": idea.name, "why": idea.why, "parent": idea.parent}
    elif isinstance(decision, Tune):
        parent = desk.journal.experiment(desk.run, decision.parent)
        words = {"kind": "tune", "name": parent.name, "why": decision.why, "parent": parent.number}
    else:
        members = ", ".join(str(member) for member in decision.members)
        words = {"kind": "blend", "name": f"blend of {members}", "why": decision.why, "parent": None}
    desk.journal.open_experiment(desk.run, number, decision=told, **words)
    entry = desk.journal.experiment(desk.run, number)
    _tell_start(desk, entry)
    return entry


def _decision(desk: Desk, view: View) -> Decision:
    if view.experiments_left == 0:
        return Stop(f"as many experiments as were allowed: {len(view.board)}")
    if view.seconds_left is not None and view.seconds_left <= 0:
        return Stop("the time is up")
    if desk.baseline is not None and not view.board:
        return Draft(Idea(desk.baseline.name, "your own Solution, to beat", recipe="baseline", by="you"))
    return desk.brain.propose(view)


def _tell_start(desk: Desk, entry: Entry) -> None:
    folds = len(desk.study.plan.folds)
    desk.tell(ExperimentStarted(entry.number, entry.name, entry.why, entry.kind, folds, desk.clock.left))


def approved(desk: Desk, number: int) -> bool:
    """Ask the person, where that was wanted; an Idea that is declined is done with."""
    if desk.approve is None or desk.approve(_idea(desk.journal.experiment(desk.run, number))):
        return True
    _fail(desk, number, "failed", "you declined it")
    return False


def write(desk: Desk, number: int) -> bool:
    """The Idea becomes a Solution with its default parameters; False where the Brain cannot write it."""
    idea = _idea(desk.journal.experiment(desk.run, number))
    try:
        solution = desk.baseline if idea.recipe == "baseline" else desk.brain.write(idea, desk.view())
    except CannotWriteError as error:
        _fail(desk, number, "failed", str(error))
        return False
    assert solution is not None
    desk.journal.write(desk.run, number, solution, params=_defaults(solution))
    return True


def tune(desk: Desk, number: int) -> None:
    """The parent's Solution gets the parameters that the tuner suggests; the tuner is rebuilt from the Journal."""
    entry = desk.journal.experiment(desk.run, number)
    parent = desk.journal.experiment(desk.run, entry.parent or 0)
    solution = desk.journal.solution(parent.solution or "")
    trials = [
        (past.params, past.score.value if past.score else None)
        for past in desk.entries()
        if past.number < number and past.solution == parent.solution
    ]
    space = read_space(solution.source)
    params = suggest(
        space,
        trials,
        greater_is_better=desk.study.metric.greater_is_better,
        seed=desk.spec.seed * 10_007 + number,
    ) | clipped(space, entry.decision.get("params") or {})
    desk.journal.write(desk.run, number, solution, params=params)


def check(desk: Desk, number: int) -> bool:
    """What can be said of a Solution without running it; False leaves a failed Attempt behind.

    What would fail as something has failed before gets the known mend first.
    """
    entry, solution = _solution(desk, number)
    if entry.kind == "draft":
        while _foreseen(desk, number, solution, persons=entry.by == "you"):
            entry, solution = _solution(desk, number)
    found = problem(solution.source)
    if found is None:
        key = experiment_key(desk.study, solution, entry.params, limits(), desk.sandbox.environment.key)
        desk.journal.write(desk.run, number, solution, key=key)
        return True
    failure = {"error": {"type": found.kind, "message": found.message, "traceback": found.message}}
    _attempt(desk, number, solution, "error", 0.0, failure)
    return False


def _foreseen(desk: Desk, number: int, solution: Solution, *, persons: bool) -> bool:
    """Mend the Solution as a lesson says, if one does; journaled as an Attempt that was not made."""
    past = {attempt.solution for attempt in desk.journal.attempts(desk.run, number) if attempt.repair}
    found = foresee(solution, desk.lessons.known(), desk.journal.solution, persons=persons)
    if found is None or found.solution.id in past or len(past) >= MOST_STEPS:
        return False
    this = _attempt(desk, number, solution, FORESEEN, 0.0, {}, asdict(found.diagnosis))
    desk.tell(AttemptFailed(number, found.diagnosis.message, found.what))
    desk.journal.repaired(desk.run, number, this, found.what, found.solution, _defaults(found.solution))
    return True


def run(desk: Desk, number: int) -> bool:
    """Run the folds that the Journal does not know yet; False leaves a failed Attempt behind."""
    entry, solution = _solution(desk, number)
    assert entry.key is not None
    known = desk.journal.failure(entry.key)
    if known is not None:
        _attempt(desk, number, solution, known.status, 0.0, known.failure)
        return False
    tried_before = sum(attempt.seconds for attempt in desk.journal.attempts(desk.run, number))
    begun, seconds = desk.clock.active - tried_before, 0.0
    done, heard = desk.journal.folds(entry.key), Overheard(desk.run)
    for fold in range(len(desk.study.plan.folds)):
        if fold not in done:
            timeout = desk.fold_timeout(begun)
            hear = heard.about(f"#{number}, fold {fold + 1}")
            tried = desk.bench.fold(fold, solution.source, entry.params, timeout=timeout, on_output=hear)
            heard.flush()
            seconds += tried.seconds
            if tried.prediction is None:
                _attempt(desk, number, solution, tried.status, seconds, _failure(tried))
                return False
            desk.journal.keep_fold(entry.key, fold, tried.seconds, tried.prediction)
            desk.journal.mark(desk.run, active=desk.clock.active)
        desk.tell(FoldDone(number, fold, seconds, desk.clock.left))
    _attempt(desk, number, solution, "ok", seconds, {})
    return True


def judge(desk: Desk, number: int) -> None:
    """The Judge's word on an Experiment whose predictions are all there."""
    entry = desk.journal.experiment(desk.run, number)
    if entry.status != "open":
        _tell_done(desk, number)
        return
    predictions = desk.predictions(entry)
    score = desk.study.judge.score(predictions)
    if isinstance(score, Rejection):
        _fail(desk, number, "rejected", score.reason)
        return
    attempts = desk.journal.attempts(desk.run, number)
    desk.lessons.mended(number)  # before it is judged: after a kill in between all this is done again
    desk.lessons.refuted(entry.solution or "")
    desk.journal.judged(
        desk.run,
        number,
        status="scored",
        score=score,
        comparison=_comparison(desk, number, predictions),
        seconds=sum(seconds for seconds, _ in desk.journal.folds(entry.key or "").values()),
        reused=entry.kind != "blend" and sum(attempt.seconds for attempt in attempts) == 0,
    )
    desk.journal.mark(desk.run, active=desk.clock.active)
    _tell_done(desk, number)


def _comparison(desk: Desk, number: int, predictions: Sequence[NDArray[Any]]) -> Comparison:
    """Against the best of the Experiments before it."""
    before = [entry for entry in desk.entries() if entry.number < number]
    best = desk.best(before)
    looks = 1 + sum(entry.status == "scored" for entry in before)
    looks += desk.journal.looks(desk.study.board_hash, desk.run)
    if best is None:
        return Comparison("first", None, looks)
    return desk.study.judge.compare(predictions, desk.predictions(best), looks)


def diagnose(desk: Desk, number: int) -> bool:
    """Say what went wrong with the last Attempt; True when another one is worth it."""
    entry, solution = _solution(desk, number)
    last = desk.journal.attempts(desk.run, number)[-1]
    found = _diagnosis(last, solution)
    desk.journal.attempt(desk.run, number, last.number, solution, entry.key or "", diagnosis=asdict(found))
    if entry.kind == "draft":
        desk.lessons.learn(entry, last, found, solution)
        made = sum(attempt.status != FORESEEN for attempt in desk.journal.attempts(desk.run, number))
        if made < MOST_ATTEMPTS and _time_is_left(desk, number, last):
            return True
    _fail(desk, number, "rejected" if last.status == "rejected" else "failed", found.message)
    return False


def _diagnosis(attempt: AttemptRow, solution: Solution) -> Diagnosis:
    failure = attempt.failure
    if attempt.status == "rejected":
        return rejected(str(failure.get("reason", "")))
    error = CellError(**failure["error"]) if failure.get("error") else None
    said = failure.get("stdout", ""), failure.get("stderr", "")
    return find_diagnosis(attempt.status, error, *said, solution.source)


def repair(desk: Desk, number: int) -> bool:
    """Let the Brain mend the Solution; True when there is something new to try."""
    entry, solution = _solution(desk, number)
    last = desk.journal.attempts(desk.run, number)[-1]
    assert last.diagnosis is not None
    if last.repair:  # journaled just before the Run was killed
        return True
    mended = desk.brain.repair(solution, last.diagnosis, desk.view())
    tried = {attempt.solution for attempt in desk.journal.attempts(desk.run, number)}
    if mended is None or mended.solution.id in tried:  # what has failed already would fail again
        desk.tell(AttemptFailed(number, last.diagnosis.message, ""))
        _fail(desk, number, "rejected" if last.status == "rejected" else "failed", last.diagnosis.message)
        return False
    found = _with_cause(last.diagnosis, mended.cause)
    desk.journal.attempt(desk.run, number, last.number, solution, entry.key or "", diagnosis=asdict(found))
    desk.tell(AttemptFailed(number, found.message, mended.what))
    new = replace(mended.solution, name=solution.name)
    desk.journal.repaired(desk.run, number, last.number, mended.what, new, _defaults(new))
    return True


def _with_cause(found: Diagnosis, cause: Cause | None) -> Diagnosis:
    """The finding with what a model adds to it; added twice it stands there once."""
    if cause is None:
        return found
    added = f"; the model adds: line {cause.line}, {cause.name}: {cause.why}"
    message = found.message if found.message.endswith(added) else found.message + added
    return replace(found, message=message, line=found.line or cause.line)


def ensemble(desk: Desk, number: int) -> None:
    """Blend out-of-fold predictions; the weights are the Judge's, cross-fitted, so the score is honest too."""
    entry = desk.journal.experiment(desk.run, number)
    if entry.status == "open":
        members = [desk.journal.experiment(desk.run, member) for member in entry.decision["members"]]
        blend = desk.study.judge.blend([desk.predictions(member) for member in members])
        kept = [(member, float(weight)) for member, weight in zip(members, blend.weights, strict=True) if weight > 0]
        parts = [(desk.journal.solution(m.solution or ""), m.params, weight) for m, weight in kept]
        solution = compose(parts, type=desk.study.task.type)
        key = blend_key([member.key or "" for member in members])
        for fold, prediction in enumerate(blend.folds):
            desk.journal.keep_fold(key, fold, 0.0, prediction)
        weights = [[member.number, weight] for member, weight in kept]
        name = "blend of " + ", ".join(str(member.number) for member, _ in kept)
        if len(kept) == 1:
            name = f"blend that keeps only {kept[0][0].number}"
        desk.journal.write(
            desk.run, number, replace(solution, name=name), params={}, key=key, members=weights, name=name
        )
    judge(desk, number)


# Small helpers


def _idea(entry: Entry) -> Idea:
    return Idea(**entry.decision["idea"])


def _solution(desk: Desk, number: int) -> tuple[Entry, Solution]:
    entry = desk.journal.experiment(desk.run, number)
    return entry, desk.journal.solution(entry.solution or "")


def _defaults(solution: Solution) -> dict[str, Any]:
    """Default parameters; none where SPACE cannot be read, which `check` reports."""
    try:
        return defaults(read_space(solution.source))
    except (SyntaxError, SpaceError, ValueError, RecursionError, MemoryError):
        return {}


def _attempt(
    desk: Desk,
    number: int,
    solution: Solution,
    status: str,
    seconds: float,
    failure: Mapping[str, Any],
    diagnosis: Mapping[str, Any] | None = None,
) -> int:
    """Journal the end of an Attempt, the one after the last that was repaired; returns its number."""
    past = desk.journal.attempts(desk.run, number)
    this = 1 + sum(bool(attempt.repair) for attempt in past)
    key = desk.journal.experiment(desk.run, number).key or ""
    values = {"status": status, "seconds": seconds, "failure": dict(failure)}
    if diagnosis is not None:
        values["diagnosis"] = dict(diagnosis)
    desk.journal.attempt(desk.run, number, this, solution, key, **values)
    return this


def _failure(tried: Tried) -> dict[str, Any]:
    """What was seen, small enough to keep."""
    error = asdict(tried.error) if tried.error else None
    if error:
        error = {name: text[-4000:] for name, text in error.items()}
    said = {"stdout": tried.stdout[-2000:], "stderr": tried.stderr[-2000:]}
    return {"error": error, "reason": tried.reason, "fold_seconds": tried.seconds, **said}


def _fail(desk: Desk, number: int, status: str, reason: str) -> None:
    desk.journal.judged(
        desk.run,
        number,
        status=status,
        reason=reason,
        seconds=sum(attempt.seconds for attempt in desk.journal.attempts(desk.run, number)),
    )
    desk.journal.mark(desk.run, active=desk.clock.active)
    _tell_done(desk, number)


def _tell_done(desk: Desk, number: int) -> None:
    record = desk.journal.record(desk.run, desk.journal.experiment(desk.run, number))
    best = desk.best(desk.entries())
    desk.tell(ExperimentDone(record, best.number if best else None, desk.clock.left))


def _time_is_left(desk: Desk, number: int, last: AttemptRow) -> bool:
    """Whether another Attempt is worth it: not where it would need more than what its Experiment may still take.

    After one that took too long, only if there is much more time than that.
    """
    left = desk.clock.left
    if left is None:
        return True
    if last.status == "timeout":
        return left > desk.finish_seconds(None) + 3 * last.seconds
    spent = sum(attempt.seconds for attempt in desk.journal.attempts(desk.run, number))
    return left > desk.finish_seconds(None) and desk.fold_timeout(desk.clock.active - spent) > last.seconds
