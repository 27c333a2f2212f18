"""The end of a run in three lines: the best, the test, and where everything is."""

from pathlib import Path

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.verdict import passed_over, test_verdict, why_passed_over
from mlpilot.agent.report.words import p_value
from mlpilot.agent.result import ARTIFACTS
from mlpilot.facts import Fact
from mlpilot.numbers import bare, clock, metric_name, plural, score
from mlpilot.streams import clean
from mlpilot.thinking import summed_up

UNDONE = ("interrupted", "running")
"""Statuses of a run that has not come to its end."""


def of_record(record: RunRecord, folder: Path) -> list[Fact]:
    """Best, test, run and next step."""
    best = next((item for item in record.experiments if item.number == record.best), None)
    found = [name for name in ARTIFACTS.values() if (folder / name).is_file()]
    facts = [("best", _no_best(record) if best is None else _best_line(best, record))]
    leader = None if best is None else passed_over(best, record)
    if best is not None and leader is not None and leader.score is not None:
        facts.append(("", f"#{leader.number} scored {score(leader.score)}: {why_passed_over(best)}"))
    if best is not None and record.test is not None:
        facts.append(("test", _test_line(best.score, record.test, record)))
    if best is not None and record.stopped:
        facts.append(("stopped", clean(record.stopped)))
    facts += [("model" if index == 0 else "", text) for index, text in enumerate(summed_up(record))]
    facts.append(("run", _run_line(record, found)))
    step = _next_step(record, found)
    return [*facts, ("next", step)] if step else facts


def _best_line(best: ExperimentRecord, record: RunRecord) -> str:
    value = f"   {score(best.score)}" if best.score else ""
    tuned = ", tuned" if best.kind == "tune" else ""
    return f"#{best.number} {clean(best.name)}{tuned}{value}   {_standing(best, record)}".rstrip()


def _standing(best: ExperimentRecord, record: RunRecord) -> str:
    scored = sum(item.score is not None for item in record.experiments)
    said = best.comparison
    if scored < 2 or said is None:
        return "nothing else was scored"
    looks = plural(record.looks, "look")
    if said.standing == "better":
        chance = f"{p_value(said.p).replace('0.', '.')} " if said.p is not None else ""
        return f"better than the best before it, {chance}after {looks} at the board"
    if said.standing == "first":
        return f"nothing tried later took its place ({looks} at the board)"
    return f"not significantly better than the best before it ({looks} at the board)"


def _test_line(search: Score | None, test: Score, record: RunRecord) -> str:
    verdict = {
        "as expected": "as expected from the search",
        "worse": "worse than the search suggests: trust this score, not the search's",
        "better": "better than the search suggests: these rows may be easier",
        "no test": "",
    }[test_verdict(search, test, record.greater_is_better).kind]
    spent = "; these rows had been scored before, so the test is spent" if record.test_spent else ""
    also = ", ".join(f"{clean(metric_name(name))} {bare(value, 3)}" for name, value in test.also.items())
    return f"{score(test)} on {plural(test.rows, 'sealed row')}: {verdict}{spent}" + (f" · {also}" if also else "")


def _no_best(record: RunRecord) -> str:
    done = _done(record)
    if record.status in UNDONE:
        return _best_so_far(record, done)
    if not done:
        return "none: nothing could be tried" + (f"; {clean(record.stopped)}" if record.stopped else "")
    return f"none: no Solution worked in {plural(len(done), 'experiment')}; the last one: {clean(done[-1].reason)}"


def _best_so_far(record: RunRecord, done: list[ExperimentRecord]) -> str:
    """Of a run that is not at its end, where the Judge chooses."""
    scored = [(item.score, item) for item in done if item.score is not None]
    if not scored:
        return "none: interrupted before anything was scored" if record.status == "interrupted" else "none yet"
    sign = -1 if record.greater_is_better else 1
    value, leader = min(scored, key=lambda pair: sign * pair[0].value)
    return f"so far #{leader.number} {clean(leader.name)}   {score(value)}; the best is chosen at the end"


def _done(record: RunRecord) -> list[ExperimentRecord]:
    return [item for item in record.experiments if item.status != "open"]


def _run_line(record: RunRecord, found: list[str]) -> str:
    about = f"{clock(record.seconds)}, {plural(len(_done(record)), 'experiment')}"
    state = f", {record.status}" if record.status in UNDONE else ""
    return " · ".join([f"{clean(record.run)} ({about}{state})", *found])


def _next_step(record: RunRecord, found: list[str]) -> str:
    """What to type next; nothing where all has been said."""
    if record.status == "interrupted":
        return f"mlpilot resume {record.run}"
    return f"mlpilot report {record.run} --open" if "report.html" in found else ""
