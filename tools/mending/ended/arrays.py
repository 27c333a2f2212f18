"""Arrays of NumPy: shapes that do not go together, axes that are not there, places beyond the end, kinds of numbers."""

import ast
import math
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits

_REDUCE = ("mean", "sum", "std", "var", "max", "min", "norm", "median", "prod")


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", text))


def _reshape(scene: Scene, found: re.Match[str]) -> Edits:
    """`reshape` to a shape of another size: one of its axes is counted."""
    size, shape = int(found.group(1)), _shape(found.group(2))
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
            rest = [one for one in shape[1:]]
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
    shapes = [_shape(one) for one in re.findall(r"\(([\d, ]*)\)", found.group(1))]
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
    from mlpilot.tools.mending.ended.estimators import as_long

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
    shapes = [_shape(one) for one in re.findall(r"\(([\d,]*)\)", found.group(0))]
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
        a, b = (shapes + [(), ()])[:2]
        turns = []
        if len(b) == 2 and a[-1:] == b[-1:]:
            turns.append([(right, scene.dotted(right, ".T"))])
        if len(a) == 2 and a[:1] == b[:1]:
            turns.append([(left, scene.dotted(left, ".T"))])
        if b[-1:] == a[:1]:
            turns.append([(left, scene.text(right)), (right, scene.text(left))])
        for turn in turns:
            yield scene.put(*turn), "turned, so that the inner sizes are the same"


def _joined(scene: Scene, found: re.Match[str]) -> Edits:
    """Arrays are joined along another axis, or get one first."""
    del found
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
            one = keyword(call, "axis")
            for new in ("1", "0", "-1"):
                if one is None:
                    yield with_keyword(scene.source, call, "axis", new), f"joined along axis {new}"
                elif scene.text(one.value) != new:
                    yield scene.put((one.value, new)), f"joined along axis {new}"


def _axis(scene: Scene, found: re.Match[str]) -> Edits:
    """An axis that an array does not have."""
    del found
    for call in scene.calls()[:2]:
        places = [one.value for one in call.keywords if one.arg == "axis"]
        places += [one for one in call.args if isinstance(one, ast.Constant) and type(one.value) is int]
        for one in places:
            for new in ("0", "-1"):
                if scene.text(one) != new:
                    yield scene.put((one, new)), f"along axis {new}"


def _beyond(scene: Scene, found: re.Match[str]) -> Edits:
    """A place beyond the end: loops end one earlier, and last places are counted from 0."""
    del found
    for at in range(len(scene.frames)):
        statement, node = scene.statement(at), scene.node(at)
        if statement is None:
            continue
        subscripts = (
            [node]
            if isinstance(node, ast.Subscript)
            else [one for one in ast.walk(scene.part(at) or statement) if isinstance(one, ast.Subscript)]
        )
        names = {one.id for each in subscripts for one in ast.walk(each.slice) if isinstance(one, ast.Name)}
        ahead = any(
            isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add)
            for each in subscripts
            for one in ast.walk(each.slice)
        )
        yield from _loops(scene, statement, names, ahead)
        for each in subscripts:
            yield from _last_place(scene, each)


def _loops(scene: Scene, statement: ast.stmt, names: set[str], ahead: bool) -> Edits:
    """`range(n + 1)` and `range(1, n + 1)`, `while i <= n`, and `x[i + 1]` in a loop over all places."""
    for loop in enclosing(scene.tree, statement, ast.For, ast.While, ast.ListComp):
        yield from _loop(scene, loop, names, ahead)
    for loop in [one for one in ast.walk(statement) if isinstance(one, ast.comprehension)]:
        yield from _loop(scene, loop, names, ahead)


def _loop(scene: Scene, loop: ast.AST, names: set[str], ahead: bool) -> Edits:
    heads = [loop.iter] if isinstance(loop, ast.For | ast.comprehension) else []
    heads += [one.iter for one in getattr(loop, "generators", [])]
    for head in heads:
        if not isinstance(head, ast.Call) or called(head) != "range" or not head.args:
            continue
        end = head.args[0] if len(head.args) == 1 else head.args[1]
        one_more = isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and scene.text(end.right) == "1"
        if one_more:
            yield scene.put((end, scene.text(end.left))), "the loop ends at the last place"  # type: ignore[attr-defined]
        if len(head.args) >= 2 and one_more and scene.text(head.args[0]) == "1":
            pairs = [(head.args[0], "0"), (end, scene.text(end.left))]  # type: ignore[attr-defined]
            yield scene.put(*pairs), "the places are counted from 0"
        for axis, other in (("shape[0]", "shape[1]"), ("shape[1]", "shape[0]")):
            if axis in scene.text(end):
                yield scene.put((end, scene.text(end).replace(axis, other))), f"the loop goes over {other}"
        if ahead:
            yield scene.put((end, f"{scene.text(end)} - 1")), "the loop ends where the next place is the last"
        yield from _counted(scene, end, names, loop)
        if not one_more and not ahead:
            yield scene.put((end, f"{scene.text(end)} - 1")), "the loop ends one earlier"
    if isinstance(loop, ast.While) and isinstance(loop.test, ast.Compare):
        test = loop.test
        if isinstance(test.ops[0], ast.LtE):
            new = f"{scene.text(test.left)} < {scene.text(test.comparators[0])}"
            yield scene.put((test, new)), "the loop ends before the length"


