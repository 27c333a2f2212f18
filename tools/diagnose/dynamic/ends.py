"""Rules about where outputs, labels and the loss meet, from the numbers that a run has shown.

The bounds are our own, set so that no healthy training is named.
"""

import math
import statistics
from collections.abc import Sequence

from mlpilot.tools.diagnose.dynamic.facts import Scale, Training
from mlpilot.tools.diagnose.dynamic.rule import LEAST_ROWS, LEAST_STEPS, Rule, late, learns

_APPLIES = {"cross_entropy": ("softmax", "sigmoid", "relu"),
            "binary_cross_entropy_with_logits": ("sigmoid", "softmax", "relu")}  # fmt: skip
"""Loss of PyTorch that is given raw outputs → what cuts those off."""
_WANTS_LOGARITHMS = ("nll_loss", "kl_div")
_PROBABILITIES = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
_SQUARES = ("mse_loss", "mse", "mean_squared_error")
_DISTANCES = ("l1_loss", "mae", "mean_absolute_error")
_OF_VALUES = (*_SQUARES, *_DISTANCES, "smooth_l1_loss", "huber_loss", "huber")
_REACH = {"sigmoid": (-0.2, 1.2), "softmax": (-0.2, 1.2), "tanh": (-1.3, 1.3)}
_WORSE, _WORSE_DISTANCE, _CONSTANT = 1.5, 1.25, 1e-3
_OFF, _WILD = 0.5, 2.0
"""By how many deviations of the labels outputs are off, and how much further apart they lie."""
_APART, _FAR_APART, _WIDE = 1e3, 1e5, 100.0
_SCALED_BY_LAYER = ("Embedding", "Norm", "Rescaling", "TextVectorization")
_BETTER = ("accuracy", "auc", "iou", "dice", "f1", "r2")
"""Words in names of metrics of which more is better."""
_FALLS, _GONE, _LEAST_POINTS = 0.05, 0.1, 5
_AT_CHANCE, _BY_HEART, _LEAST_VALIDATIONS = 0.05, 0.6, 3


def _activated_twice(one: Training) -> str:
    if one.from_logits and one.ending in ("softmax", "sigmoid"):
        return f"{one.loss} with from_logits=True of outputs that come through {one.ending}"
    if one.ending not in _APPLIES.get(one.loss, ()):
        return ""
    applied = "softmax" if one.loss == "cross_entropy" else "sigmoid"
    what = f"comes through {one.ending}, and the loss applies {applied} to that"
    return f"what {one.loss} is given {what}{_between(one.outputs)}"


def _no_probabilities(one: Training) -> str:
    if one.loss in _WANTS_LOGARITHMS and one.ending in ("softmax", "sigmoid", "linear", "relu"):
        if one.loss == "kl_div" and one.ending == "linear":
            return ""
        return f"{one.loss} takes logarithms of probabilities, and is given what comes through {one.ending}"
    given = one.outputs
    if one.loss not in _PROBABILITIES or one.from_logits is not False or given is None or not given.finite:
        return ""
    if given.minimum >= -1e-3 and given.maximum <= 1.001:
        return ""
    return f"{one.loss} takes probabilities, and is given outputs from {given.minimum:.3g} to {given.maximum:.3g}"


def _out_of_reach(one: Training) -> str:
    wanted = one.targets
    if wanted is None or one.loss not in _OF_VALUES or not wanted.finite or wanted.shape[:1] < (LEAST_ROWS,):
        return ""
    span = f"labels go from {wanted.minimum:.3g} to {wanted.maximum:.3g}"
    low, high = _REACH.get(one.ending, (-math.inf, math.inf))
    if wanted.minimum < low or wanted.maximum > high:
        least = -1 if one.ending == "tanh" else 0
        return f"{span}, and outputs, through {one.ending}, lie between {least} and 1"
    if one.ending == "relu" and wanted.minimum < 0 and wanted.mean - wanted.spread < -0.1 * wanted.spread:
        return f"{span}, and outputs, through relu, are never below 0"
    return ""


def _labels_out_of_range(one: Training) -> str:
    wanted = one.targets
    if wanted is None or not wanted.finite or not one.loss.startswith("binary_cross"):
        return ""
    if wanted.minimum >= -1e-6 and wanted.maximum <= 1 + 1e-6:
        return ""
    return f"{one.loss} takes labels from 0 to 1, and is given labels from {wanted.minimum:.3g} to {wanted.maximum:.3g}"


