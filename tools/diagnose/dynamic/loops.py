"""Rules about the loop of a training: gradients that reach nothing, weights nobody has, modes, batches, held-out rows.

The bounds are our own, set so that no healthy training is named.
"""

from mlpilot.tools.diagnose.dynamic.facts import Scale, Training
from mlpilot.tools.diagnose.dynamic.rule import LEAST_STEPS, Rule

_LEAST_LOOKS, _LEAST_RESTS, _LEAST_ALIKE = 3, 2, 4
_SHARE_KNOWN, _SHARE_TWICE, _LEAST_KNOWN = 0.2, 0.05, 10
_STARVED, _DEAD = 0.5, 0.9
_TIMES, _LEAST_DIFFER = 5.0, 2


def _never_stepped(one: Training) -> str:
    if one.steps or one.backwards < LEAST_STEPS:
        return ""
    return f"{one.backwards} losses went backwards, and no optimiser made a step"


def _no_gradients(one: Training) -> str:
    if one.looks < _LEAST_LOOKS or one.empty_looks < one.looks or one.bad is not None:
        return ""
    if any(max(layer.dead, default=0.0) >= _DEAD for layer in one.layers) or all(p.value == 0 for p in one.losses):
        return ""  # that is why
    return f"at none of {one.looks} steps looked at, of {one.steps}, had any weight of the optimiser a gradient"


def _unheld(one: Training) -> str:
    left = one.unheld
    if left is None or left.looks < _LEAST_LOOKS or one.steps < LEAST_STEPS or _no_gradients(one):
        return ""
    more = ", ..." if left.tensors > len(left.names) else ""
    return (
        f"{', '.join(left.names)}{more}: {left.numbers} numbers had gradients, and stayed as they were for {one.steps} "
        "steps"
    )


def _rests(one: Training) -> str:
    late = one.resting[-_LEAST_RESTS:]
    if len(one.resting) < _LEAST_LOOKS or not all(late) or one.steps < LEAST_STEPS or one.continues:
        return ""
    since = "from the first on" if all(one.resting) else "though not from the first on"
    return f"dropout and batch normalisation rested at the last of {len(one.resting)} steps looked at, {since}"


def _judged_moody(one: Training) -> str:
    seen = one.judged_moody
    if seen is None or one.alternates or one.steps < LEAST_STEPS:
        return ""
    return (
        f"after the last of {one.steps} steps, batches of up to {seen.rows} rows came through dropout or batch "
        f"normalisation that was in training mode {seen.calls} times, and never otherwise"
    )


def _same_batch(one: Training) -> str:
    seen = one.repeats
    if seen is None or seen.looks < _LEAST_ALIKE or seen.alike < seen.looks or one.steps < LEAST_STEPS:
        return ""
    if 2 * one.epochs < one.steps or seen.rows < 2 * one.batch_size or not one.batch_size:
        return ""
    return (
        f"at all of {seen.looks} steps looked at, of {one.steps}, the loader gave the same {one.batch_size} of "
        f"{seen.rows} rows: it began anew {one.epochs} times"
    )


def _shared(one: Training) -> str:
    seen = one.shared
    if seen is None or seen.known < max(_LEAST_KNOWN, _SHARE_KNOWN * seen.rows):
        return ""
    if seen.twice > _SHARE_TWICE * seen.trained:
        return ""  # rows come again by themselves
    return f"{seen.known} of {seen.rows} rows to judge by are, number by number, among those for training"


def _starved(one: Training) -> str:
    if one.steps < LEAST_STEPS or one.starved < _STARVED * one.steps:
        return ""
    return (
        f"{one.starved} of {one.steps} steps were made with less than a thousandth of the highest learning rate; "
        f"the last was {one.last_learning_rate or 0.0:.2g}"
    )


def _mixed(one: Training) -> str:
    seen = one.mixed
    if seen is None or seen.differ < _LEAST_DIFFER:
        return ""
    return (
        f"in evaluation mode {seen.differ} of {seen.answers} rows get another answer where the other half of their "
        "batch is left out"
    )


def _peeks(one: Training) -> str:
    seen = one.peeks
    if seen is None or seen.differ < max(2, 0.1 * seen.answers):
        return ""
    return f"at {seen.differ} of {seen.answers} places the answer changes with the last word, which comes after them"


def _stays(one: Training) -> str:
    moved = [layer for layer in one.layers if any(layer.updates)]
    stays = [
        layer.name
        for layer in one.layers
        if layer.parameters and layer.updates and not any(layer.updates) and max(layer.gradients, default=0.0) > 0
    ]
    if not moved or not stays or len(one.sampled) < _LEAST_LOOKS or one.steps < LEAST_STEPS or not one.is_finite:
        return ""
    return f"{', '.join(stays[:4])} had gradients and did not change in any step looked at, while other layers did"


