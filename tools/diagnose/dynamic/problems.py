"""The five training problems, as the facts of a run show them, without doubt enough to change a script for them.

Each asks first whether the loss has stayed near where it began: a training that learns has no symptom here. The signs
are AutoTrainer's (Zhang et al., ICSE 2021): gradients that shrink from the last layer to the first, numbers that are
not finite or leap, units that give nothing, a loss that jumps, weights that hardly move. The bounds are our own, set
between generated trainings that have a problem and those that have none.
"""

import math
import statistics
from collections.abc import Iterable, Sequence

from mlpilot.tools.diagnose.dynamic.facts import LEAST_FALL, Layer, Training
from mlpilot.tools.diagnose.model import Diagnosis

LEAST_STEPS = 30
"""Of a shorter training nothing is said."""
UNLEARNED = 0.35
"""The share of the first loss that is left at the end."""
_FLAT = 0.85
_SHRUNK, _SHRUNK_DEEP, _DEEP = 1e-3, 0.1, 5
_DEAD = 0.9
_LEAP, _JUMP, _SWELL = 50.0, 1.4, 1.25
_CRAWL = 1e-3
_VIOLENT, _GROWN = 0.15, 4.0
_WARMS, _RANGE_TEST = 2.0, 1000.0
_BEGINS_LEARNT, _FAR_OFF = 0.5, 4.0
_SEVERED, _UNLEARNED_SEVERED = 1e-4, 0.2
"""The first layer's share of the gradients below which it learns nothing, and only the others do."""
_UNLEARNED_DEEP = 0.1
"""The same for many squashing layers, one behind the other: they learn a part, and then hardly more."""
_LOOKED_UP = ("Embedding", "EmbeddingBag")
_ATTENDS = ("NonDynamicallyQuantizableLinear",)
"""What PyTorch's attention ends with."""
_PARTS, _STANDS, _BELOW = 12, 6, 10.0
_SQUARED = ("mse_loss", "mse", "mean_squared_error")
_WILD_RATE = {"SGD": 4.0, "Adam": 0.08, "AdamW": 0.08, "RMSprop": 0.05}
"""Learning rates (of SGD: over 1 - momentum) at which hardly any net learns."""

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
    """What trainings show, one problem at most for each, at its line of the script.

    Of trainings at one line with different learning rates, one of which learns, nothing is said: that is a search.
    """
    known = list(trainings)
    found = []
    for one in known:
        kind, evidence = _of(one)
        if kind and not any(_is_search(one, other) and not _of(other)[0] for other in known):
            code, message, remedy = _KNOWN[kind]
            found.append(
                Diagnosis(kind, message, evidence, one.line or 1, remedy, severity="warning", code=code, confidence=0.8)
            )
    return found


def ignorance(one: Training) -> float:
    """The loss of giving every row the same answer, as far as it is known; infinite where it is not.

    First weights that are too wide begin far above it, and half of that is still nothing learnt.
    """
    if not one.is_mean:
        return math.inf
    if one.classifies and "hinge" not in one.loss:
        shape = one.outputs.shape if one.outputs is not None else ()
        classes = shape[1 if one.framework == "torch" else -1] if len(shape) > 1 else 2
        return math.log(max(2, classes))
    if one.loss in _SQUARED and one.targets is not None and one.targets.spread > 0:
        return one.targets.spread**2
    return math.inf


def _is_search(one: Training, other: Training) -> bool:
    same = one.line is not None and one.line == other.line and len(other.losses) >= _PARTS
    return same and one.learning_rate != other.learning_rate and _last(other) < UNLEARNED * other.losses[0].value


