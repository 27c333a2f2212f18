"""The end of a Run: the best is chosen and explained, meets the sealed part once, is refitted, and is told."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.desk import Desk
from mlpilot.agent.events import Finished, Finishing, Warned
from mlpilot.agent.export import write_artifacts
from mlpilot.agent.history import keep_behaviour, recall
from mlpilot.agent.home import run_folder
from mlpilot.agent.journal import Entry
from mlpilot.agent.judging.judge import Rejection
from mlpilot.agent.record import Behaviour
from mlpilot.tools.harness import Job, Outcome
from mlpilot.tools.solution import Solution

MOST_COLUMNS = 40
"""Columns whose importance is measured."""


def finish(desk: Desk) -> None:
    """Each part is journaled, and is not done again when the Run is resumed."""
    best = _affordable_best(desk)
    if best is None:
        desk.journal.mark(desk.run, status="failed", active=desk.clock.active)
        _tell(desk, None)
        return
    desk.journal.learn(desk.run, best=best.number)
    solution = desk.journal.solution(best.solution or "")
    facts = desk.journal.run(desk.run).facts
    if "importance" not in facts:
        _measure_columns(desk, best, solution)
    if "tested" not in facts:
        _test(desk, best, solution)
    if "model" not in facts:
        _refit(desk, best, solution)
    desk.tell(Finishing("writing the report"))
    desk.close()
    desk.journal.mark(desk.run, status="finished", active=desk.clock.active)
    record = recall(desk.journal, desk.run)
    names = write_artifacts(record, run_folder(desk.run), test_index=desk.study.test_index, threads=desk.study.threads)
    desk.journal.learn(desk.run, artifacts={**names, "model": desk.journal.run(desk.run).facts["model"]})
    _tell(desk, best)


def _affordable_best(desk: Desk) -> Entry | None:
    """The best that can be fitted in the time that is left; the quickest, where there is time for none."""
    entries = desk.entries()
    best, left = desk.best(entries), desk.clock.left
    if best is None or left is None or desk.finish_seconds(best) <= left:
        return best
    by_cost = sorted((e for e in entries if e.status == "scored"), key=desk.finish_seconds)
    within = [entry for entry in by_cost if desk.finish_seconds(entry) <= left] or by_cost[:1]
    chosen = desk.best(sorted(within, key=lambda entry: entry.number))
    if chosen is not None and chosen.number != best.number:
        desk.tell(Warned(f"#{best.number} scores best, and there is no time left to fit it: #{chosen.number} is taken"))
    return chosen


def _timeout(desk: Desk, seconds: float) -> float:
    """Fitting at the end may take twice what is expected, and a tenth of the Budget beyond it at most."""
    left, budget = desk.clock.left, desk.clock.budget
    if left is None or budget is None:
        return max(600.0, 10 * seconds)
    return max(2.0, min(2 * seconds + 5.0, left + 0.08 * budget))


def _measure_columns(desk: Desk, best: Entry, solution: Solution) -> None:
    """Permutation importance on the first fold's held-out rows, where the time allows: the fold is fitted again."""
    columns, left, needed = desk.study.task.features, desk.clock.left, desk.finish_seconds(best)
    importance: list[tuple[str, float, float]] = []
    spare = Job.shuffle_seconds if left is None else min(Job.shuffle_seconds, 1.0 + left - needed)
    if len(columns) <= MOST_COLUMNS and spare > 0:
        desk.tell(Finishing("measuring how much each column matters"))
        job, outcome = desk.bench.shuffled(
            0, solution.source, best.params, columns, seconds=spare, timeout=_timeout(desk, needed)
        )
        importance = _importance(desk, job, outcome)
    rows = min(Job.shuffle_rows, len(desk.study.plan.folds[0].held))
    desk.journal.learn(desk.run, importance=importance, importance_rows=f"{rows:,} out-of-fold rows")


