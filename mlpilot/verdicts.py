"""What `mlpilot score` says at a terminal."""

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.report.words import decimals
from mlpilot.agent.scoring import ScoreOutcome
from mlpilot.facts import Fact, print_facts
from mlpilot.numbers import bare, metric_name, plural, score
from mlpilot.screen import for_answers
from mlpilot.streams import clean


def print_outcome(outcome: ScoreOutcome) -> None:
    """The score with its doubt, or why there is none."""
    print_facts(for_answers(), facts_of(outcome))


def facts_of(outcome: ScoreOutcome) -> list[Fact]:
    """Labels, and what is to be said under them."""
    if outcome.score is None:
        return [(outcome.status, clean(outcome.reason)), *_diagnosis(outcome)]
    places = decimals(outcome.score.ci) + 1
    facts = [("scored", _told(outcome.score, outcome))]
    if outcome.score.folds:
        facts.append(("folds", "  ".join(bare(value, places) for value in outcome.score.folds)))
    if outcome.score.also:
        also = (f"{clean(metric_name(name))} {bare(value, 3)}" for name, value in outcome.score.also.items())
        facts.append(("also", ", ".join(also)))
    return facts


def _told(value: Score, outcome: ScoreOutcome) -> str:
    """`log-loss .4197 (.410 – .430), lower is better · 5 folds`."""
    said = score(value)
    if outcome.metric:
        order = "higher" if outcome.greater_is_better else "lower"
        said = f"{clean(metric_name(outcome.metric))} {said}, {order} is better"
    return f"{said} · {plural(len(value.folds), 'fold')}" if value.folds else said


def _diagnosis(outcome: ScoreOutcome) -> list[Fact]:
    found = outcome.diagnosis
    if found is None:
        return []
    where: list[Fact] = [] if found.line is None else [("where", f"line {found.line}")]
    return [*where, *([("remedy", clean(found.remedy))] if found.remedy else [])]
