"""Places in arrays and lists: beyond the end, no whole numbers, masks, and how many values are drawn."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits


def _beyond(scene: Scene, _: re.Match[str]) -> Edits:
    """A place beyond the end: loops end one earlier, and last places are counted from 0."""
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


def _dimensions(scene: Scene, _: re.Match[str]) -> Edits:
    """`x[:, 0]` of a flat array, and the like."""
    node = scene.node()
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} has one axis"
        rest = ", ".join(scene.text(one) for one in node.slice.elts[:-1])
        yield scene.put((node.slice, rest)), "as many places as there are axes"
        yield scene.put((node.value, scene.dotted(node.value, ".reshape(-1, 1)"))), "a table of one column"


def _whole(scene: Scene, _: re.Match[str]) -> Edits:
    """Places and sizes are whole numbers."""
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


def _list_places(scene: Scene, _: re.Match[str]) -> Edits:
    """A list is asked for several places, or by a name: as an array, or its first."""
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


def _masks(scene: Scene, _: re.Match[str]) -> Edits:
    """A mask of another axis, or of another array."""
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


def _plotted(scene: Scene, _: re.Match[str]) -> Edits:
    """A curve has as many places as values."""
    for call in scene.calls():
        if called(call) in ("plot", "scatter", "bar", "semilogy", "fill_between") and len(call.args) > 1:
            one, other = call.args[:2]
            if isinstance(one, ast.Call) and called(one) == "range":
                yield scene.put((one, f"range(len({scene.text(other)}))")), "as many places as values"
            yield scene.put((one, f"range(len({scene.text(other)}))")), "as many places as values"


RULES = (
    (r"too many indices for (?:array|tensor)", _dimensions),
    (
        r"IndexError: (?:list|tuple|string|index|single positional|positional)|is out of bounds for axis|out of range",
        _beyond,
    ),
    (
        r"'float' object cannot be interpreted|slice indices must be integers|only integers, slices|'numpy.float\d+' "
        r"object cannot be interpreted|must be an integer|cannot do (?:slice|positional) index|"
        r"expected an int|not float|"
        r"float64.{0,30}integer|integer argument expected",
        _whole,
    ),
    (r"indices must be integers or slices|only integer scalar arrays can be converted", _list_places),
    (r"boolean index did not match|Item wrong length|Unalignable boolean|boolean dimension", _masks),
    (r"x and y must have same first dimension|x and y must be the same size|shape mismatch: objects cannot", _plotted),
)
"""(what the error says, its edits)."""
