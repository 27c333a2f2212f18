"""Tensors of PyTorch: kinds of numbers, what is no tensor yet, gradients, axes, modules that are not set up."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended import layers
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits

_RECURRENT = ("LSTM", "GRU", "RNN", "MultiheadAttention")


def torch_of(scene: Scene) -> str:
    return scene.imported("torch", "torch")


def _same_kind(scene: Scene, _: re.Match[str]) -> Edits:
    """What a layer is given has the kind of number of its weights."""
    for call, at in layers.model_calls(scene):
        held = scene.value(call.args[0], at)
        if called(call) in ("tensor", "from_numpy", "as_tensor"):
            continue
        if held.tensor or not held.type:
            yield from scene.suffixed(call, 0, ".float()")
    for call in scene.calls():
        for place in range(1, len(call.args)):
            if scene.value(call.args[place]).tensor:
                yield from scene.suffixed(call, place, ".float()")
    node = scene.node()
    if isinstance(node, ast.BinOp):
        for one in (node.left, node.right):
            if scene.value(one).tensor and "float32" not in scene.value(one).dtype:
                yield scene.put((one, scene.dotted(one, ".float()"))), f"{scene.text(one)} is made of 32-bit numbers"


def _float_mean(scene: Scene, _: re.Match[str]) -> Edits:
    """Means and the like of whole numbers or of yes and no."""
    for call in scene.calls():
        if isinstance(call.func, ast.Attribute):
            base = call.func.value
            if scene.imported("torch") != scene.text(base):
                yield scene.put((base, scene.dotted(base, ".float()"))), f"{scene.text(base)[:60]} is made real first"
            yield from scene.suffixed(call, 0, ".float()")


def _indices(scene: Scene, _: re.Match[str]) -> Edits:
    """Numbers of words and classes are whole."""
    for call in scene.calls()[:2]:
        for place in range(len(call.args)):
            held = scene.value(call.args[place])
            if (held.tensor and ("float" in held.dtype or "int" in held.dtype)) or not held.type:
                yield from scene.suffixed(call, place, ".long()")
    node = scene.node()
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Tuple):
        yield scene.put((node.slice, scene.dotted(node.slice, ".long()"))), "places are whole numbers"


def _no_tensor(scene: Scene, found: re.Match[str]) -> Edits:
    """Arrays, tables and lists are made tensors where a layer or a loss is given them."""
    wanted = found.group(1) or ""
    torch = torch_of(scene)
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:1]:
            for place, one in enumerate(call.args):
                held = scene.value(one, at)
                whole = "long" if held.dtype.startswith(("int", "uint")) and place else "float32"
                text = scene.text(one)
                if held.table or held.column:
                    text = f"{text}.to_numpy()"
                elif (
                    not (held.array or held.kind in ("list", "ndarray") or wanted.endswith(("ndarray", "list")))
                    or held.tensor
                    or held.home == "torch"
                ):
                    continue
                new = f"{torch}.as_tensor({text}, dtype={torch}.{whole})"
                yield scene.put((one, new)), f"{scene.text(one)} is made a tensor"


def first_of_pair(scene: Scene, _: re.Match[str]) -> Edits:
    """A recurrent layer gives its outputs and its state."""
    made = {layers.given_name(scene, call): call for name in _RECURRENT for call in calls(scene.tree, name)}
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and len(node.targets) == 1
            and called(node.value) in made
            and isinstance(node.targets[0], ast.Name)
        ):
            target = node.targets[0]
            yield scene.put((target, f"{target.id}, _")), f"{called(node.value)} gives outputs and a state"
    for call in calls(scene.tree):
        if called(call) in made and call not in made.values():
            yield scene.put((call, f"{scene.text(call)}[0]")), f"{called(call)} gives outputs and a state"
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:1]:
            for place, one in enumerate(call.args):
                if scene.value(one, at).kind == "tuple":
                    yield from scene.suffixed(call, place, "[0]")


def _of_tuple(scene: Scene, found: re.Match[str]) -> Edits:
    """`out.squeeze()` where the model, or a layer, gave more than its outputs."""
    yield from first_of_pair(scene, found)
    part = scene.part()
    for node in ast.walk(part) if part is not None else ():
        if isinstance(node, ast.Attribute) and scene.value(node.value).kind == "tuple":
            yield scene.put((node.value, f"{scene.text(node.value)}[0]")), f"the first of {scene.text(node.value)}"


def _to_numpy(scene: Scene, _: re.Match[str]) -> Edits:
    """A tensor with gradients is detached before it is made an array."""
    for call in scene.calls():
        if called(call) == "numpy" and isinstance(call.func, ast.Attribute):
            base = call.func.value
            text = scene.text(base)
            same = [one for one in calls(scene.tree, "numpy") if isinstance(one.func, ast.Attribute)]
            pairs = [(one.func.value, scene.dotted(one.func.value, ".detach()")) for one in same]  # type: ignore[attr-defined]
            mine = [(node, new) for node, new in pairs if scene.text(node) == text]
            yield scene.put(*mine), f"{text} is detached first"
            yield scene.put((base, scene.dotted(base, ".detach()"))), f"{text} is detached first"
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:2]:
            for place, one in enumerate(call.args):
                held = scene.value(one, at)
                if held.tensor and held.grad:
                    yield from scene.suffixed(call, place, ".detach().numpy()")
                elif held.kind == "list" and held.items and held.items[0].tensor:
                    text = scene.text(one)
                    new = f"[one.detach().numpy() for one in {text}]"
                    yield scene.put((one, new)), f"{text} as arrays"
                    yield scene.put((one, f"[one.item() for one in {text}]")), f"{text} as numbers"
                elif not held.type and called(call) not in ("numpy", "detach"):
                    yield from scene.suffixed(call, place, ".detach().numpy()")


def _item(scene: Scene, _: re.Match[str]) -> Edits:
    """`loss.data[0]` of a single number is `loss.item()`."""
    node = scene.node()
    if isinstance(node, ast.Subscript):
        base = node.value
        if isinstance(base, ast.Attribute) and base.attr == "data":
            base = base.value
        text = scene.text(node)
        new = scene.dotted(base, ".item()")
        same = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Subscript) and scene.text(one) == text]
        yield scene.put(*((one, new) for one in same)), f"{text} is {new}"


def _many_to_one(scene: Scene, _: re.Match[str]) -> Edits:
    """`item()` of many numbers: of their mean, or all of them."""
    for call in scene.calls():
        if called(call) == "item" and isinstance(call.func, ast.Attribute):
            base = call.func.value
            for one in calls(scene.tree):
                reduction = keyword(one, "reduction")
                if reduction is not None and ast.unparse(reduction.value) == "'none'":
                    yield scene.put((reduction.value, '"mean"')), "the loss is the mean over the rows"
            yield scene.put((call, scene.dotted(base, ".tolist()"))), f"{scene.text(base)} as numbers"
            yield scene.put((base, scene.dotted(base, ".mean()"))), f"the mean of {scene.text(base)}"
        elif called(call) in ("float", "int") and call.args:
            yield scene.put((call.args[0], scene.dotted(call.args[0], ".mean()"))), "the mean of many numbers"


def _dimension(scene: Scene, _: re.Match[str]) -> Edits:
    """An axis that is not there: the last one, or the one that is missing."""
    for call in scene.calls()[:2]:
        places = [one.value for one in call.keywords if one.arg in ("dim", "axis")]
        places += [one for one in call.args if isinstance(one, ast.Constant) and type(one.value) is int]
        for one in places:
            for new in ("-1", "0"):
                if scene.text(one) != new:
                    yield scene.put((one, new)), f"axis {new} in {called(call)}"
        if isinstance(call.func, ast.Attribute):
            base = call.func.value
            if scene.value(base).tensor:
                yield scene.put((base, scene.dotted(base, ".unsqueeze(0)"))), f"{scene.text(base)} is a batch of one"
    made = [one for name in ("Softmax", "LogSoftmax") for one in calls(scene.tree, name)]
    for call in made:
        for one in [*call.args, *(one.value for one in call.keywords)]:
            yield scene.put((one, "-1")), f"{called(call)} is over the last axis"


def _broadcast(scene: Scene, _: re.Match[str]) -> Edits:
    """Two tensors of sizes that do not go together: one gets an axis, loses one, or is turned."""
    node = scene.node()
    pairs: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        pairs = [node.left, node.right]
    elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
        pairs = [node.left, node.comparators[0]]
    else:
        for call in scene.calls()[:1]:
            pairs = call.args[:2]
    shapes = [scene.value(one).shape for one in pairs]
    if len(pairs) != 2:
        return
    for one, mine, other in ((pairs[1], shapes[1], shapes[0]), (pairs[0], shapes[0], shapes[1])):
        if mine is not None and other is not None and len(mine) == len(other) - 1 and mine[0] == other[0]:
            yield scene.put((one, scene.dotted(one, ".unsqueeze(1)"))), f"{scene.text(one)} gets an axis"
        if mine is not None and other is not None and mine == other[::-1] and len(mine) == 2:
            yield scene.put((one, scene.dotted(one, ".T"))), f"{scene.text(one)} is turned"
        if mine is not None and len(mine) == 3 and other is not None and (mine[0], mine[2], mine[1]) == other:
            yield scene.put((one, scene.dotted(one, ".transpose(1, 2)"))), f"{scene.text(one)} is turned"
    for one in (pairs[1], pairs[0]):
        for call in [each for each in ast.walk(one) if isinstance(each, ast.Call)]:
            if called(call) in ("mean", "sum", "std", "max", "norm", "var") and keyword(call, "keepdim") is None:
                yield with_keyword(scene.source, call, "keepdim", "True"), f"{called(call)} keeps its axis"
        if (
            isinstance(one, ast.Name)
            and isinstance(value := scene.constants.get(one.id), ast.Call)
            and called(value) in ("mean", "sum", "std", "max", "norm", "var")
            and keyword(value, "keepdim") is None
        ):
            yield with_keyword(scene.source, value, "keepdim", "True"), f"{one.id} keeps its axis"
    for one, mine in ((pairs[1], shapes[1]), (pairs[0], shapes[0])):
        if mine is None or len(mine) == 1:
            yield scene.put((one, scene.dotted(one, ".unsqueeze(-1)"))), f"{scene.text(one)} gets an axis"


def _joined(scene: Scene, found: re.Match[str]) -> Edits:
    """Tensors are joined along another axis."""
    del found
    for call in scene.calls()[:2]:
        if called(call) not in ("cat", "concat", "concatenate", "hstack", "vstack"):
            continue
        one = keyword(call, "dim")
        place = one.value if one is not None else call.args[1] if len(call.args) > 1 else None
        for new in ("1", "0", "-1", "2"):
            if place is None:
                yield with_keyword(scene.source, call, "dim", new), f"joined along axis {new}"
            elif scene.text(place) != new:
                yield scene.put((place, new)), f"joined along axis {new}"
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        deep = [len(scene.value(part).shape or ()) for part in parts]
        for part, dimensions in zip(parts, deep, strict=True):
            if dimensions and dimensions == max(deep) - 1:
                yield scene.put((part, scene.dotted(part, ".unsqueeze(1)"))), f"{scene.text(part)} gets an axis"


RULES = (
    (
        r"must have the same dtype|expected scalar type (?:Float|Double|Half) but found|Input type \(.{1,80}?\) and (?:"
        r"weight|bias) type|expected m1 and m2 to have the same dtype|same dtype, but got|should be the same, but got"
        r"|tensor type .{1,40} but got|\"\w+\" not implemented for '(?:Long|Int|Byte|Bool|Short|Char)'",
        _same_kind,
    ),
    (r"could not infer output dtype|[Ii]nput dtype (?:must be|should be) either floating point", _float_mean),
    (
        r"Expected tensor for argument #\d 'indices'|expected (?:index|self and source).{0,40}(?:int|Long)"
        r"|tensors used as indices must be long|Expected dtype int64 for index|one_hot is only applicable to index",
        _indices,
    ),
    (
        r"must be Tensor, not (\w[\w.]*)|'numpy.ndarray' object has no attribute '(?:dim|to|float|size|unsqueeze)'"
        r"|(?:conv\dd|linear)\(\) received an invalid combination of arguments|'int' object is not callable",
        lambda scene, found: _no_tensor(scene, found) if found.group(1) != "tuple" else first_of_pair(scene, found),
    ),
    (r"'tuple' object has no attribute '\w+'|must be Tensor, not tuple|not tuple", _of_tuple),
    (r"Can't call numpy\(\) on Tensor that requires grad|can't convert .{0,40}tensor to numpy", _to_numpy),
    (r"only one element tensors can be converted|a Tensor with \d+ elements cannot be converted", _many_to_one),
    (r"only one element tensors can be converted|only length-1 arrays can be converted", _to_numpy),
    (r"invalid index of a 0-dim tensor", _item),
    (r"Dimension out of range", _dimension),
    (r"The size of tensor a \(\d+\) must match the size of tensor b|shapes? .{0,60}broadcast", _broadcast),
    (r"Sizes of tensors must match except in dimension|Tensors must have same number of dimensions", _joined),
)
"""(what the error says, its edits)."""
