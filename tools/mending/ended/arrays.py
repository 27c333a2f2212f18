"""Arrays of NumPy: shapes that do not go together, axes that are not there, places beyond the end, kinds of numbers."""

import ast
import math
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene, sizes
from mlpilot.tools.mending.forms import Edits

_REDUCE = ("mean", "sum", "std", "var", "max", "min", "norm", "median", "prod")


def _reshape(scene: Scene, found: re.Match[str]) -> Edits:
    """`reshape` to a shape of another size: one of its axes is counted."""
    size, shape = int(found.group(1)), sizes(found.group(2))
    for call in scene.calls():
        if called(call) not in ("reshape", "resize"):
            continue
        given = call.args
        if isinstance(call.func, ast.Attribute) and len(given) == 2 and isinstance(given[1], ast.Tuple | ast.List):
            given = [given[1]]
        parts = list(given[0].elts) if len(given) == 1 and isinstance(given[0], ast.Tuple | ast.List) else list(given)
        numbers = [scene.number(one) for one in parts]
        base = call.func.value if isinstance(call.func, ast.Attribute) else None
        held = scene.value(base)
        if len(parts) >= 2 and held.shape and held.shape[0] and size % held.shape[0] == 0:
            inner = size // held.shape[0]
            rest = list(shape[1:])
            for at in range(1, len(parts)):
                others = math.prod(one for place, one in enumerate(rest, 1) if place != at)
                if others and inner % others == 0:
                    yield scene.put((parts[at], str(inner // others))), f"axis {at} has {inner // others} places"
            side = math.isqrt(inner)
            if len(parts) in (3, 4) and side * side == inner:
                pairs = [(parts[1], str(side)), (parts[2], str(side))]
                yield scene.put(*pairs), f"each row is an image of {side} by {side}"
        if -1 not in [number if number is not None else 0 for number in numbers] and "-1" not in map(scene.text, parts):
            for at in range(len(parts)):
                others = math.prod(one for place, one in enumerate(shape) if place != at)
                if others and size % others == 0:
                    yield scene.put((parts[at], "-1")), f"axis {at} is counted"
    for statement in [one for one in ast.walk(scene.tree) if isinstance(one, ast.Assign)]:
        del statement
        break


def _together(scene: Scene, found: re.Match[str]) -> Edits:
    """Two shapes that do not go together: an axis is kept, added or turned."""
    shapes = [sizes(one) for one in re.findall(r"\(([\d, ]*)\)", found.group(1))]
    node = scene.node()
    pairs: list[ast.expr] = [node.left, node.right] if isinstance(node, ast.BinOp) else []
    if isinstance(node, ast.Compare):
        pairs = [node.left, *node.comparators]
    statement = scene.statement()
    if isinstance(statement, ast.AugAssign) and not pairs:
        pairs = [statement.target, statement.value]
    if len(pairs) != 2:
        for call in scene.calls()[:1]:
            pairs = call.args[:2]
    if len(pairs) != 2 or len(shapes) < 2:
        return
    yield from _kept_axes(scene, pairs)
    for at in (1, 0):
        one, mine, other = pairs[at], shapes[at], shapes[1 - at]
        if len(mine) == 1 and len(other) == 2 and mine[0] == other[0]:
            new = scene.dotted(one, ".to_numpy()") if scene.value(one).column else scene.text(one)
            text = new if new != scene.text(one) else scene.dotted(one, "")
            yield scene.put((one, f"{text}[:, None]")), f"{scene.text(one)} is a column"
        if len(mine) == 2 and mine == other[::-1]:
            yield scene.put((one, scene.dotted(one, ".T"))), f"{scene.text(one)} is turned"
        if len(mine) == 2 and mine[1] == 1 and len(other) == 1:
            yield scene.put((one, scene.dotted(one, ".ravel()"))), f"{scene.text(one)} is made flat"
    yield from _other_axis(scene, pairs)
    from mlpilot.tools.mending.ended.folds import as_long

    yield from as_long(scene)
    for at in (1, 0):
        one, mine, other = pairs[at], shapes[at], shapes[1 - at]
        if isinstance(one, ast.Name) and len(mine) == len(other) == 1:
            stem = one.id.split("_")[0]
            for frame in scene.frames:
                for name, held in frame.values.items():
                    if held.shape == other and name != one.id and name.split("_")[0] == stem:
                        yield scene.put((one, name)), f"{name} in place of {one.id}, which has another length"


def _reductions(scene: Scene, pairs: list[ast.expr]) -> list[ast.Call]:
    """Means and the like among two things, or that made them."""
    found = []
    for one in pairs:
        found += [each for each in calls(one) if called(each) in _REDUCE]
        for name in [each for each in ast.walk(one) if isinstance(each, ast.Name)]:
            value = scene.constants.get(name.id)
            if value is not None:
                found += [each for each in calls(value) if called(each) in _REDUCE]
    for node in ast.walk(scene.tree):
        names = {one.id for pair in pairs for one in ast.walk(pair) if isinstance(one, ast.Name)}
        attributes = {one.attr for pair in pairs for one in ast.walk(pair) if isinstance(one, ast.Attribute)}
        if isinstance(node, ast.Assign):
            for target in node.targets:
                named = isinstance(target, ast.Name) and target.id in names
                if named or (isinstance(target, ast.Attribute) and target.attr in attributes):
                    found += [each for each in calls(node.value) if called(each) in _REDUCE]
    return list(dict.fromkeys(found))


def _kept_axes(scene: Scene, pairs: list[ast.expr]) -> Edits:
    for call in _reductions(scene, pairs):
        over = keyword(call, "axis") or (call.args[1:2] if not isinstance(call.func, ast.Attribute) else call.args)
        if over and keyword(call, "keepdims") is None:
            yield with_keyword(scene.source, call, "keepdims", "True"), f"{called(call)} keeps its axis"


def _other_axis(scene: Scene, pairs: list[ast.expr]) -> Edits:
    for call in _reductions(scene, pairs):
        one = keyword(call, "axis")
        if one is not None and scene.text(one.value) in ("0", "1"):
            new = "1" if scene.text(one.value) == "0" else "0"
            yield scene.put((one.value, new)), f"{called(call)} along axis {new}"


def _products(scene: Scene, found: re.Match[str]) -> Edits:
    """Products of matrices: one is turned, or they change places."""
    shapes = [sizes(one) for one in re.findall(r"\(([\d,]*)\)", found.group(0))]
    node = scene.node()
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.BinOp):
        pairs.append((node.left, node.right))
    for call in scene.calls()[:1]:
        if called(call) in ("dot", "matmul") and call.args:
            method = len(call.args) == 1 and isinstance(call.func, ast.Attribute)
            left = call.func.value if method else call.args[0]  # type: ignore[attr-defined]
            pairs.append((left, call.args[0] if method else call.args[1]))
    for left, right in pairs:
        a, b = ([*shapes, (), ()])[:2]
        turns = []
        if len(b) == 2 and a[-1:] == b[-1:]:
            turns.append([(right, scene.dotted(right, ".T"))])
        if len(a) == 2 and a[:1] == b[:1]:
            turns.append([(left, scene.dotted(left, ".T"))])
        if b[-1:] == a[:1]:
            turns.append([(left, scene.text(right)), (right, scene.text(left))])
        for turn in turns:
            yield scene.put(*turn), "turned, so that the inner sizes are the same"


def _joined(scene: Scene, _: re.Match[str]) -> Edits:
    """Arrays are joined along another axis, or get one first."""
    other = {"vstack": "hstack", "hstack": "vstack", "row_stack": "column_stack", "column_stack": "row_stack"}
    for call in scene.calls()[:2]:
        name = called(call)
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        shapes = [scene.value(one).shape or () for one in parts]
        deep = max(map(len, shapes), default=0)
        flat = [one for one, shape in zip(parts, shapes, strict=True) if len(shape) == deep - 1 == 1]
        if flat:
            for one in flat:
                base = scene.dotted(one, ".to_numpy()") if scene.value(one).column else scene.text(one)
                yield scene.put((one, f"{base}.reshape(-1, 1)")), f"{scene.text(one)} is a column"
        if name in ("hstack", "concatenate") and isinstance(call.func, ast.Attribute) and flat:
            func = scene.text(call.func)[: -len(name)] + "column_stack"
            yield scene.put((call.func, func)), "joined as columns"
        if name in other:
            yield scene.put((call.func, scene.text(call.func).replace(name, other[name]))), f"joined by {other[name]}"
        if name in ("concatenate", "append", "stack"):
            along = keyword(call, "axis")
            for new in ("1", "0", "-1"):
                if along is None:
                    yield with_keyword(scene.source, call, "axis", new), f"joined along axis {new}"
                elif scene.text(along.value) != new:
                    yield scene.put((along.value, new)), f"joined along axis {new}"


def _axis(scene: Scene, _: re.Match[str]) -> Edits:
    """An axis that an array does not have."""
    for call in scene.calls()[:2]:
        places = [one.value for one in call.keywords if one.arg == "axis"]
        places += [one for one in call.args if isinstance(one, ast.Constant) and type(one.value) is int]
        for one in places:
            for new in ("0", "-1"):
                if scene.text(one) != new:
                    yield scene.put((one, new)), f"along axis {new}"


def _unequal(scene: Scene, _: re.Match[str]) -> Edits:
    """Rows of unequal length."""
    for call in scene.calls()[:1]:
        if called(call) in ("array", "asarray") and keyword(call, "dtype") is None:
            yield with_keyword(scene.source, call, "dtype", "object"), "rows of unequal length are objects"


RULES = (
    (r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)", _reshape),
    (r"operands could not be broadcast together with (?:remapped )?shapes ((?:\([\d, ]*\) ?)+)", _together),
    (r"shapes \([\d,]+\) and \([\d,]+\) not aligned", _products),
    (r"matmul: Input operand 1 has a mismatch", _products),
    (
        r"all the input (?:array dimensions|arrays must have same number)|must match exactly|must have the same length"
        r" along dimension",
        _joined,
    ),
    (r"axis \d+ is out of bounds for array of dimension|No axis named", _axis),
    (r"setting an array element with a sequence|inhomogeneous shape", _unequal),
)
"""(what the error says, its edits)."""
