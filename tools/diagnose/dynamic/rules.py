"""What the facts of one training show beside AutoTrainer's five problems, a small rule each.

The five (exploding, vanishing, dying, oscillating, slow: TRAIN001 to TRAIN005) are told by `problems.py`;
`tools/mending/training/repairs.py` has what mends them. Here is what a run shows and no edit is proven for. Each rule
gives evidence with its numbers, or nothing; the bounds are our own, set so that no healthy training is named.
"""

import math
import statistics
from collections.abc import Iterable, Sequence

from mlpilot.tools.diagnose.dynamic import ends, loops
from mlpilot.tools.diagnose.dynamic.facts import Point, Training
from mlpilot.tools.diagnose.dynamic.problems import ignorance, rate_is_off
from mlpilot.tools.diagnose.dynamic.rule import LEAST_ROWS, LEAST_STEPS, SHARE_LEARNT, Rule, late, learns
from mlpilot.tools.diagnose.model import Diagnosis

UNOBSERVED, _RATE = "TRAIN000", "TRAIN015"
_LARGE = 100.0
_RISEN, _LEAST_VALIDATIONS = 1.5, 8
_SATURATED, _DEAD = 0.8, 0.9
_WARM_UP, _HALF, _ALL, _LEAST_SECONDS = 2, 0.5, 0.9, 1.0
_LEAST_DIFFER, _SHARE_DIFFER = 4, 0.01
_LEAST_WRONG, _SAYS_NOTHING = 40, 0.65
_FLAT_PART, _NEAR, _FAR = 0.02, 0.8, 1.2
_BY_DIFFERENCE = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_SCALED_BY_LAYER = ("Embedding", "Norm", "Rescaling")


def judge(one: Training) -> list[Diagnosis]:
    """What is wrong with a training, causes first; what follows from a cause is left out."""
    found = [(rule, rule.find(one)) for rule in RULES]
    shown = [(rule, evidence) for rule, evidence in found if evidence]
    causes = [(rule, evidence) for rule, evidence in shown if not rule.is_result]
    return [_told(rule, evidence, rule.place(one)) for rule, evidence in (causes or shown[:1])]


def judge_all(trainings: Iterable[Training], explained: Sequence[int | None] = ()) -> list[Diagnosis]:
    """What is wrong with all of them, one for each code and line.

    `explained`: lines at which a cause is known already; what merely follows from one is not told there. Of trainings
    at one line with different learning rates, nothing is said of the rate: that is a search.
    """
    results = {rule.code for rule in RULES if rule.is_result}
    first: dict[tuple[str, int | None], Diagnosis] = {}
    known = list(trainings)
    for one in known:
        is_search = any(other.line == one.line and other.learning_rate != one.learning_rate for other in known)
        for found in judge(one):
            if is_search and found.code == _RATE:
                continue
            if found.code not in results or found.line not in explained:
                first.setdefault((found.code, found.line), found)
    return list(first.values())


def unobserved(faults: Sequence[str]) -> list[Diagnosis]:
    """A note where the observers could not see all."""
    told = "facts of the trainings are missing: not all could be observed"
    one = Diagnosis("not-observed", told, "; ".join(faults)[:500], 1, severity="note", code=UNOBSERVED)
    return [one] if faults else []


def _told(rule: Rule, evidence: str, line: int | None) -> Diagnosis:
    return Diagnosis(
        rule.kind,
        f"{rule.title}: {evidence}",
        evidence,
        line or 1,
        rule.remedy,
        severity=rule.severity,
        code=rule.code,
        confidence=rule.confidence,
    )


def _data_not_finite(one: Training) -> str:
    named = (("inputs", one.inputs), ("targets", one.targets))
    for name, scale in named:
        if (scale is not None and not scale.finite) or (one.bad is not None and one.bad.where == name):
            return f"NaN or infinity among the {name} of the training"
    return ""


def _no_gradient(one: Training) -> str:
    seen = [layer for layer in one.layers if layer.parameters and len(layer.gradients) >= 3]
    if any(late(layer.dead or (0.0,)) >= _DEAD or late(layer.saturated or (0.0,)) >= _DEAD for layer in one.layers):
        return ""  # gradients end there, though they could come through
    without = [layer.name for layer in seen if not any(layer.gradients)]
    if not without or len(without) == len(seen):
        return ""
    return f"{', '.join(without[:4])} had none in any of {len(seen[0].gradients)} looks, other layers had"


def _kept_gradients(one: Training) -> str:
    if one.kept_gradients >= 3 and one.kept_gradients >= len(one.sampled) - 2:
        return f"{one.kept_gradients} of {len(one.sampled)} steps looked at began with those of the step before"
    return ""