def _last(one: Training) -> float:
    """Mean of the last part of the losses."""
    return statistics.fmean(point.value for point in one.losses[-max(1, len(one.losses) // _PARTS) :])


def _of(one: Training) -> tuple[str, str]:
    """(kind, evidence), or twice nothing."""
    losses = [point.value for point in one.losses]
    if one.bad is not None and one.bad.where in ("inputs", "targets"):
        return "", ""  # the data's fault
    first, latest = one.learning_rate, one.last_learning_rate
    if first and latest and latest >= _RANGE_TEST * first:
        return "", ""  # it is raised until the training breaks, on purpose
    if one.bad is not None or not all(map(math.isfinite, losses)):
        where = f"{one.bad.where} {one.bad.value} at step {one.bad.step}" if one.bad else "the loss is not finite"
        return "exploding-gradients", where
    if one.alternates or one.continues:
        return "", ""  # its loss need not fall
    if one.steps < LEAST_STEPS or len(losses) < _PARTS or losses[0] <= 0:
        return "", ""
    last, reference = _last(one), min(losses[0], ignorance(one))
    if losses[0] < _BEGINS_LEARNT * ignorance(one) < math.inf and max(losses) < ignorance(one):
        return "", ""  # of a model that was trained before
    fell = f"loss {losses[0]:.3g} at first, {last:.3g} at last"
    leapt = max(losses) >= _LEAP * max(losses[0], last) or (losses[0] >= _LEAP and last >= 0.01 * losses[0])
    if last < _bound(one) * reference and not leapt:
        return "", ""
    return _unlearned(one, losses, last / reference, fell)


def _unlearned(one: Training, losses: list[float], left: float, fell: str) -> tuple[str, str]:
    highest, violent = max(losses), _is_violent(one.layers)
    if highest > _LEAP * max(min(losses[0], losses[-1]), 0.1) and violent:
        return "exploding-gradients", f"{fell}, {highest:.3g} at its highest"
    dead = max((_late(layer.dead) for layer in one.layers), default=0.0)
    if left > UNLEARNED and dead >= _DEAD and highest <= _JUMP * losses[0]:
        return "dying-relu", f"{fell}; {dead:.0%} of a layer's units give nothing"
    ratio = _shrinks(one)
    shrunk = ratio is not None and ratio < (_SHRUNK_DEEP if is_deep(one.layers) and not _is_normed(one) else _SHRUNK)
    if shrunk and left > _bound(one):
        return "vanishing-gradients", f"{fell}; the first layer's gradient is {ratio:.1e} of the last one's"
    moves = max((_middle(layer.updates) for layer in one.layers if layer.updates), default=0.0)
    begun = statistics.fmean(losses[: max(1, len(losses) // _PARTS)])
    if _last(one) > _FLAT * begun and 0 < moves < _CRAWL and not _warms_up(one):
        return "slow-convergence", f"{fell}; a step changes the weights by {moves:.1e} of their size"
    if left > UNLEARNED and _jumps(losses) and violent:
        return "oscillating-loss", f"{fell}, {highest:.3g} at its highest"
    if left > UNLEARNED and dead >= _DEAD:
        return "dying-relu", f"{fell}; {dead:.0%} of a layer's units give nothing"
    if left > UNLEARNED and one.classifies and losses[0] > _FAR_OFF * ignorance(one):
        return "exploding-gradients", f"{fell}, where chance comes to {ignorance(one):.3g}"
    if left > _FLAT and _is_wild(one):
        return "oscillating-loss", f"{fell}, with a learning rate of {one.learning_rate:g}"
    far = rate_is_off(one) if left > UNLEARNED else 0
    if far > 0 or (far < 0 and left > _FLAT):
        tested = f"{fell}, with a learning rate of {one.learning_rate:g}; {one.rates.told() if one.rates else ''}"
        return "oscillating-loss" if far > 0 else "slow-convergence", tested
    return "", ""


def rate_is_off(one: Training) -> int:
    """1 where the learning rate lies above those with which the loss fell in the observer's tests, -1 far below; or 0.

    What is below in a few updates may be enough in many, so that far below is ten times; what is above is not.
    """
    test, rate = one.rates, one.constant_rate
    falling = test.falling if test is not None else None
    if test is None or rate is None or falling is None:
        return 0
    nothing = min(test.others_began, ignorance(one))  # a few rows are learnt where there is nothing to learn, too
    is_below = rate < falling[0] / _BELOW and test.others_least < (1 - LEAST_FALL) * nothing
    return 1 if rate > falling[1] else -1 if is_below else 0


def _bound(one: Training) -> float:
    """The share of the loss up to which a training counts as one that learns."""
    ratio = _shrinks(one)
    if ratio is None or ratio <= 0:
        return UNLEARNED
    squashed = sum(1 for layer in one.layers if layer.activation in ("sigmoid", "tanh"))
    if ratio < _SHRUNK_DEEP and squashed >= _DEEP:
        return _UNLEARNED_DEEP
    return _UNLEARNED_SEVERED if ratio < _SEVERED else UNLEARNED


def _jumps(losses: Sequence[float]) -> bool:
    """Whether the loss rises above its first, and by more than some batches differ from others by chance."""
    size = max(1, len(losses) // _PARTS)
    swells = max(statistics.fmean(losses[at : at + size]) for at in range(len(losses) - size + 1))
    highest = max(losses)
    return highest > _JUMP * losses[0] and (swells > _SWELL * losses[0] or highest > 2 * _JUMP * losses[0])


def _is_violent(layers: Sequence[Layer]) -> bool:
    """Whether steps were seen to throw weights about; rows far from the others make a loss jump without that."""
    seen = [layer for layer in layers if layer.updates and layer.weights]
    grown = any(max(layer.weights) > _GROWN * layer.weights[0] > 0 for layer in seen)
    return not seen or grown or any(max(layer.updates) >= _VIOLENT for layer in seen)


def _is_wild(one: Training) -> bool:
    bound = _WILD_RATE.get(one.optimizer)
    if bound is None or one.learning_rate is None or one.last_learning_rate != one.learning_rate:
        return False
    momentum = min(one.momentum or 0.0, 0.999) if one.optimizer == "SGD" else 0.0
    return one.learning_rate / (1 - momentum) >= bound


def _warms_up(one: Training) -> bool:
    """Whether its learning rate was still on its way up."""
    first, latest = one.learning_rate, one.last_learning_rate
    return first is not None and latest is not None and latest > _WARMS * first


def _shrinks(one: Training) -> float | None:
    """The first layer's gradient in units of the largest one behind it; None where that cannot be told.

    Where the loss stood still at first while nothing came back, that counts: a training that gets away from there by
    chance, and late, had little time left to learn. An embedding has no gradient that compares: most of its rows are in
    no batch. Nor does anything in a net with attention, whose layers lie beside each other.
    """
    if any(layer.kind in _ATTENDS or "Attention" in layer.kind for layer in one.layers):
        return None
    seen = [layer.gradients for layer in one.layers if layer.gradients and layer.kind not in _LOOKED_UP]
    ratio = _share_of_first([_middle(series) for series in seen])
    at_first = _share_of_first([series[0] for series in seen]) if _stands_at_first(one) else None
    return ratio if ratio is None or at_first is None or at_first >= _SEVERED else min(ratio, at_first)


def _share_of_first(sizes: Sequence[float]) -> float | None:
    if len(sizes) < 3 or not all(map(math.isfinite, sizes)) or max(sizes[1:]) <= 0:
        return None
    return min(sizes[0], sizes[1]) / max(sizes[1:])


def _stands_at_first(one: Training) -> bool:
    """Whether the loss stays where it begins for the first sixth of the training."""
    losses = [point.value for point in one.losses]
    end = max(1, len(losses) // _STANDS)
    return statistics.fmean(losses[end // 2 : end]) > (1 - LEAST_FALL) * losses[0]


def is_deep(layers: Sequence[Layer]) -> bool:
    """Whether more than five layers with weights follow each other."""
    return sum(1 for layer in layers if layer.gradients and layer.kind not in _LOOKED_UP) > _DEEP


def _is_normed(one: Training) -> bool:
    """Whether a norm stands behind most layers: whatever comes back is of the size that it asks for."""
    norms = sum("Norm" in layer.kind for layer in one.layers)
    return 2 * norms >= len([layer for layer in one.layers if layer.gradients]) - norms > 0


def _middle(series: Sequence[float]) -> float:
    """The median, the beginning left out."""
    return statistics.median(series[len(series) // 3 :]) if series else 0.0


def _late(series: Sequence[float]) -> float:
    return statistics.fmean(series[len(series) // 2 :]) if series else 0.0
