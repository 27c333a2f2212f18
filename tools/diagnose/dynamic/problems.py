"""The five training problems, as the facts of a run show them, without doubt enough to change a script for them.

Each asks first whether the loss has stayed near where it began: a training that learns has no symptom here. The signs
are AutoTrainer's (Zhang et al., ICSE 2021): gradients that shrink from the last layer to the first, numbers that are
not finite or leap, units that give nothing, a loss that jumps, weights that hardly move. The bounds are our own, set
between generated trainings that have a problem and those that have none.
"""

import math
import statistics
from collections.abc import Iterable, Sequence

from mlpilot.tools.diagnose.dynamic.facts import Layer, Training
from mlpilot.tools.diagnose.model import Diagnosis

LEAST_STEPS = 30
"""Of a shorter training nothing is said."""
UNLEARNED = 0.35
"""The share of the first loss that is left at the end."""
_FLAT = 0.85
_SHRUNK, _SHRUNK_DEEP, _DEEP = 1e-3, 0.1, 5
_DEAD = 0.9
_LEAP, _JUMP = 50.0, 1.4
_CRAWL = 1e-3
_PARTS = 12

_KNOWN = {
    "exploding-gradients": ("TRAIN001", "the training explodes", "smaller first weights, or a lower learning rate"),
    "vanishing-gradients": (
        "TRAIN002",
        "gradients vanish on the way to the first layers",
        "ReLUs, an initialisation that fits the width, or batch normalisation",
    ),
    "dying-relu": ("TRAIN003", "most units of a layer give nothing, whatever comes in", "a lower learning rate"),
    "oscillating-loss": ("TRAIN004", "the loss jumps instead of falling", "a lower learning rate, or less momentum"),
    "slow-convergence": ("TRAIN005", "the loss hardly falls: weights hardly move", "a higher learning rate"),
}
"""Kind → (code, message, remedy)."""


def symptoms(trainings: Iterable[Training]) -> list[Diagnosis]:
    """What trainings show, one problem at most for each, at its line of the script."""
    found = []
    for one in trainings:
        kind, evidence = _of(one)
        if kind:
            code, message, remedy = _KNOWN[kind]
            found.append(
                Diagnosis(kind, message, evidence, one.line or 1, remedy, severity="warning", code=code, confidence=0.8)
            )
    return found


def _of(one: Training) -> tuple[str, str]:
    """(kind, evidence), or twice nothing."""
    losses = [point.value for point in one.losses]
    if one.bad is not None and one.bad.where in ("inputs", "targets"):
        return "", ""  # the data's fault
    if one.bad is not None or not all(map(math.isfinite, losses)):
        where = f"{one.bad.where} {one.bad.value} at step {one.bad.step}" if one.bad else "the loss is not finite"
        return "exploding-gradients", where
    if one.alternates or one.continues:
        return "", ""  # its loss need not fall
    if one.steps < LEAST_STEPS or len(losses) < _PARTS or losses[0] <= 0:
        return "", ""
    last = statistics.fmean(losses[-max(1, len(losses) // _PARTS) :])
    fell = f"loss {losses[0]:.3g} at first, {last:.3g} at last"
    leapt = max(losses) >= _LEAP * max(losses[0], last) or (losses[0] >= _LEAP and last >= 0.01 * losses[0])
    if last < UNLEARNED * losses[0] and not leapt:
        return "", ""
    return _unlearned(one, losses, last / losses[0], fell)


def _unlearned(one: Training, losses: list[float], left: float, fell: str) -> tuple[str, str]:
    highest = max(losses)
    if highest > _LEAP * max(min(losses[0], losses[-1]), 0.1):
        return "exploding-gradients", f"{fell}, {highest:.3g} at its highest"
    dead = max((_late(layer.dead) for layer in one.layers), default=0.0)
    if left > UNLEARNED and dead >= _DEAD and highest <= _JUMP * losses[0]:
        return "dying-relu", f"{fell}; {dead:.0%} of a layer's units give nothing"
    ratio = _shrinks(one.layers)
    if left > UNLEARNED and ratio is not None and ratio < (_SHRUNK_DEEP if _is_deep(one.layers) else _SHRUNK):
        return "vanishing-gradients", f"{fell}; the first layer's gradient is {ratio:.1e} of the last one's"
    moves = max((_middle(layer.updates) for layer in one.layers if layer.updates), default=0.0)
    if left > _FLAT and 0 < moves < _CRAWL:
        return "slow-convergence", f"{fell}; a step changes the weights by {moves:.1e} of their size"
    if left > UNLEARNED and highest > _JUMP * losses[0]:
        return "oscillating-loss", f"{fell}, {highest:.3g} at its highest"
    if left > UNLEARNED and dead >= _DEAD:
        return "dying-relu", f"{fell}; {dead:.0%} of a layer's units give nothing"
    return "", ""


def _shrinks(layers: Sequence[Layer]) -> float | None:
    """The first layer's gradient in units of the largest one behind it; None where that cannot be told."""
    sizes = [_middle(layer.gradients) for layer in layers if layer.gradients]
    if len(sizes) < 3 or not all(map(math.isfinite, sizes)) or max(sizes[1:]) <= 0:
        return None
    return min(sizes[0], sizes[1]) / max(sizes[1:])


def _is_deep(layers: Sequence[Layer]) -> bool:
    return sum(1 for layer in layers if layer.gradients) > _DEEP


def _middle(series: Sequence[float]) -> float:
    """The median, the beginning left out."""
    return statistics.median(series[len(series) // 3 :]) if series else 0.0


def _late(series: Sequence[float]) -> float:
    return statistics.fmean(series[len(series) // 2 :]) if series else 0.0