def _broadcast(one: Training) -> str:
    if one.loss not in _BY_DIFFERENCE or one.outputs is None or one.targets is None:
        return ""
    given, wanted = one.outputs.shape, one.targets.shape
    if given == wanted or len(given) == len(wanted):
        return ""
    return f"outputs of shape {given} against targets of shape {wanted}: each row is compared with every other"


def _out_of_scale(one: Training) -> str:
    scale = one.inputs
    if scale is None or len(scale.shape) < 2 or one.steps < LEAST_STEPS or learns(one):
        return ""
    if one.layers and any(word in one.layers[0].kind for word in _SCALED_BY_LAYER):
        return ""
    largest = max(abs(scale.minimum), abs(scale.maximum))
    if largest <= _LARGE:
        return ""
    return f"values from {scale.minimum:.4g} to {scale.maximum:.4g}, and the training learns little"


def _overfit(one: Training) -> str:
    points = one.validation_losses
    if len(points) < _LEAST_VALIDATIONS or not one.losses or not all(math.isfinite(point.value) for point in points):
        return ""
    values = [point.value for point in points]
    best = min(range(len(values)), key=values.__getitem__)
    last = statistics.fmean(values[-3:])
    trained = late([point.value for point in one.losses])
    if best > 0.6 * len(values) or last < _RISEN * values[best] or trained > 0.5 * last or _still_better(one, best):
        return ""
    return (
        f"the loss on held-out rows fell to {values[best]:.3g} by step {points[best].step} and rose to {last:.3g}, "
        f"while that of training fell to {trained:.3g}"
    )


def _still_better(one: Training, best: int) -> bool:
    """Whether more held-out rows are right at last than where their loss was least."""
    right = [point.value for point in one.validation_accuracies]
    return len(right) == len(one.validation_losses) and statistics.fmean(right[-3:]) > right[best] + 0.01


def _saturated(one: Training) -> str:
    if one.steps < LEAST_STEPS or learns(one):
        return ""
    for layer in one.layers:
        seen = layer.saturated if layer.activation in ("sigmoid", "tanh", "softmax") else ()
        if len(seen) >= 3 and seen[0] >= _SATURATED and late(seen) >= _SATURATED:
            is_single = layer.activation == "softmax" and layer.units == 1
            single = "; over a single unit softmax gives 1 always" if is_single else ""
            shares = f"{seen[0]:.0%} at first and {seen[-1]:.0%} at last"
            return f"{shares} of what {layer.name} gives through {layer.activation} lie at its ends{single}"
    return ""


