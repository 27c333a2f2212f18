"""The end of a run in three lines: the best, the test, and where everything is."""

from pathlib import Path

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.verdict import test_verdict
from mlpilot.agent.report.words import p_value
from mlpilot.agent.result import ARTIFACTS
from mlpilot.facts import Fact
from mlpilot.numbers import bare, clock, metric_name, plural, score
from mlpilot.streams import clean


def of_record(record: RunRecord, folder: Path) -> list[Fact]:
    """Best, test, run and next step."""
    best = next((item for item in record.experiments if item.number == record.best), None)
    found = [name for name in ARTIFACTS.values() if (folder / name).is_file()]
    if best is None:
        return [("best", _no_best(record)), ("run", _run_line(record, found)), ("next", f"mlpilot show {record.run}")]
    facts = [("best", _best_line(best, record))]
    if record.test is not None:
        facts.append(("test", _test_line(best.score, record.test, record)))
    if record.stopped:
        facts.append(("stopped", clean(record.stopped)))
    facts.append(("run", _run_line(record, found)))
    facts.append(("next", _next_step(record, found)))
    return facts


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
    tried = len(record.experiments)
    if not tried:
        return "none: nothing could be tried. " + clean(record.stopped)
    last = record.experiments[-1]
    return f"none: no Solution worked in {plural(tried, 'experiment')}; the last one: {clean(last.reason)}"


def _run_line(record: RunRecord, found: list[str]) -> str:
    about = f"{clock(record.seconds)}, {plural(len(record.experiments), 'experiment')}"
    return " · ".join([f"{clean(record.run)} ({about})", *found])


def _next_step(record: RunRecord, found: list[str]) -> str:
    return f"mlpilot report {record.run} --open" if "report.html" in found else f"mlpilot show {record.run}"
