"""What a loss of PyTorch is given: kind of number, shape and classes of targets and outputs."""

import ast
import math
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, within
from mlpilot.tools.mending.ended import layers, recurrent
from mlpilot.tools.mending.ended.scene import Scene, sizes
from mlpilot.tools.mending.forms import Edits

_LONG = ("CrossEntropyLoss", "NLLLoss", "cross_entropy", "nll_loss", "MultiMarginLoss")


def _call(scene: Scene) -> ast.Call | None:
    """The call of a loss with an output and a target."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if len(call.args) >= 2 and called(call) not in ("range", "zip", "print"):
                return call
    return None


def _long_target(scene: Scene, _: re.Match[str]) -> Edits:
    call = _call(scene)
    if call is not None:
        yield from scene.suffixed(call, 1, ".long()")
        yield from scene.suffixed(call, 0, ".float()")


def _float_target(scene: Scene, _: re.Match[str]) -> Edits:
    """Targets of a regression, or of a binary loss, are real numbers."""
    call = _call(scene)
    if call is None:
        return
    output, target = (scene.value(one) for one in call.args[:2])
    if "int" in output.dtype or "bool" in output.dtype:
        yield from scene.suffixed(call, 0, ".float()")
    if target.shape and output.shape and len(output.shape) == len(target.shape) + 1 and output.shape[-1] == 1:
        yield from scene.suffixed(call, 1, ".float().unsqueeze(1)")
    yield from scene.suffixed(call, 1, ".float()")
    yield from scene.suffixed(call, 0, ".float()")


def _same_shape(scene: Scene, found: re.Match[str]) -> Edits:
    """`(32,)` against `(32, 1)`: a target is given the output's shape, or an output the target's."""
    call = _call(scene)
    target, output = (sizes(found.group(place)) for place in (1, 2))
    if call is None:
        return
    whole = "int" in scene.value(call.args[1]).dtype
    kind = ".float()" if whole else ""
    if len(output) == len(target) + 1 and output[-1] == 1:
        yield from scene.suffixed(call, 1, f"{kind}.unsqueeze(1)" if len(output) == 2 else f"{kind}.unsqueeze(-1)")
        yield from scene.suffixed(call, 0, ".squeeze(-1)")
    elif len(target) == len(output) + 1 and target[-1] == 1:
        yield from scene.suffixed(call, 1, f"{kind}.squeeze(-1)")
        yield from scene.suffixed(call, 0, ".unsqueeze(1)")
    elif len(output) == len(target) and math.prod(output) == math.prod(target):
        yield from scene.suffixed(call, 1, f"{kind}.view_as({scene.text(call.args[0])})")
    elif len(output) == len(target) + 1 and output[:-1] == target and output[-1] > 1:
        yield from _loss_of_classes(scene)
    elif len(output) == 2 and len(target) == 2 and output[0] == target[0]:
        yield from layers.outputs(scene, output[1], target[1])
        if target[1] == 1:
            yield from _loss_of_classes(scene)


def _loss_of_classes(scene: Scene) -> Edits:
    """A binary loss of several outputs with class numbers is a cross-entropy."""
    for name, new in (("BCEWithLogitsLoss", "CrossEntropyLoss"), ("BCELoss", "CrossEntropyLoss")):
        for made in calls(scene.tree, name):
            text = scene.text(made.func)
            call = _call(scene)
            if call is not None:
                target = call.args[1]
                plain = scene.text(target).removesuffix(".float()")
                pairs: list[tuple[ast.AST, str]] = [(made.func, text.replace(name, new)), (target, f"{plain}.long()")]
                if made is not call and not within(made, target):
                    yield scene.put(*pairs), f"the loss is {new}, of class numbers"


def _one_dimension(scene: Scene, _: re.Match[str]) -> Edits:
    """Class numbers, one a row: a column is squeezed, one-hot rows are searched for their largest."""
    call = _call(scene)
    if call is None:
        return
    target, output = scene.value(call.args[1]), scene.value(call.args[0])
    kind = "" if "int64" in target.dtype or not target.dtype else ".long()"
    if target.shape and len(target.shape) == 2 and target.shape[1] > 1 and output.shape and len(output.shape) == 2:
        yield from scene.suffixed(call, 1, ".argmax(dim=1)")
    yield from scene.suffixed(call, 1, f".squeeze(1){kind}")
    yield from scene.suffixed(call, 1, ".argmax(dim=1)")
    yield from scene.suffixed(call, 1, f".view(-1){kind}")


def _probabilities(scene: Scene, _: re.Match[str]) -> Edits:
    call = _call(scene)
    if call is None:
        return
    target = scene.value(call.args[1])
    if target.shape and len(target.shape) > 1 and target.shape[-1] == 1:
        yield from scene.suffixed(call, 1, ".squeeze(-1)")
    yield from scene.suffixed(call, 1, ".argmax(dim=1)")
    yield from scene.suffixed(call, 1, ".float()")


def _out_of_bounds(scene: Scene, _: re.Match[str]) -> Edits:
    """Class numbers from 1, or fewer outputs than classes."""
    call = _call(scene)
    if call is None:
        return
    output, target = scene.value(call.args[0]), scene.value(call.args[1])
    given = next((one.given.shape for one in scene.state.layers if one.given is not None and one.given.shape), None)
    shape = output.shape or given
    classes = shape[1] if shape and len(shape) > 1 else _last_layer(scene)
    most = _most(scene, target.most)
    if classes and most == classes:
        least = min((one.least for one in _labels(scene, most) if one.least is not None), default=target.least)
        if least is not None and least >= 1:
            yield from scene.suffixed(call, 1, " - 1")
            yield from layers.outputs(scene, classes, int(most) + 1)
            return
    least = min((one.least for one in _labels(scene, most) if one.least is not None), default=0) if most else 0
    if classes and most is not None and least >= 1 and most - least + 1 <= classes:
        yield from scene.suffixed(call, 1, f" - {int(least)}")
    if classes and most is not None and most >= classes:
        yield from layers.outputs(scene, classes, int(most) + 1)
        yield from layers.numbers(scene, classes, int(most) + 1)
    yield from scene.suffixed(call, 1, " - 1")


def _last_layer(scene: Scene) -> int | None:
    sizes = [scene.number(layers.size(one, "out_features")) for one in calls(scene.tree, "Linear")]
    return sizes[-1] if sizes else None


def _labels(scene: Scene, most: float | None) -> list:  # type: ignore[type-arg]
    """Whole numbers of one dimension that reach as far as the labels do."""
    held = [one for frame in scene.frames for one in frame.values.values()]
    return [one for one in held if one.shape and len(one.shape) == 1 and "int" in one.dtype and one.most == most]


def _most(scene: Scene, met: float | None) -> float | None:
    """The largest label: of the batch, or of a longer array of few labels that holds it."""
    if met is None:
        return None
    larger = [
        one.most
        for frame in scene.frames
        for name, one in frame.values.items()
        if one.shape and len(one.shape) == 1 and "int" in one.dtype and one.most is not None and one.distinct
        if met <= one.most < 1000 and one.most < met + 20 and one.least in (0, 1)
        if re.search(r"y|label|target", name, re.IGNORECASE)
    ]
    return max(larger, default=met)


def _batches(scene: Scene, found: re.Match[str]) -> Edits:
    """Another number of rows comes out than went in: the rows stay first where the batch is flattened."""
    call = _call(scene)
    output, target = int(found.group(1)), int(found.group(2))
    for view in [one for name in ("view", "reshape") for one in calls(scene.tree, name)]:
        shape = view.args
        if len(shape) == 2 and isinstance(view.func, ast.Attribute) and ast.unparse(shape[0]) == "-1":
            base = scene.text(view.func.value)
            yield scene.put((shape[0], f"{base}.size(0)"), (shape[1], "-1")), "what is flattened keeps its rows"
    if call is None:
        return
    held, labels = scene.value(call.args[0]), scene.value(call.args[1])
    if held.shape and labels.shape and len(held.shape) == 2 and len(labels.shape) == 2 and output % target == 0:
        yield from scene.suffixed(call, 1, ".reshape(-1)")
    yield from recurrent.batch_first(scene)
    if labels.shape and len(labels.shape) > 1:
        yield from scene.suffixed(call, 1, ".reshape(-1)")
        if labels.shape[1] > 1:
            yield from scene.suffixed(call, 1, ".argmax(dim=1)")


def _places(scene: Scene, _: re.Match[str]) -> Edits:
    """Outputs (rows, steps, classes) against targets (rows, steps): classes come second."""
    call = _call(scene)
    if call is None:
        return
    output = scene.value(call.args[0])
    if output.shape is None or len(output.shape) == 3:
        yield from scene.suffixed(call, 0, ".transpose(1, 2)")
    if output.shape is not None and len(output.shape) == 4:
        yield from scene.suffixed(call, 0, ".permute(0, 3, 1, 2)")


def _not_probabilities(scene: Scene, _: re.Match[str]) -> Edits:
    """A loss of probabilities is given what comes out of a linear layer."""
    for made in calls(scene.tree, "BCELoss"):
        new = scene.text(made.func).replace("BCELoss", "BCEWithLogitsLoss")
        yield scene.put((made.func, new)), "the loss takes the output as it is: BCEWithLogitsLoss"
    call = _call(scene)
    if call is not None and called(call) == "binary_cross_entropy":
        new = scene.text(call.func) + "_with_logits"
        yield scene.put((call.func, new)), "the loss takes the output as it is: binary_cross_entropy_with_logits"


def _made_and_called(scene: Scene, _: re.Match[str]) -> Edits:
    """`nn.CrossEntropyLoss(out, y)` is made first, and then called."""
    for call in scene.calls():
        if called(call).endswith("Loss") and len(call.args) == 2 and called(call)[:1].isupper():
            name = scene.text(call.func)
            yield scene.put((call.func, f"{name}()")), f"{name} is made, and called with the output and the target"


def _scalar(scene: Scene, _: re.Match[str]) -> Edits:
    """A loss of many numbers: their mean is what gradients are taken of."""
    for call in scene.calls():
        if called(call) == "backward" and isinstance(call.func, ast.Attribute):
            base = call.func.value
            yield scene.put((base, scene.dotted(base, ".mean()"))), "gradients are taken of the mean of the loss"
    for call in calls(scene.tree):
        one = keyword(call, "reduction")
        if one is not None and ast.unparse(one.value) == "'none'":
            yield scene.put((one.value, '"mean"')), "the loss is the mean over the rows"


RULES = (
    (r"multi-target not supported|0D or 1D target tensor expected", _one_dimension),
    (r"Expected floating point type for target with class probabilities", _probabilities),
    (
        r"(?:expected scalar type Long but found|nll_loss\w* not implemented for|\"nll_loss\w*\" not implemented for"
        r"|expected target.{0,40} Long)",
        _long_target,
    ),
    (r"Target -?\d+ is out of bounds|t >= 0 && t < n_classes", _out_of_bounds),
    (r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)", _batches),
    (r"Expected target size \[", _places),
    (
        r"[Tt]arget size \(torch\.Size\(\[(.*?)\]\)\) (?:must be the same as|that is different to the) input size "
        r"\(torch\.Size\(\[(.*?)\]\)\)",
        _same_shape,
    ),
    (
        r"result type Float can't be cast to the desired output type Long|Found dtype (?:Long|Int|Double|Bool) but "
        r"expected Float|\"(?:binary_cross_entropy|mse\w*|smooth_l1\w*)\" not implemented for"
        r"|Subtraction, the `-` operator, with a bool tensor",
        _float_target,
    ),
    (r"all elements of (?:input|target) should be between 0 and 1", _not_probabilities),
    (r"Boolean value of Tensor with more than one value is ambiguous", _made_and_called),
    (r"grad can be implicitly created only for scalar outputs", _scalar),
)
"""(what the error says, its edits)."""