def _one_class(one: Training) -> str:
    late = one.predictions[len(one.predictions) // 2 :]
    if not one.classifies or one.steps < LEAST_STEPS or len(late) < 2 or learns(one):
        return ""
    if any(batch.predicted != 1 or batch.classes < 2 or batch.rows < LEAST_ROWS for batch in late):
        return ""
    right = _right(one.accuracies)
    if right is not None and right > 0.9:
        return ""  # rare classes: it may be early
    return f"each of the last {len(late)} batches looked at, with {late[-1].classes} classes, from step {late[0].step}"


def _contradictory_labels(one: Training) -> str:
    seen = one.labels
    if seen is None or not one.classifies or seen.differ < max(_LEAST_DIFFER, _SHARE_DIFFER * seen.rows):
        return ""
    return f"{seen.differ} of {seen.rows} rows have the same inputs, to the last digit, as a row of another class"


def _sure_and_wrong(one: Training) -> str:
    seen = one.sureness
    classes = one.outputs.shape[1] if one.outputs is not None and len(one.outputs.shape) > 1 else 0
    if seen is None or classes < 2 or seen.wrong < _LEAST_WRONG or seen.area >= _SAYS_NOTHING:
        return ""
    right, chance = 1 - seen.wrong / max(1, seen.rows), 1 / classes
    if right < chance + SHARE_LEARNT * (1 - chance):
        return ""
    return (
        f"of {seen.rows} held-out rows {seen.wrong} are predicted otherwise than labelled, and nearly as surely as the "
        f"others: of one right and one wrong answer the right one is surer in {seen.area:.0%}"
    )


def _waits(one: Training) -> str:
    shares = [point.value for point in one.waits[_WARM_UP:]]  # the first batches open files, and start workers
    if len(shares) < LEAST_STEPS:
        return ""
    share = statistics.median(shares)
    if share < (_ALL if one.overlaps else _HALF) or share * one.seconds < _LEAST_SECONDS:
        return ""
    what = "a batch was being made" if one.overlaps else "it waited for the next batch"
    return (
        f"{share:.0%} of the time of a step {what}, by the median of {len(shares)}, in {one.seconds:.1f} s of training"
    )


def _rate_out_of_range(one: Training) -> str:
    if one.rates is None or one.rates.best is None or one.steps < LEAST_STEPS or learns(one):
        return ""
    off = rate_is_off(one)
    if not off:
        return ""
    where = "above" if off > 0 else "below"
    return f"{one.learning_rate:g} lies {where}: {one.rates.told()}, of {one.rates.best:.2g} most"


def _underfit(one: Training) -> str:
    trained, held_out = [[p.value for p in curve] for curve in (one.losses, one.validation_losses)]
    nothing = ignorance(one)
    if len(held_out) < _LEAST_VALIDATIONS or len(trained) < 4 * _LEAST_VALIDATIONS or not one.is_finite:
        return ""
    if not math.isfinite(nothing) or learns(one):
        return ""
    quarter = len(trained) // 4
    before, last = statistics.fmean(trained[-2 * quarter : -quarter]), statistics.fmean(trained[-quarter:])
    held = statistics.fmean(held_out[-max(2, len(held_out) // 4) :])
    if last < (1 - _FLAT_PART) * before or not (_NEAR * nothing < min(last, held) and max(last, held) < _FAR * nothing):
        return ""
    return (
        f"the loss came to {last:.3g} in training and to {held:.3g} on held-out rows and falls no more, where knowing "
        f"nothing comes to {nothing:.3g}"
    )


def _right(accuracies: Sequence[Point]) -> float | None:
    return late([point.value for point in accuracies]) if accuracies else None


_DEBUGGED = "UMLAUT (Schoop, Huang, Hartmann, CHI 2021)"
RULES = (
    *loops.RULES,
    *ends.RULES,
    Rule("TRAIN006", "data-not-finite", "not all data are numbers", "drop or fill what is missing before the training",
         "error", 0.95, "DeepLocalize (Wardat, Le, Rajan, ICSE 2021) on values that are not finite", _data_not_finite),
    Rule("TRAIN007", "no-gradient", "no gradient reaches a layer",
         "look for detach(), no_grad(), numpy or argmax between that layer and the loss", "warning", 0.8,
         "PyTorch's notes on autograd", _no_gradient),
    Rule("TRAIN008", "gradients-kept", "gradients are added up from step to step",
         "call optimizer.zero_grad() before each backward()", "warning", 0.9,
         "PyTorch's documentation of zero_grad", _kept_gradients),
    Rule("TRAIN009", "shapes-broadcast", "the loss compares arrays of different shapes",
         "give both the same shape: unsqueeze(1) of the targets, or squeeze(1) of the outputs", "error", 0.95,
         "PyTorch's own warning in its losses", _broadcast),
    Rule("TRAIN010", "inputs-out-of-scale", "the inputs are large", "scale them to about -1 to 1, fitted on the rows "
         "for training", "warning", 0.8, _DEBUGGED, _out_of_scale),
    Rule("TRAIN011", "overfit", "it learns the training rows by heart", "stop at the best epoch (early stopping), or "
         "use dropout, weight decay or fewer units", "warning", 0.7, _DEBUGGED, _overfit),
    Rule("TRAIN017", "label-noise", "labels contradict each other", "look at these rows, and keep each once, with "
         "the label that is right", "warning", 0.85,
         "Northcutt, Jiang and Chuang on label errors, JAIR 2021; that equal rows show them is our own",
         _contradictory_labels),
    Rule("TRAIN018", "label-noise-suspected", "labels may be wrong", "look at the held-out rows on which the model is "
         "surest and disagrees with the label", "note", 0.5, "Hendrycks and Gimpel, ICLR 2017; confident learning "
         "(Northcutt, Jiang and Chuang, JAIR 2021)", _sure_and_wrong),
    Rule("TRAIN014", "waits-for-data", "the training waits for its batches", "let workers load them (num_workers), "
         "prefetch, cache what is read or computed more than once, or make whole batches at a time", "note", 0.8,
         "the performance guides of PyTorch and of tf.data", _waits),
    Rule(_RATE, "rate-out-of-range", "the learning rate does not suit the model",
         "a learning rate from the middle of that range", "warning", 0.7,
         "the range test of Smith, WACV 2017", _rate_out_of_range, is_result=True),
    Rule("TRAIN012", "saturated-outputs", "an activation is at its ends, where nothing is learnt",
         "scale the inputs, use smaller first weights, or another activation", "warning", 0.8,
         "Glorot and Bengio, AISTATS 2010", _saturated, is_result=True),
    Rule("TRAIN013", "one-class-predictions", "one class is predicted for every row",
         "look at the loss, the last activation, the labels and the learning rate", "warning", 0.75,
         "our own", _one_class, is_result=True),
    Rule("TRAIN016", "underfit", "it learns next to nothing, in training and on held-out rows",
         "a larger model, more steps, other inputs; or nothing in the inputs tells the targets", "note", 0.5,
         "Goodfellow, Bengio and Courville, Deep Learning, 5.2 and 11.3", _underfit, is_result=True),
)  # fmt: skip
"""Causes before what follows from them; of the latter the first alone is told."""