def _worse_than_the_mean(one: Training) -> str:
    spread, last = _spread(one), late([point.value for point in one.losses] or [0.0])
    if not spread or not one.is_mean or one.alternates or one.steps < LEAST_STEPS or not one.is_finite:
        return ""
    nothing = spread**2 if one.loss in _SQUARES else spread
    if one.loss not in (*_SQUARES, *_DISTANCES) or last < nothing * (
        _WORSE if one.loss in _SQUARES else _WORSE_DISTANCE
    ):
        return ""
    given, wanted = one.last_outputs, one.last_targets or one.targets
    if given is None or wanted is None or not given.finite:
        return ""
    if abs(given.mean - wanted.mean) < _OFF * spread and given.spread < _WILD * spread:
        return ""  # a few rows far from the others are what it cannot tell
    return (
        f"the loss came to {last:.3g}, where always giving the mean comes to {nothing:.3g}; labels go from "
        f"{wanted.minimum:.3g} to {wanted.maximum:.3g}, outputs from {given.minimum:.3g} to {given.maximum:.3g}"
    )


def _constant(one: Training) -> str:
    spread, given = _spread(one), one.last_outputs
    if not spread or given is None or not given.finite or one.loss not in _OF_VALUES or one.steps < LEAST_STEPS:
        return ""
    if given.shape[:1] < (LEAST_ROWS,) or given.spread > _CONSTANT * spread or one.alternates:
        return ""
    return (
        f"outputs differ by {given.spread:.2g}, labels by {spread:.2g} (standard deviations), after {one.steps} steps"
    )


def _spread(one: Training) -> float:
    """How far labels lie apart, of the first batch and of the last; 0 where that is not known, or they move."""
    first, last = one.targets, one.last_targets or one.targets
    if first is None or last is None or min(first.shape[:1], last.shape[:1]) < (LEAST_ROWS,):
        return 0.0
    spread = max(first.spread, last.spread)
    return spread if first.finite and last.finite and abs(first.mean - last.mean) <= spread else 0.0


def _nothing_to_learn(one: Training) -> str:
    if one.steps < LEAST_STEPS or len(one.losses) < LEAST_STEPS or any(point.value != 0 for point in one.losses):
        return ""
    outputs = f" (outputs of shape {one.outputs.shape})" if one.outputs is not None else ""
    return f"it is 0 at the first step, and at all of {one.steps}{outputs}"


def _negated(one: Training) -> str:
    if not one.negated or not one.layers or one.alternates:
        return ""
    return f"what goes backwards is {one.loss} with a minus: {one.losses[0].value:.3g} at first" if one.losses else ""


