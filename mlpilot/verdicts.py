"""What `mlpilot score` says at a terminal."""

from mlpilot.agent.report.words import decimals
from mlpilot.agent.scoring import ScoreOutcome
from mlpilot.facts import Fact, print_facts
from mlpilot.numbers import bare, metric_name, score
from mlpilot.screen import for_answers
from mlpilot.streams import clean


def print_outcome(outcome: ScoreOutcome) -> None:
    """The score with its doubt, or why there is none."""
    print_facts(for_answers(), _facts(outcome))


def _facts(outcome: ScoreOutcome) -> list[Fact]:
    if outcome.score is None:
        facts: list[Fact] = [(outcome.status, clean(outcome.reason))]
        if outcome.diagnosis is not None and outcome.diagnosis.remedy:
            facts.append(("remedy", clean(outcome.diagnosis.remedy)))
        return facts
    places = decimals(outcome.score.ci) + 1
    facts = [("score", f"{score(outcome.score)}, 95 % interval in brackets")]
    if outcome.score.folds:
        facts.append(("folds", "  ".join(bare(value, places) for value in outcome.score.folds)))
    if outcome.score.also:
        also = (f"{clean(metric_name(name))} {bare(value, 3)}" for name, value in outcome.score.also.items())
        facts.append(("also", ", ".join(also)))
    return facts
