"""What to do next: rules over what was measured, most pressing first. Each says its evidence, and claims no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report import measures
from mlpilot.agent.report.behaviour import class_names
from mlpilot.agent.report.measures import Part
from mlpilot.agent.report.verdict import test_verdict
from mlpilot.agent.report.words import clip, decimals, fixed, interval, metric_name, percent, plural, short

MOST = 5


@dataclass(frozen=True)
class Suggestion:
    """One thing to do, and why."""

    title: str
    evidence: str


@dataclass(frozen=True, eq=False)
class Facts:
    """What the rules look at."""

    record: RunRecord
    best: ExperimentRecord | None
    parts: list[Part]


Rule = Callable[[Facts], Iterator[Suggestion]]


def suggestions(record: RunRecord) -> list[Suggestion]:
    """At most five suggestions."""
    best = next((one for one in record.experiments if one.number == record.best), None)
    facts = Facts(record, best, measures.parts(record))
    found = [suggestion for rule in RULES for suggestion in rule(facts)]
    return found[:MOST]


def nothing_worked(facts: Facts) -> Iterator[Suggestion]:
    """No experiment has a score."""
    if facts.best is None:
        yield Suggestion("Read the reasons of the failures above", f"The search stopped: {facts.record.stopped}")


def test_is_worse(facts: Facts) -> Iterator[Suggestion]:
    """The gap between search and test is more than their intervals allow."""
    record = facts.record
    search = facts.best.score if facts.best else None
    if search and record.test and test_verdict(search, record.test, record.greater_is_better).kind == "worse":
        places = decimals(search.ci) + 1
        values = f"search {fixed(search.value, places)}, test {fixed(record.test.value, places)}"
        yield Suggestion(
            "Believe the test score, not the search score",
            f"The gap ({values}) is more than the intervals allow, after {plural(record.looks, 'look')} at the board. "
            "Fewer experiments or simpler models would leave less room for luck; if rows belong together or have "
            "an order, say so with --group or --time.",
        )


def test_is_spent(facts: Facts) -> Iterator[Suggestion]:
    """The test part was seen by an earlier run."""
    if facts.record.test_spent:
        yield Suggestion(
            "Get fresh test rows before a decision rests on the score",
            "This data's test part had been looked at before this run, so its score may flatter.",
        )


def one_column_dominates(facts: Facts) -> Iterator[Suggestion]:
    """One column carries most of the importance: it may know the answer."""
    entries = sorted(facts.record.behaviour.importance if facts.record.behaviour else (), key=lambda e: -e[1])
    total = sum(max(mean, 0.0) for _, mean, _ in entries)
    if len(entries) < 3 or total <= 0:
        return
    (first, mean, deviation), second = entries[0], entries[1][1]
    if mean > 0.6 * total and mean > 3 * second and mean > 2 * deviation:
        name = clip(first, 60)
        yield Suggestion(
            f"Check “{name}” for leakage",
            f"It holds {percent(mean / total)} of all measured importance. If its value would not be known at "
            "the time of a prediction, leave it out with --drop and run again.",
        )


def still_improving(facts: Facts) -> Iterator[Suggestion]:
    """The best came late."""
    record, best = facts.record, facts.best
    scored = [one.number for one in record.experiments if one.score is not None and one.kind != "blend"]
    if best is None or best.kind == "blend" or len(scored) < 8:
        return
    if best.number >= scored[int(0.8 * len(scored))]:
        yield Suggestion(
            "Search longer",
            f"The best was found late, at #{best.number} of {len(record.experiments)}. The search ended because: "
            f"{clip(record.stopped, 200).rstrip('.')}. A larger --budget may still find better.",
        )


def classes_confused(facts: Facts) -> Iterator[Suggestion]:
    """One class is often taken for another."""
    if not facts.parts or not facts.record.task.classes:
        return
    part, names = facts.parts[0], class_names(facts.record)
    pairs = measures.most_confused(measures.confusion(part, len(names)), 10)
    for pair in [pair for pair in pairs if pair.share >= 0.1 and pair.count >= 5][:1]:
        yield Suggestion(
            f"Look at rows of “{names[pair.true]}” that were taken for “{names[pair.predicted]}”",
            f"{plural(pair.count, 'row')} out-of-fold, {percent(pair.share)} of that class. What would tell the two "
            "apart may be missing from the table, or some labels may be wrong.",
        )


def calibration_is_off(facts: Facts) -> Iterator[Suggestion]:
    """Stated probabilities are not what comes true, beyond what chance explains."""
    if not facts.parts or facts.parts[0].predicted.ndim != 2:
        return
    bins = measures.reliability(facts.parts[0])
    error = measures.calibration_error(bins)
    outside = sum(bin_.count for bin_ in bins if not bin_.ends[0] <= bin_.stated <= bin_.ends[1])
    if error > 0.03 and outside > 0.25 * sum(bin_.count for bin_ in bins):
        yield Suggestion(
            "Calibrate before using the probabilities as they are",
            f"Out-of-fold they are off by {100 * error:.1f} points on average, and {plural(outside, 'row')} lie in "
            "bins where chance does not explain it.",
        )


def residuals_lean(facts: Facts) -> Iterator[Suggestion]:
    """Predictions are too high or too low in some range of predictions."""
    if not facts.parts or facts.record.task.classes:
        return
    for step in measures.trends(facts.parts[0]):
        if step.error > 0 and abs(step.mean) > 4 * step.error and abs(step.mean) > 0.25 * step.spread:
            lean = "low" if step.mean > 0 else "high"
            yield Suggestion(
                f"Predictions near {short(step.predicted)} are too {lean}",
                f"By {short(abs(step.mean))} on average over {plural(step.count, 'out-of-fold row')}. "
                "A curved relation or a column that is not in the table may be behind it.",
            )
            return


def errors_grow(facts: Facts) -> Iterator[Suggestion]:
    """Errors get larger with the prediction."""
    if not facts.parts or facts.record.task.classes:
        return
    steps = measures.trends(facts.parts[0])
    positive = float(facts.parts[0].truth.min()) > 0
    if len(steps) >= 5 and positive and steps[-1].spread > 3 * steps[0].spread > 0:
        yield Suggestion(
            "Try predicting the logarithm of the target",
            f"Residuals spread from ± {short(steps[0].spread)} among the smallest predictions to "
            f"± {short(steps[-1].spread)} among the largest.",
        )


def interval_is_wide(facts: Facts) -> Iterator[Suggestion]:
    """The score is not known well."""
    score = facts.best.score if facts.best else None
    if score is None:
        return
    others = [one.score for one in facts.record.experiments if one.score is not None and one is not facts.best]
    inside = sum(score.ci[0] <= other.value <= score.ci[1] for other in others)
    half = (score.ci[1] - score.ci[0]) / 2
    if half > 0.08 * abs(score.value) or (len(others) >= 4 and inside > 0.6 * len(others)):
        alike = f", and {inside} of the {len(others)} other scores lie inside it" if inside else ""
        yield Suggestion(
            "Get more labelled rows",
            f"With {plural(facts.record.search_rows, 'row')} the {metric_name(facts.record.metric)} is known only to "
            f"{interval(score.ci, decimals(score.ci))}{alike}. Four times the rows would about halve the interval.",
        )


def nothing_was_better(facts: Facts) -> Iterator[Suggestion]:
    """Many models, and none significantly better than the one before: the models are not what holds the score back."""
    standings = [one.comparison.standing for one in facts.record.experiments if one.score and one.comparison]
    if facts.best is not None and len(standings) >= 4 and "better" not in standings:
        yield Suggestion(
            "Look for better columns rather than better models",
            f"None of {plural(len(standings) - 1, 'later experiment')} was significantly better than the best before "
            "it. What is known about each row may matter more than the model: new columns, or finer ones.",
        )


def rare_classes(facts: Facts) -> Iterator[Suggestion]:
    """A class has too few rows to be learnt or judged."""
    if not facts.parts or not facts.record.task.classes:
        return
    counts = np.bincount(facts.parts[0].truth.astype(int), minlength=len(facts.record.task.classes))
    rare = int(counts.argmin())
    if counts[rare] < 25:
        yield Suggestion(
            f"Get more rows of “{class_names(facts.record)[rare]}”",
            f"Only {plural(int(counts[rare]), 'row')} of the search rows; nothing about this class is known well.",
        )


def much_is_missing(facts: Facts) -> Iterator[Suggestion]:
    """Columns with large holes."""
    holes = sorted(
        (column for column in facts.record.columns if column.used and column.missing > 0.3 * facts.record.rows),
        key=lambda column: -column.missing,
    )
    if holes:
        named = ", ".join(f"“{clip(c.name, 40)}” ({percent(c.missing / facts.record.rows)})" for c in holes[:3])
        more = f" and {len(holes) - 3} more" if len(holes) > 3 else ""
        yield Suggestion("Find out why values are missing", f"Missing in {named}{more}.")


def many_failed(facts: Facts) -> Iterator[Suggestion]:
    """Much of the budget bought nothing."""
    failed = [one for one in facts.record.experiments if one.score is None]
    if facts.best and len(failed) > 0.3 * len(facts.record.experiments):
        yield Suggestion(
            "Look into what failed",
            f"{len(failed)} of {len(facts.record.experiments)} experiments have no score; first: "
            f"{clip(failed[0].reason or failed[0].status, 160)}",
        )


def idle_columns(facts: Facts) -> Iterator[Suggestion]:
    """Columns whose shuffling changes nothing that can be measured."""
    entries = facts.record.behaviour.importance if facts.record.behaviour else ()
    idle = [name for name, mean, deviation in entries if mean <= deviation]
    if len(entries) >= 4 and 2 * len(idle) >= len(entries):
        yield Suggestion(
            "Try fewer columns",
            f"Shuffling any one of {len(idle)} of the {len(entries)} columns made no difference beyond its own noise. "
            "Leave some out with --drop, and see whether the score holds.",
        )


def ids_left_out(facts: Facts) -> Iterator[Suggestion]:
    """Ids sometimes carry structure."""
    ids = [column.name for column in facts.record.columns if column.kind == "id" and not column.used]
    if ids and facts.record.task.group is None:
        yield Suggestion(
            f"Ask what “{clip(ids[0], 60)}” identifies",
            "It was left out as an id. If several rows belong to one person, device or place, name the column that "
            "says so with --group, so that no one is on both sides of a fold.",
        )


def try_it(facts: Facts) -> Iterator[Suggestion]:
    """What is always true of a finished run."""
    if facts.best is not None:
        yield Suggestion(
            "Watch it on new rows",
            "The score holds for rows like these. Keep predictions beside what came true, and compare with the "
            "interval above: rows that change with time are the commonest reason for a model to age.",
        )


RULES: tuple[Rule, ...] = (
    nothing_worked,
    test_is_worse,
    test_is_spent,
    one_column_dominates,
    calibration_is_off,
    still_improving,
    classes_confused,
    residuals_lean,
    errors_grow,
    rare_classes,
    interval_is_wide,
    nothing_was_better,
    much_is_missing,
    many_failed,
    idle_columns,
    ids_left_out,
    try_it,
)
