"""What a rule about trainings is made of, and when a training counts as one that learns."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlpilot.tools.diagnose.dynamic.facts import Training

LEAST_STEPS, LEAST_ROWS = 20, 16
SHARE_LEARNT = 0.3
_LEFT = 0.35


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a training."""

    code: str
    kind: str
    title: str
    remedy: str
    severity: str
    confidence: float
    source: str
    """Who described it."""
    find: Callable[[Training], str]
    """The evidence, or ""."""
    is_result: bool = False
    """Whether it mostly follows from another fault, and is told only where no other is."""
    place: Callable[[Training], int | None] = lambda one: one.line
    """The line that is told."""


def learns(one: Training) -> bool:
    """Whether clearly more than chance is right; where that is not known, whether much of the loss is gone.

    Of one whose loss need not fall, nothing else is said.
    """
    if one.alternates or one.continues:
        return True
    classes = max((batch.classes for batch in one.predictions), default=0)
    if one.accuracies and classes > 1:
        chance = 1 / classes
        return late([point.value for point in one.accuracies]) > chance + SHARE_LEARNT * (1 - chance)
    losses = [point.value for point in one.losses]
    return len(losses) > 1 and late(losses) < _LEFT * losses[0]


def late(values: Sequence[float]) -> float:
    """Mean of the last tenth, of one value at least."""
    return statistics.fmean(values[-max(1, len(values) // 10) :])