def _judged_otherwise(one: Training) -> str:
    known = one.inputs
    if known is None or not known.finite or not one.judged or one.judged[0][1].shape[1:] != known.shape[1:]:
        return ""
    if not all(_is_other(known, asked) for _, asked in one.judged):
        return ""
    asked = one.judged[-1][1]
    return (
        f"it learnt from numbers from {known.minimum:.3g} to {known.maximum:.3g} (deviation {known.spread:.2g}), and "
        f"is asked about numbers from {asked.minimum:.3g} to {asked.maximum:.3g} (deviation {asked.spread:.2g})"
    )


def _is_other(known: Scale, asked: Scale) -> bool:
    """Whether numbers are of another size altogether, by the largest and by how far they lie apart."""
    largest = [max(abs(one.minimum), abs(one.maximum)) for one in (known, asked)]
    pairs = (largest, [known.spread, asked.spread])
    return all(min(pair) > 0 and not 1 / _TIMES < pair[0] / pair[1] < _TIMES for pair in pairs)


def _norms_stay(one: Training) -> str:
    if not one.still_norms or one.steps < LEAST_STEPS:
        return ""
    return f"the averages of {', '.join(one.still_norms)} are those of before, after {one.steps} steps"


RULES = (
    Rule("TRAIN019", "never-stepped", "nothing is ever learnt", "call optimizer.step() after each backward()",
         "error", 0.95, "PyTorch, Optimizing Model Parameters", _never_stepped),
    Rule("TRAIN020", "no-gradients", "steps are made without any gradient", "give the optimiser the parameters of the "
         "model that computes the loss, and clear gradients before backward(), not between it and step()", "error",
         0.95, "PyTorch, Optimizing Model Parameters; Humbatova et al. 2020, training process", _no_gradients),
    Rule("TRAIN021", "weights-without-optimiser", "weights take part, and no optimiser has them",
         "give their parameters to the optimiser, or set requires_grad=False where they are to stay", "warning", 0.85,
         "PyTorch, torch.optim: Constructing it", _unheld),
    Rule("TRAIN022", "trained-in-evaluation-mode", "it is trained in evaluation mode", "call model.train() at the "
         "start of every epoch", "warning", 0.85, "PyTorch, Module.train and Module.eval", _rests),
    Rule("TRAIN023", "judged-in-training-mode", "rows are judged in training mode", "call model.eval() before rows are "
         "judged, and model.train() after", "warning", 0.85, "PyTorch, Autograd mechanics: Evaluation Mode",
         _judged_moody, place=lambda one: one.judged_moody.line if one.judged_moody else one.line),
    Rule("TRAIN024", "same-batch", "it is trained on one batch of many", "take each batch in turn: for x, y in loader",
         "warning", 0.9, "PyTorch, torch.utils.data; Humbatova et al. 2020, training process", _same_batch),
    Rule("TRAIN025", "rows-shared", "held-out rows are among those for training", "keep them apart: split once, and "
         "train on the rest alone", "warning", 0.85, "Yang et al. 2022, overlap leakage", _shared),
    Rule("TRAIN026", "rate-decayed", "the learning rate has died long before the end", "step the schedule once for "
         "each epoch, or let it decay more slowly", "warning", 0.85,
         "PyTorch, How to adjust learning rate; UMLAUT (Schoop, Huang, Hartmann, CHI 2021)", _starved),
    Rule("TRAIN038", "rows-mixed", "the rows of a batch change each other's answers", "look along which dimension "
         "softmax, attention, norms and recurrent layers work (batch_first=True), and at view() and reshape()", "error",
         0.85, "Humbatova et al. 2020, tensors and inputs: wrong shape; the test is our own", _mixed),
    Rule("TRAIN039", "sees-what-it-tells", "the next word is told from itself", "give attention a mask of the words "
         "that come later, and leave recurrent layers one direction", "error", 0.9, "Vaswani et al. 2017", _peeks),
    Rule("TRAIN041", "judged-on-another-scale", "rows are judged that are not scaled as those for training",
         "the same steps for both, with what was fitted on the rows for training", "warning", 0.85,
         "scikit-learn, Common pitfalls: inconsistent preprocessing", _judged_otherwise,
         place=lambda one: one.judged[-1][0] if one.judged else one.line),
    Rule("TRAIN042", "averages-stay", "batch normalisation does not learn its averages", "call the model with "
         "training=True where it is trained", "warning", 0.85, "Keras, BatchNormalization: training; Making new layers "
         "and models", _norms_stay),
    Rule("TRAIN040", "layer-stays", "a layer that is to learn never changes", "compile again after trainable was set; "
         "give the optimiser these weights, too", "warning", 0.8, "Keras, Transfer learning & fine-tuning", _stays),
)  # fmt: skip
