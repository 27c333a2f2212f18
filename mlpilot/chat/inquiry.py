"""Verbs that look into a run: why a fold failed, where the best errs, how another encoding would do."""

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.record import RunRecord
from mlpilot.chat import happenings as happen
from mlpilot.chat.stopping import abandonable, apart
from mlpilot.facts import Fact
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

_SCORING_SECONDS = 120


def why_fold(record: RunRecord, fold: int, number: str | None) -> list[Fact]:
    """What is known of fold `fold`, counted from 1: of experiment `number`, else of the last that failed, else of the
    best. Raises `UserError` where there is no such fold or experiment."""
    if not 1 <= fold <= record.folds:
        raise UserError(f"{record.run} has {record.folds} folds: there is no fold {fold}")
    one = next((one for one in record.experiments if str(one.number) == number), None)
    if number and one is None:
        raise UserError(f"{record.run} has no experiment #{clean(number)}")
    failed = [
        item
        for item in record.experiments
        if item.status in ("failed", "rejected") and _failed_at(record, item.number) == fold
    ]
    best = next((item for item in record.experiments if item.number == record.best), None)
    one = one or next(iter(failed[::-1]), None) or best
    if one is None:
        raise UserError(f"{record.run} has scored nothing yet")
    name = clean(f"#{one.number} {one.name}")
    if one.score is None:
        at = _failed_at(record, one.number)
        facts = [
            (f"fold {fold}", f"of {name}: {'it failed here' if at == fold else f'not reached: it failed in fold {at}'}")
        ]
        found = next((item.diagnosis for item in one.attempts[::-1] if item.diagnosis), None)
        facts += (
            [("failed", clean(found.message)), *([("remedy", clean(found.remedy))] if found.remedy else [])]
            if found
            else []
        )
        return facts
    folds = one.score.folds
    if fold > len(folds):
        return [
            (f"fold {fold}", f"of {name}: it did not fail; only the score of all folds is known, {one.score.value:.4g}")
        ]
    order = sorted(range(len(folds)), key=lambda place: folds[place], reverse=not record.greater_is_better)
    rank = order.index(fold - 1) + 1
    told = f"of {name}: it did not fail; it scored {folds[fold - 1]:.4g}"
    place = {1: "it is the worst", len(folds): "it is the best"}.get(rank, f"only {rank - 1} of {len(folds)} are worse")
    among = f"the folds lie between {min(folds):.4g} and {max(folds):.4g}; {place}"
    facts = [(f"fold {fold}", told), ("beside", among)]
    return [*facts, *([] if failed else [("failed", "no experiment of this run failed in this fold")])]


def _failed_at(record: RunRecord, number: int) -> int:
    """The first fold, from 1, that is not known of an experiment."""
    with Journal.read(home()) as journal:
        key = journal.experiment(record.run, number).key
        known = journal.folds(key) if key else {}
    return next(fold for fold in range(len(known) + 1) if fold not in known) + 1


def errors(record: RunRecord, tell: happen.Tell, stopping: threading.Event) -> None:
    """Tell on which rows the best errs. Raises `UserError`, `Stopped`."""
    from mlpilot.agent.talk.errors import errors_of

    tell(happen.Doing("comparing groups of rows"))
    found = abandonable(lambda: errors_of(record), stopping)
    facts = [("errors", f"of #{record.best}, out of fold: {found.loss} {found.mean:.3g} over {found.rows:,} rows")]
    facts += [
        ("", f"{clean(one.what)}: {one.inside:.3g} on {one.rows:,} rows, {one.outside:.3g} on all others")
        for one in found.worse
    ]
    if not found.worse:
        facts.append(
            ("", f"none of the {found.looked_at} groups of rows that were compared is clearly worse than the others")
        )
    tell(happen.Facts(tuple(facts)))
    tell(
        happen.Told(
            "groups are quarters of a number, or one value; which rows other words mean, only a model could tell"
        )
    )


def try_encoding(
    record: RunRecord, words: Sequence[str], sandbox: str, tell: happen.Tell, stopping: threading.Event
) -> bool:
    """Judge a Solution that encodes categories by the target, on the same folds; whether it was scored."""
    from mlpilot.agent.talk.tryings import target_encoding

    if " ".join(words).lower().replace("-", " ") not in ("target encoding", "target encoder"):
        raise UserError(
            "usage: /try target encoding; other ideas need a model, or `mlpilot score` with a Solution of yours"
        )
    source, spec = target_encoding(record), record.spec
    tell(happen.Doing("trying a target encoding"))
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as folder:
        path = Path(folder) / "target_encoding.py"
        path.write_text(source, encoding="utf-8")
        asked = ["score", str(path), spec.data, "--target", spec.target, "--seed", str(spec.seed)]
        for option, value in (
            ("task", spec.task),
            ("metric", spec.metric),
            ("test", spec.test),
            ("group", spec.group),
            ("time", spec.time),
        ):
            asked += [f"--{option}", value] if value else []
        for column in spec.drop:
            asked += ["--drop", column]
        answer = apart([*asked, "--sandbox", sandbox, "--timeout", f"{_SCORING_SECONDS}s"], stopping)
    best = next((one for one in record.experiments if one.number == record.best and one.score), None)
    score, ci = answer.get("score"), answer.get("ci")
    if not isinstance(score, float) or not isinstance(ci, list):
        error = answer.get("error")
        raise UserError(f"it was not scored: {answer.get('reason') or (error or {}).get('message') or 'it failed'}")
    facts: list[Fact] = [("tried", f"target encoding before a linear model: {score:.4f} ({ci[0]:.3f} – {ci[1]:.3f})")]
    if best is not None and best.score is not None:
        low, high = best.score.ci
        facts.append(("best", f"#{best.number} {clean(best.name)}: {best.score.value:.4f} ({low:.3f} – {high:.3f})"))
        better = score > high if record.greater_is_better else score < low
        worse = score < low if record.greater_is_better else score > high
        told = (
            "better"
            if better
            else "worse"
            if worse
            else "within the uncertainty of the best: no difference that one could rely on"
        )
        facts.append(("so", told))
    facts.append(("note", "of many values (towns, codes) the built-in recipes take this encoding already"))
    tell(happen.Facts(tuple(facts)))
    return True