def _gets_worse(one: Training) -> str:
    if one.alternates or one.weighted or len(one.losses) < _LEAST_POINTS or not one.is_finite:
        return ""  # where a rare class weighs more, fewer rows are right by intent
    losses = [point.value for point in one.losses]
    part = max(1, len(losses) // 5)
    if statistics.fmean(losses[-part:]) >= statistics.fmean(losses[:part]):
        return ""
    series: dict[str, Sequence[float]] = {"accuracy": [point.value for point in one.accuracies], **one.metrics}
    for name, values in series.items():
        if len(values) < _LEAST_POINTS or not any(word in name.lower() for word in _BETTER) or name.startswith("val_"):
            continue
        begun, ended = values[0], list(values[-max(2, len(values) // 4) :])
        if max(ended) < begun - _FALLS and statistics.fmean(ended) < min(values) + 0.5 * _FALLS:
            return f"{name} fell from {begun:.3g} to {ended[-1]:.3g}, while the loss fell"
    return _no_better(one, losses[0], late(losses))


def _no_better(one: Training, first: float, last: float) -> str:
    """Whether the loss is gone, and no more rows are right than by guessing."""
    right, wanted = [point.value for point in one.accuracies], one.targets
    if len(right) < _LEAST_POINTS or one.outputs is None or wanted is None or one.loss in _OF_VALUES:
        return ""
    chance = 1 / max(2, one.outputs.shape[-1] if len(one.outputs.shape) > 1 else 2)
    if not wanted.whole or not 0 < last < _GONE * first or late(right) > chance:
        return ""
    guessed = f"{late(right):.0%} are right, where guessing comes to {chance:.0%}"
    return f"the loss fell from {first:.3g} to {last:.3g}, and {guessed}"


def _columns_apart(one: Training) -> str:
    scale = one.inputs
    if scale is None or len(scale.shape) != 2 or scale.least_spread <= 0 or one.steps < LEAST_STEPS:
        return ""
    if not one.layers or any(word in one.layers[0].kind for word in _SCALED_BY_LAYER) or scale.most_spread < _WIDE:
        return ""
    ratio = scale.most_spread / scale.least_spread
    if ratio < (_FAR_APART if learns(one) else _APART):
        return ""
    return (
        f"the columns' standard deviations go from {scale.least_spread:.2g} to {scale.most_spread:.2g}, and the first "
        "layer adds them up"
    )


def _by_heart(one: Training) -> str:
    classes = max((batch.classes for batch in one.predictions), default=0)
    held_out = [point.value for point in one.validation_accuracies[-3:]]
    if classes < 2 or len(one.validation_accuracies) < _LEAST_VALIDATIONS or not one.accuracies:
        return ""
    chance, trained = 1 / classes, late([point.value for point in one.accuracies])
    told, right = chance + _BY_HEART * (1 - chance), statistics.fmean(held_out)
    if trained < told or right > chance + _AT_CHANCE:
        return ""
    return (
        f"{trained:.0%} of the rows for training are right, and {right:.0%} of those held out, where chance comes to "
        f"{chance:.0%}"
    )


def _between(scale: Scale | None) -> str:
    return f" (from {scale.minimum:.3g} to {scale.maximum:.3g})" if scale is not None else ""


_TAXONOMY = "Humbatova et al. 2020, wrong loss or activation; Zhang et al. 2018"
RULES = (
    Rule("TRAIN027", "activated-twice", "an activation before a loss that applies its own", "give the loss the raw "
         "outputs", "warning", 0.9, _TAXONOMY, _activated_twice),
    Rule("TRAIN028", "no-probabilities", "the loss is given what it does not take", "end the model as the loss wants "
         "it: softmax or sigmoid, log_softmax for NLLLoss; or take the loss of raw outputs", "error", 0.9, _TAXONOMY,
         _no_probabilities),
    Rule("TRAIN029", "labels-out-of-reach", "labels lie where no output can come", "no activation after the last layer "
         "of a model for values, or scale the labels into its range", "warning", 0.9, _TAXONOMY, _out_of_reach),
    Rule("TRAIN030", "labels-out-of-range", "the labels are not those of the loss", "number two classes 0 and 1; for "
         "more, take the cross-entropy of many classes", "error", 0.95, _TAXONOMY, _labels_out_of_range),
    Rule("TRAIN033", "nothing-to-learn", "the loss is 0 whatever the model says", "one output for each class, or the "
         "loss for yes or no", "error", 0.9, _TAXONOMY, _nothing_to_learn),
    Rule("TRAIN034", "loss-negated", "the loss is made larger", "give backward() the loss itself, without the minus",
         "error", 0.9, "Humbatova et al. 2020, wrong loss function calculation", _negated),
    Rule("TRAIN035", "gets-worse", "it gets worse while its loss falls", "look at the sign of the loss: what is made "
         "smaller must be less where the answers are better", "warning", 0.75,
         "Humbatova et al. 2020, wrong loss function calculation", _gets_worse),
    Rule("TRAIN036", "columns-apart", "the columns are of very different scales", "scale them, fitted on the rows for "
         "training", "warning", 0.75, "UMLAUT (Schoop, Huang, Hartmann, CHI 2021)", _columns_apart),
    Rule("TRAIN037", "held-out-at-chance", "what it learns says nothing of held-out rows", "look whether labels still "
         "stand beside their inputs, in both parts", "warning", 0.6, "Humbatova et al. 2020, training data quality",
         _by_heart),
    Rule("TRAIN031", "worse-than-the-mean", "it is worse than one answer for all rows", "scale the labels (and put "
         "predictions back), train longer, or with a higher learning rate", "warning", 0.8, "our own",
         _worse_than_the_mean, is_result=True),
    Rule("TRAIN032", "constant-outputs", "it says the same of every row", "look at the last activation, at units that "
         "are dead, and at the scale of inputs and labels", "warning", 0.8, "our own", _constant, is_result=True),
)  # fmt: skip
