"""What each side brought to a Run: the built-in search, the model, tuning, blends."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlpilot.agent.record import Contribution, ExperimentRecord

OF_MODEL = ("the model's ideas", "tuning of the model's code")
NAMES = {"built-in": "the built-in search", "model": OF_MODEL[0], "you": "your Solution"}
BLENDS = "blends"


@dataclass
class _Count:
    experiments: int = 0
    scored: int = 0
    gain: float = 0.0


def contributions(experiments: Sequence[ExperimentRecord], *, greater_is_better: bool) -> tuple[Contribution, ...]:
    """Experiments by who had the Idea, and by how much each moved the best score; the first score is where it starts.

    A gain is counted for the one who made it, on whatever it stands: it says what came of whom, and not what the search
    would have come to without.
    """
    counts: dict[str, _Count] = {}
    by_number = {one.number: one for one in experiments}
    sign, best = (1 if greater_is_better else -1), None
    for one in experiments:
        count = counts.setdefault(_whose(one, by_number.get(one.parent or 0)), _Count())
        count.experiments += 1
        if one.score is None:
            continue
        count.scored += 1
        value = sign * one.score.value
        if best is not None and value > best:
            count.gain += value - best
        best = value if best is None else max(best, value)
    order = [*NAMES.values(), OF_MODEL[1], BLENDS]
    return tuple(
        Contribution(name, counts[name].experiments, counts[name].scored, counts[name].gain)
        for name in order
        if name in counts
    )


def _whose(one: ExperimentRecord, parent: ExperimentRecord | None) -> str:
    if one.kind == "blend":
        return BLENDS
    if one.kind == "tune" and one.by == "built-in" and parent is not None:
        return OF_MODEL[1] if parent.by == "model" else NAMES[parent.by]
    return NAMES[one.by]


def gained_by_model(found: Sequence[Contribution]) -> float:
    """How far the model's ideas, and the tuning of its code, moved the best score."""
    return sum(one.gain for one in found if one.name in OF_MODEL)