def _counted(scene: Scene, end: ast.expr, names: set[str], loop: ast.AST) -> Edits:
    """A loop over a fixed number goes over what there is."""
    del names
    body = getattr(loop, "body", [])
    target = getattr(loop, "target", None)
    name = target.id if isinstance(target, ast.Name) else ""
    for each in body if isinstance(body, list) else ():
        for one in ast.walk(each):
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Name) and one.slice.id == name:
                text = f"len({scene.text(one.value)})"
                if text != scene.text(end) and isinstance(one.value, ast.Name | ast.Attribute):
                    yield scene.put((end, text)), f"the loop goes over {scene.text(one.value)}"


def _last_place(scene: Scene, node: ast.Subscript) -> Edits:
    """`x[len(x)]`, `x[n]` of n places, `x.shape[1]` of a flat array."""
    index = node.slice
    held = scene.value(node.value)
    text = scene.text(index)
    if text.startswith("len(") or text.endswith(("shape[0]", ".size")):
        yield scene.put((index, "-1")), "the last place"
    number = scene.number(index)
    size = held.shape[0] if held.shape else held.length
    if isinstance(index, ast.Constant) and number is not None and size and number == size:
        yield scene.put((index, str(number - 1))), "the last place, counted from 0"
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape" and text == "1":
        yield scene.put((index, "0")), "the only axis there is"
        yield scene.put((index, "-1")), "the last axis"
    if not isinstance(index, ast.Constant | ast.Slice | ast.Tuple):
        yield scene.put((index, f"{text} - 1")), "places are counted from 0"
    if isinstance(index, ast.Tuple) and held.shape and len(held.shape) == 2 and len(index.elts) == 2:
        one, other = index.elts
        yield scene.put((one, scene.text(other)), (other, scene.text(one))), "rows first, and then columns"
        for place, each in enumerate(index.elts):
            if (
                scene.number(each) is not None
                and isinstance(each, ast.Constant)
                and scene.number(each) == held.shape[place]
            ):
                yield scene.put((each, "-1")), "the last place"


def _dimensions(scene: Scene, found: re.Match[str]) -> Edits:
    """`x[:, 0]` of a flat array, and the like."""
    del found
    node = scene.node()
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} has one axis"
        rest = ", ".join(scene.text(one) for one in node.slice.elts[:-1])
        yield scene.put((node.slice, rest)), "as many places as there are axes"
        yield scene.put((node.value, scene.dotted(node.value, ".reshape(-1, 1)"))), "a table of one column"


def _whole(scene: Scene, found: re.Match[str]) -> Edits:
    """Places and sizes are whole numbers."""
    del found
    for at in range(len(scene.frames)):
        part = scene.part(at)
        names = [one for one in ast.walk(part) if isinstance(one, ast.Name | ast.Attribute)] if part is not None else []
        for node in ast.walk(part) if part is not None else ():
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                new = f"{scene.text(node.left)} // {scene.text(node.right)}"
                yield scene.put((node, new)), f"{scene.text(node)} is divided to a whole number"
        for node in names:
            held = scene.value(node, at)
            real = (held.number is not None and held.type.endswith("float")) or held.kind in ("float64", "float32")
            if not real:
                continue
            if isinstance(node, ast.Name):
                value = scene.constants.get(node.id)
                for one in ast.walk(value) if value is not None else ():
                    if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div):
                        new = f"{scene.text(one.left)} // {scene.text(one.right)}"
                        yield scene.put((one, new)), f"{node.id} is a whole number"
                if value is not None and not isinstance(value, ast.Constant):
                    yield scene.put((value, f"int({scene.text(value)})")), f"{node.id} is a whole number"
            yield scene.put((node, f"int({scene.text(node)})")), f"{scene.text(node)} as a whole number"
        for node in ast.walk(part) if part is not None else ():
            if isinstance(node, ast.Slice):
                for edge in (node.lower, node.upper):
                    if edge is not None and not isinstance(edge, ast.Constant):
                        yield scene.put((edge, f"int({scene.text(edge)})")), f"{scene.text(edge)} as a whole number"
            if isinstance(node, ast.Subscript) and scene.value(node.slice, at).array:
                yield scene.put((node.slice, scene.dotted(node.slice, ".astype(int)"))), "places as whole numbers"
        for call in scene.calls(at)[:1]:
            for one in [*call.args, *(each.value for each in call.keywords)]:
                if isinstance(one, ast.BinOp | ast.Call):
                    yield scene.put((one, f"int({scene.text(one)})")), f"{scene.text(one)} as a whole number"


