"""What may be said of a result in one sentence, and nothing beyond what was measured."""

import math
from dataclasses import dataclass
from typing import Literal

from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.words import p_value, plural, score_text


@dataclass(frozen=True)
class Verdict:
    """How the test score compares with the search score."""

    kind: Literal["no test", "as expected", "worse", "better"]
    sentence: str


def test_verdict(search: Score | None, test: Score | None, greater_is_better: bool) -> Verdict:
    """Whether search and test scores differ by more than their 95 % intervals allow.

    The interval of the difference is put together from the two scores' own (MOVER: Zou and Donner, "Construction of
    confidence limits about effect measures", Statistics in Medicine 27, 2008); the parts share no rows.
    """
    if search is None or test is None:
        return Verdict("no test", "No test part was scored, so only the search score speaks for it.")
    gap = test.value - search.value
    up = math.hypot(test.value - test.ci[0], search.ci[1] - search.value)
    down = math.hypot(test.ci[1] - test.value, search.value - search.ci[0])
    if -down <= gap <= up:
        return Verdict("as expected", "The test score is as expected from the search.")
    if (gap > 0) == greater_is_better:
        return Verdict("better", "The test score is better than the search suggests: these test rows may be easier.")
    return Verdict("worse", "The test score is worse than the search suggests: over-fitting to the folds is suspected.")


def passed_over(best: ExperimentRecord, record: RunRecord) -> ExperimentRecord | None:
    """The experiment whose score is better than that of the best, where there is one."""
    sign = 1 if record.greater_is_better else -1
    scored = [(sign * one.score.value, one) for one in record.experiments if one.score is not None]
    if best.score is None or not scored:
        return None
    value, leader = max(scored, key=lambda pair: pair[0])
    return leader if value > sign * best.score.value else None


def why_passed_over(best: ExperimentRecord) -> str:
    """Why the judge's rule took `best` rather than one that scored better (docs/judge.md)."""
    if best.kind == "blend":
        return "the best of many is flattered by luck, and a blend's score is not"
    return "within the noise the simpler one is taken"


def standing_sentence(best: ExperimentRecord, record: RunRecord) -> str:
    """What the comparisons say of the best model; "better" only where they do."""
    said = _standing(best, record)
    leader = passed_over(best, record)
    if leader is None or leader.score is None:
        return said
    return f"{said} #{leader.number} scored {score_text(leader.score)}: {why_passed_over(best)}."


def _standing(best: ExperimentRecord, record: RunRecord) -> str:
    scored = sum(experiment.score is not None for experiment in record.experiments)
    comparison = best.comparison
    if scored < 2 or comparison is None:
        return "Nothing else was scored to compare it with."
    looks = plural(comparison.looks, "look")
    if comparison.standing == "better" and comparison.p is not None:
        return f"It is better than the best before it ({p_value(comparison.p)} after {looks} at the board)."
    if comparison.standing == "better":
        return f"It is better than the best before it, after {looks} at the board."
    if comparison.standing == "first":
        return "It was tried first, and nothing later took its place."
    return "It is not significantly better than the best before it: within the noise, the judge's rule picked it."
