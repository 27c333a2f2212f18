"""Products of matrices, and shapes by `view`, in PyTorch."""

import ast
import math
import re

from mlpilot.tools.diagnose.syntax import called
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.forms import Edits


def products(scene: Scene) -> Edits:
    """Products of matrices: one of the two is turned."""
    node = scene.node()
    pairs = [(node.left, node.right)] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) else []
    call = next((one for one in scene.calls() if called(one) in ("mm", "matmul", "bmm", "dot")), None)
    if call is not None and len(call.args) == 2:
        pairs.append((call.args[0], call.args[1]))
    elif call is not None and len(call.args) == 1 and isinstance(call.func, ast.Attribute):
        pairs.append((call.func.value, call.args[0]))
    for left, right in pairs:
        deep = max(len(scene.value(one).shape or ()) for one in (left, right))
        suffix = ".transpose(-2, -1)" if deep > 2 else ".T"
        yield scene.put((right, scene.dotted(right, suffix))), f"{scene.text(right)} is turned"
        yield scene.put((left, scene.dotted(left, suffix))), f"{scene.text(left)} is turned"
        yield scene.put((left, scene.text(right)), (right, scene.text(left))), "the two factors change places"


def _viewed(scene: Scene, _: re.Match[str]) -> Edits:
    """`x.view(-1, 320)` of another number of columns: the rows stay, and the columns are counted."""
    for call in scene.calls():
        if called(call) not in ("view", "reshape") or not isinstance(call.func, ast.Attribute):
            continue
        base, shape = call.func.value, call.args
        shape = shape[0].elts if len(shape) == 1 and isinstance(shape[0], ast.Tuple | ast.List) else shape
        rows = f"{scene.dotted(base, '.shape[0]')}"
        held = scene.value(base)
        if len(shape) == 2:
            yield scene.put((shape[0], rows), (shape[1], "-1")), "the rows are kept, and the columns counted"
        if held.shape and len(shape) > 2:
            yield from _recounted(scene, shape, held.shape)
        if not any(ast.unparse(one) == "-1" for one in shape):
            yield scene.put((shape[0], "-1")), "the rows are counted"
            yield scene.put((shape[-1], "-1")), "the last axis is counted"


def _recounted(scene: Scene, shape: list[ast.expr], held: tuple[int, ...]) -> Edits:
    """One of the numbers of a shape is replaced by what the others leave."""
    whole = math.prod(held)
    sizes = [scene.number(one) for one in shape]
    for at in range(len(shape) - 1, -1, -1):
        others = [one for place, one in enumerate(sizes) if place != at]
        if all(one is not None for one in others) and -1 not in others:
            product = math.prod(one for one in others if one is not None)
            if product and whole % product == 0:
                yield scene.put((shape[at], "-1")), f"axis {at} is counted"
    inner = held[-1]
    side = math.isqrt(inner)
    if len(shape) == 4 and side * side == inner and len(held) == 2:
        pairs = [(shape[0], "-1"), (shape[1], "1"), (shape[2], str(side)), (shape[3], str(side))]
        yield scene.put(*pairs), f"each row is an image of {side} by {side}"


def _strides(scene: Scene, _: re.Match[str]) -> Edits:
    """`view` of what is not laid out in one piece is `reshape`."""
    for call in scene.calls():
        if called(call) == "view" and isinstance(call.func, ast.Attribute):
            name = f"{scene.text(call.func.value)}.reshape"
            yield scene.put((call.func, name)), "view is reshape, which copies where it must"


RULES = (
    (r"shape '\[.*?\]' is invalid for input of size \d+", _viewed),
    (r"view size is not compatible with input tensor's size and stride", _strides),
    (
        r"mat1 and mat2|size mismatch, got|batch1 tensor|inconsistent tensor size, expected tensor|self and mat2 must",
        lambda scene, _: products(scene),
    ),
)
"""(what the error says, its edits)."""