def _list_places(scene: Scene, found: re.Match[str]) -> Edits:
    """A list is asked for several places, or by a name: as an array, or its first."""
    del found
    numpy = scene.imported("numpy")
    node = scene.node()
    if not isinstance(node, ast.Subscript):
        statement = scene.statement()
        found_here = [one for one in ast.walk(statement) if isinstance(one, ast.Subscript)] if statement else []
        node = next((one for one in found_here if scene.value(one.value).kind in ("list", "tuple")), None)
    if not isinstance(node, ast.Subscript):
        return
    held, index = scene.value(node.value), scene.value(node.slice)
    text = scene.text(node.value)
    if index.text is not None or isinstance(node.slice, ast.Constant):
        yield scene.put((node.value, f"{text}[0]")), f"the first of {text}"
    if index.kind == "float":
        yield scene.put((node.slice, f"int({scene.text(node.slice)})")), "the place is a whole number"
    if numpy and index.text is None:
        yield scene.put((node.value, f"{numpy}.array({text})")), f"{text} as an array"
        new = f"[{text}[one] for one in {scene.text(node.slice)}]"
        yield scene.put((node, new)), f"each of the places of {text}"
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        one, other = (scene.text(each) for each in node.slice.elts)
        yield scene.put((node, f"{text}[{one}][{other}]")), "the lists one after the other"
    if held.kind == "str" or index.kind in ("str",):
        yield scene.put((node.slice, f"int({scene.text(node.slice)})")), "the place is a number"


def _unequal(scene: Scene, found: re.Match[str]) -> Edits:
    """Rows of unequal length."""
    del found
    for call in scene.calls()[:1]:
        if called(call) in ("array", "asarray") and keyword(call, "dtype") is None:
            yield with_keyword(scene.source, call, "dtype", "object"), "rows of unequal length are objects"


def _masks(scene: Scene, found: re.Match[str]) -> Edits:
    """A mask of another axis, or of another array."""
    del found
    node = scene.node()
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name | ast.Attribute):
        held, mask = scene.value(node.value), scene.value(node.slice)
        if held.shape and mask.shape and len(held.shape) == 2 and mask.shape[0] == held.shape[1]:
            yield scene.put((node.slice, f":, {scene.text(node.slice)}")), "the mask is of columns"
        for frame in scene.frames:
            for name, other in frame.values.items():
                same = held.shape and other.shape and other.shape[0] == held.shape[0] and other.dtype == "bool"
                if same and name != scene.text(node.slice) and "." not in name:
                    yield scene.put((node.slice, name)), f"the mask {name}, which is as long"
    if isinstance(node, ast.Subscript):
        for one in ast.walk(node.slice):
            if isinstance(one, ast.Name) and isinstance(node.value, ast.Name):
                held, other = scene.value(node.value), scene.value(one)
                if held.shape and other.shape and held.shape[0] != other.shape[0]:
                    for frame in scene.frames:
                        for name, each in frame.values.items():
                            stem = name.split("_")[0] == one.id.split("_")[0]
                            if stem and name != one.id and each.shape and each.shape[0] == held.shape[0]:
                                yield scene.put((one, name)), f"{name} in place of {one.id}"


def _plotted(scene: Scene, found: re.Match[str]) -> Edits:
    """A curve has as many places as values."""
    del found
    for call in scene.calls():
        if called(call) in ("plot", "scatter", "bar", "semilogy", "fill_between") and len(call.args) > 1:
            one, other = call.args[:2]
            if isinstance(one, ast.Call) and called(one) == "range":
                yield scene.put((one, f"range(len({scene.text(other)}))")), "as many places as values"
            yield scene.put((one, f"range(len({scene.text(other)}))")), "as many places as values"


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
    (r"too many indices for (?:array|tensor)", _dimensions),
    (
        r"IndexError: (?:list|tuple|string|index|single positional|positional)|is out of bounds for axis|out of range",
        _beyond,
    ),
    (
        r"'float' object cannot be interpreted|slice indices must be integers|only integers, slices|'numpy.float\d+' "
        r"object cannot be interpreted|must be an integer|cannot do (?:slice|positional) index|expected an int|not float|"
        r"float64.{0,30}integer|integer argument expected",
        _whole,
    ),
    (r"indices must be integers or slices|only integer scalar arrays can be converted", _list_places),
    (r"setting an array element with a sequence|inhomogeneous shape", _unequal),
    (r"boolean index did not match|Item wrong length|Unalignable boolean|boolean dimension", _masks),
    (r"x and y must have same first dimension|x and y must be the same size|shape mismatch: objects cannot", _plotted),
)
"""(what the error says, its edits)."""