def _importance(desk: Desk, job: Job, outcome: Outcome) -> list[tuple[str, float, float]]:
    """(column, mean, standard deviation) of how much worse the metric gets; the largest first."""
    study = desk.study
    held = study.plan.folds[0].held[study.held_order(0)]
    truth = study.prepared.y[study.plan.search[held]]
    whole = study.judge.check(outcome.prediction, len(truth)) if outcome.prediction else None
    if whole is None or isinstance(whole, Rejection):
        return []
    some = slice(min(job.shuffle_rows, len(truth)))
    sign = -1.0 if study.metric.greater_is_better else 1.0
    reference = study.metric.value(truth[some], whole[some])
    losses: dict[str, list[float]] = {}
    for (name, _), raw in outcome.shuffled.items():
        checked = study.judge.check(raw, some.stop)
        if not isinstance(checked, Rejection):
            losses.setdefault(name, []).append(sign * (study.metric.value(truth[some], checked) - reference))
    found = [(name, float(np.mean(values)), float(np.std(values))) for name, values in losses.items()]
    return sorted(found, key=lambda item: -item[1])


def _test(desk: Desk, best: Entry, solution: Solution) -> None:
    """Fit on the search rows, predict the test rows; scored once."""
    study = desk.study
    oof_truth, oof = _out_of_fold(desk, best)
    behaviour = Behaviour(oof_truth, oof, None, None)
    if study.test_rows:
        desk.tell(Finishing(f"fitting #{best.number} on all {len(study.plan.search):,} search rows for the test part"))
        tried = desk.bench.test(solution.source, best.params, timeout=_timeout(desk, desk.finish_seconds(best)))
        truth = study.test_truth
        if tried.prediction is None:
            desk.tell(Warned(f"the test part could not be predicted: {tried.reason}"))
        else:
            if truth is not None:
                _score_test(desk, tried.prediction)
            behaviour = Behaviour(oof_truth, oof, truth, tried.prediction)
    keep_behaviour(desk.run, behaviour)
    desk.journal.learn(desk.run, tested=True)
    desk.journal.mark(desk.run, active=desk.clock.active)


def _score_test(desk: Desk, prediction: NDArray[Any]) -> None:
    spent = desk.journal.look_at_test(desk.study.test_hash, desk.run)
    score = desk.study.judge.test(prediction)
    if isinstance(score, Rejection):
        desk.tell(Warned(f"no test score: {score.reason}"))
    else:
        desk.journal.learn(desk.run, test=asdict(score), test_spent=spent)


def _out_of_fold(desk: Desk, best: Entry) -> tuple[NDArray[Any], NDArray[Any]]:
    """(truth, prediction) of every row that was held out, once each: the mean over repeats."""
    study = desk.study
    predictions = desk.predictions(best)
    shape = (len(study.plan.search), *predictions[0].shape[1:])
    total, times = np.zeros(shape), np.zeros(len(study.plan.search))
    for fold, prediction in zip(study.plan.folds, predictions, strict=True):
        if prediction.dtype.kind == "i":  # labels: the last repeat's, since a mean of codes means nothing
            total[fold.held], times[fold.held] = prediction, 1
        else:
            total[fold.held] += prediction
            times[fold.held] += 1
    seen = times > 0
    mean = total[seen] / times[seen].reshape(-1, *([1] * (total.ndim - 1)))
    return study.prepared.y[study.plan.search[seen]], mean


def _refit(desk: Desk, best: Entry, solution: Solution) -> None:
    """Fit on all labelled rows and keep the model, as skops, which runs no code when it is loaded."""
    rows = len(desk.study.prepared.y)
    desk.tell(Finishing(f"fitting #{best.number} on all {rows:,} labelled rows, for use"))
    outcome = desk.bench.refit(solution.source, best.params, timeout=_timeout(desk, desk.finish_seconds(best)))
    name = None
    if outcome.status == "ok" and outcome.model is not None:
        name = "model.skops"
        write_atomically(run_folder(desk.run) / name, outcome.model)
    else:
        desk.tell(Warned("the fitted model could not be saved: it is refitted from solution.py when needed"))
    desk.journal.learn(desk.run, model=name, model_types=list(outcome.untrusted))
    desk.journal.mark(desk.run, active=desk.clock.active)


def _tell(desk: Desk, best: Entry | None) -> None:
    record = recall(desk.journal, desk.run)
    facts = desk.journal.run(desk.run).facts
    artifacts: Sequence[str] = [name for name in facts.get("artifacts", {}).values() if name]
    desk.tell(
        Finished(
            run=desk.run,
            status=record.status,
            best=desk.journal.record(desk.run, best) if best else None,
            test=record.test,
            test_spent=record.test_spent,
            looks=record.looks,
            metric=record.metric,
            folder=str(run_folder(desk.run)),
            artifacts=tuple(artifacts),
        )
    )
