"""What functions give back, how much is unpacked, what is looped over, and what a name stands for in a function."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, below, given_to
from mlpilot.tools.text import Edit, apply_edits, span


def _no_return(scene: Scene, _: re.Match[str]) -> Edits:
    """A function whose result is used, and that gives none, gives what it computed last."""
    used = {
        called(one)
        for one in calls(scene.tree)
        if not isinstance(next(enclosing(scene.tree, one, ast.stmt), None), ast.Expr)
        or any(one is not other for other in calls(next(enclosing(scene.tree, one, ast.stmt), one)))
    }
    classes = {one: node.name for node in ast.walk(scene.tree) if isinstance(node, ast.ClassDef) for one in node.body}
    for function in ast.walk(scene.tree):
        if not isinstance(function, ast.FunctionDef) or any(_returns(function)):
            continue
        called_so = function.name in used or function.name in ("forward", "call", "transform", "__getitem__", "__len__")
        called_so |= function.name == "fit" and function in classes
        if not called_so or function.name == "__init__":
            continue
        last = function.body[-1]
        if isinstance(last, ast.Expr) and alone(scene.source, last) and called_as_value(last.value):
            start = span(scene.source, last)[0]
            yield apply_edits(scene.source, [Edit(start, start, "return ")]), f"{function.name} gives what it computed"
            continue
        name = _last_name(function)
        if function.name == "fit":
            name = "self"
        if name and alone(scene.source, last):
            text = apply_edits(scene.source, [below(scene.source, _outer_last(function), f"return {name}")])
            yield text, f"{function.name} gives {name}"


def called_as_value(node: ast.expr) -> bool:
    """Whether a statement computes something that may be given back."""
    if isinstance(node, ast.Call) and called(node) in ("print", "append", "show", "step", "backward", "fit", "update"):
        return False
    return not isinstance(node, ast.Constant)


def _outer_last(function: ast.FunctionDef) -> ast.stmt:
    return function.body[-1]


def _returns(function: ast.FunctionDef) -> list[ast.Return]:
    inner = [one for one in ast.walk(function) if isinstance(one, ast.FunctionDef | ast.Lambda) and one is not function]
    hidden = {each for one in inner for each in ast.walk(one)}
    found = [one for one in ast.walk(function) if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom)]
    return [one for one in found if one not in hidden and getattr(one, "value", None) is not None]  # type: ignore[misc]


def _last_name(function: ast.FunctionDef) -> str:
    """The name that was given a value last at the level of the function, or the one that a loop fills."""
    for statement in function.body[::-1]:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            return statement.targets[0].id
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            return statement.target.id
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript):
            base = statement.targets[0].value
            return base.id if isinstance(base, ast.Name) else ""
        if isinstance(statement, ast.For):
            filled = [
                one.func.value.id
                for one in calls(statement, "append")
                if isinstance(one.func, ast.Attribute) and isinstance(one.func.value, ast.Name)
            ]
            summed = [
                one.target.id
                for one in ast.walk(statement)
                if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
            ]
            kept = [
                one.targets[0].id
                for one in ast.walk(statement)
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
            ]
            return next(iter([*filled, *summed, *kept[-1:]]), "")
    return ""


def _too_many(scene: Scene, found: re.Match[str]) -> Edits:
    """Of more values than names, the first are taken; a dict is looped over with its values."""
    wanted = int(found.group(1))
    statement = scene.statement()
    yield from _loops(scene)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List):
        target, value = statement.targets[0], statement.value
        names = ", ".join(scene.text(one) for one in target.elts)
        yield from _shape(scene, statement)
        given = _given(scene, value)
        if given > wanted:
            yield scene.put((target, names + ", _" * (given - wanted))), f"{given} values are taken"
        yield scene.put((target, f"{names}, *_")), "what is given beyond that is passed over"
        if isinstance(value, ast.Call) and called(value) == "train_test_split":
            return
    elif isinstance(statement, ast.For) and isinstance(statement.target, ast.Tuple):
        names = ", ".join(scene.text(one) for one in statement.target.elts)
        yield scene.put((statement.target, f"{names}, *_")), "what is given beyond that is passed over"


def _given(scene: Scene, value: ast.expr) -> int:
    """How many values a function of the script gives back."""
    if isinstance(value, ast.Call):
        for function in ast.walk(scene.tree):
            if isinstance(function, ast.FunctionDef) and function.name in (called(value), "forward"):
                for one in _returns(function):
                    if isinstance(one.value, ast.Tuple):
                        return len(one.value.elts)
    held = scene.value(value)
    return held.length or 0


def _shape(scene: Scene, statement: ast.Assign) -> Edits:
    """`n, d = x` for `n, d = x.shape`, and `n, d = x.shape` of an array of another number of axes."""
    value, target = statement.value, statement.targets[0]
    held = scene.value(value)
    if held.shape is not None and isinstance(target, ast.Tuple) and len(held.shape) == len(target.elts):
        yield scene.put((value, scene.dotted(value, ".shape"))), f"the shape of {scene.text(value)}"
    if isinstance(value, ast.Attribute) and value.attr == "shape" and isinstance(target, ast.Tuple):
        base = scene.value(value.value)
        names = [scene.text(one) for one in target.elts]
        if base.shape is not None and len(base.shape) < len(names):
            yield (
                scene.put((target, ", ".join(names[: len(base.shape)]) + ("," if len(base.shape) == 1 else ""))),
                "as many as there are axes",
            )
        if base.shape is not None and len(base.shape) > len(names):
            extra = ["_"] * (len(base.shape) - len(names))
            yield scene.put((target, ", ".join([names[0], *extra, *names[1:]]))), "as many as there are axes"
            yield scene.put((target, ", ".join([*names, *extra]))), "as many as there are axes"
    if isinstance(value, ast.Call) and called(value) == "size" and isinstance(target, ast.Tuple):
        names = [scene.text(one) for one in target.elts]
        yield scene.put((target, ", ".join([names[0], "_", *names[1:]]))), "as many as there are axes"


def _loops(scene: Scene) -> Edits:
    """`for i, x in xs` for `enumerate(xs)`, `for k, v in d` for `d.items()`; and the other way round."""
    heads: list[tuple[ast.expr, ast.expr]] = []
    for at in range(len(scene.frames)):
        statement = scene.statement(at)
        for node in ast.walk(statement) if statement is not None else ():
            if isinstance(node, ast.For | ast.comprehension):
                heads.append((node.target, node.iter))
                if node is statement:
                    break
    for target, head in heads:
        held = scene.value(head)
        if isinstance(target, ast.Tuple):
            if held.kind in ("dict", "OrderedDict", "defaultdict", "Counter", "ModuleDict"):
                yield scene.put((head, scene.dotted(head, ".items()"))), f"{scene.text(head)} with its values"
            elif held.table:
                yield scene.put((head, scene.dotted(head, ".iterrows()"))), f"{scene.text(head)} row by row"
                yield scene.put((head, scene.dotted(head, ".items()"))), f"{scene.text(head)} column by column"
            elif isinstance(head, ast.Call) and called(head) == "enumerate" and len(target.elts) > 2:
                first, *rest = (scene.text(one) for one in target.elts)
                yield scene.put((target, f"{first}, ({', '.join(rest)})")), "the number, and what is numbered"
                yield scene.put((head, scene.text(head.args[0]))), "without a number"
            elif isinstance(head, ast.Call) and called(head) == "zip" and len(target.elts) != len(head.args):
                given = len(head.args)
                if given > len(target.elts):
                    names = [scene.text(one) for one in target.elts]
                    yield scene.put((target, ", ".join([*names, *["_"] * (given - len(names))]))), "all that is zipped"
            elif len(target.elts) == 2:
                yield scene.put((head, f"enumerate({scene.text(head)})")), f"{scene.text(head)[:60]} is numbered"
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and not isinstance(head, ast.Call):
            yield scene.put((head, f"zip(*{scene.text(head)})")), "pairs"


def _too_few(scene: Scene, found: re.Match[str]) -> Edits:
    """Of fewer values than names, as many are taken."""
    given = int(found.group(2)) if found.group(2) else 0
    statement = scene.statement()
    yield from _loops(scene)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List):
        yield from _shape(scene, statement)
        target = statement.targets[0]
        names = [scene.text(one) for one in target.elts]
        if given:
            rest = set(names[given:])
            read = {
                one.id for one in ast.walk(scene.tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
            }
            if not rest & read:
                yield (
                    scene.put((target, ", ".join(names[:given]) + ("," if given == 1 else ""))),
                    f"{given} values are taken",
                )
            kept = [one for one in names if one in read]
            if len(kept) == given:
                yield scene.put((target, ", ".join(kept))), f"{given} values are taken: {', '.join(kept)}"
    if isinstance(statement, ast.For) and isinstance(statement.target, ast.Tuple) and given:
        names = [scene.text(one) for one in statement.target.elts]
        yield scene.put((statement.target, ", ".join(names[:given]))), f"{given} values are taken"


def _not_iterable(scene: Scene, found: re.Match[str]) -> Edits:
    """A number is looped over: its range; a loader is asked for a place: its first batch; a call is forgotten."""
    kind = found.group(1)
    for at in range(len(scene.frames)):
        statement = scene.statement(at)
        for node in ast.walk(statement) if statement is not None else ():
            if isinstance(node, ast.For | ast.comprehension):
                text = scene.text(node.iter)
                if kind in ("int", "int64", "int32"):
                    yield scene.put((node.iter, f"range({text})")), f"the numbers below {text}"
                    if isinstance(node.target, ast.Tuple) is False and text.startswith("len("):
                        yield scene.put((node.iter, f"range({text})")), f"the numbers below {text}"
                if "method" in kind or kind == "function":
                    yield scene.put((node.iter, f"{text}()")), f"{text} is called"
                if node is statement:
                    break
    if isinstance(scene.statement(), ast.Assign):
        yield from _parameters(scene)
    for call in scene.calls()[:2]:
        for one in call.args:
            held = scene.value(one)
            if held.kind in ("method", "function", "builtin_function_or_method"):
                yield scene.put((one, f"{scene.text(one)}()")), f"{scene.text(one)} is called"
            if held.kind in ("int", "float", "float64", "int64"):
                yield scene.put((one, f"[{scene.text(one)}]")), f"{scene.text(one)} as a list of one"


def _parameters(scene: Scene) -> Edits:
    for call in scene.calls():
        for one in call.args:
            if isinstance(one, ast.Attribute) and one.attr in ("parameters", "items", "keys", "values"):
                yield scene.put((one, f"{scene.text(one)}()")), f"{scene.text(one)} is called"


def _not_subscriptable(scene: Scene, found: re.Match[str]) -> Edits:
    """A method that is not called, a loader, a set, a dict's view: made so that a place can be asked for."""
    kind = found.group(1)
    statement = scene.statement()
    node = scene.node()
    parts = [node] if isinstance(node, ast.Subscript) else []
    parts += [one for one in ast.walk(statement) if isinstance(one, ast.Subscript)] if statement is not None else []
    for one in dict.fromkeys(parts):
        text = scene.text(one.value)
        if "method" in kind or kind == "function":
            yield scene.put((one, f"{text}({scene.text(one.slice)})")), f"{text} is called"
            yield scene.put((one.value, f"{text}()")), f"{text} is called first"
        elif kind in ("DataLoader", "zip", "map", "enumerate", "generator", "filter", "reversed"):
            if isinstance(one.slice, ast.Constant) and one.slice.value == 0:
                yield scene.put((one, f"next(iter({text}))")), f"the first of {text}"
            yield scene.put((one.value, f"list({text})")), f"{text} as a list"
        elif kind in ("set", "dict_keys", "dict_values", "dict_items", "frozenset"):
            yield scene.put((one.value, f"list({text})")), f"{text} as a list"
        elif kind in ("float", "int", "float64", "int64", "float32"):
            yield scene.put((one, text)), f"{text} is one number"
        elif kind == "History":
            yield scene.put((one.value, f"{text}.history")), "the history that it keeps"


def _no_length(scene: Scene, _: re.Match[str]) -> Edits:
    """What has no length is made a list."""
    for call in scene.calls():
        if called(call) == "len" and call.args:
            yield (
                scene.put((call.args[0], f"list({scene.text(call.args[0])})")),
                f"{scene.text(call.args[0])} as a list",
            )
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and called(node.value) in ("map", "zip", "filter")
        ):
            yield scene.put((node.value, f"list({scene.text(node.value)})")), f"{called(node.value)} as a list"


def _unbound(scene: Scene, found: re.Match[str]) -> Edits:
    """A name that a function changes is that of the module, or begins with the module's value."""
    name = found.group(1)
    for frame in scene.frames[:1]:
        for function in ast.walk(scene.tree):
            if not isinstance(function, ast.FunctionDef) or function.name != frame.function:
                continue
            first = function.body[0]
            outer = any(isinstance(one, ast.FunctionDef) for one in enclosing(scene.tree, function, ast.FunctionDef))
            word = "nonlocal" if outer else "global"
            if given_to(scene.tree, name) and alone(scene.source, first):
                text = apply_edits(scene.source, [above(scene.source, first, f"{word} {name}")])
                known = any(
                    isinstance(one, ast.Assign) and one in scene.tree.body for one in given_to(scene.tree, name)
                )
                if known or outer:
                    yield text, f"{name} is that of the {'function around' if outer else 'module'}"
            near = [one for one in [each.arg for each in function.args.args] if one != name]
            import difflib

            for other in difflib.get_close_matches(name, near, 1, 0.6):
                uses = [
                    one
                    for one in ast.walk(function)
                    if isinstance(one, ast.Name) and one.id == name and one.lineno == frame.line
                ]
                yield scene.put(*((one, other) for one in uses if isinstance(one.ctx, ast.Load))), f"{name} is {other}"


def _grown(scene: Scene, _: re.Match[str]) -> Edits:
    """What is changed in a loop is looped over as a copy."""
    for at in range(len(scene.frames)):
        statement = scene.statement(at)
        for loop in [statement, *(enclosing(scene.tree, statement, ast.For) if statement is not None else ())]:
            if isinstance(loop, ast.For):
                yield scene.put((loop.iter, f"list({scene.text(loop.iter)})")), "the loop goes over a copy"


def _hashed(scene: Scene, _: re.Match[str]) -> Edits:
    """Keys are tuples, and no lists; sets and counts are of what a list holds."""
    numpy = scene.imported("numpy")
    for at in range(len(scene.frames)):
        node = scene.node(at)
        if isinstance(node, ast.Subscript):
            held = scene.value(node.value, at)
            if held.kind in ("dict", "defaultdict", "Counter", "OrderedDict"):
                yield scene.put((node.slice, f"tuple({scene.text(node.slice)})")), "the key is a tuple"
        statement = scene.statement(at)
        for one in ast.walk(statement) if statement is not None else ():
            if isinstance(one, ast.Subscript) and scene.value(one.slice, at).kind in ("list", "ndarray"):
                yield scene.put((one.slice, f"tuple({scene.text(one.slice)})")), "the key is a tuple"
            if isinstance(one, ast.Set):
                yield scene.put((one, f"[{', '.join(scene.text(each) for each in one.elts)}]")), "a list, and no set"
            if isinstance(one, ast.Dict):
                for key in one.keys:
                    if isinstance(key, ast.List):
                        yield (
                            scene.put((key, f"({', '.join(scene.text(each) for each in key.elts)},)")),
                            "the key is a tuple",
                        )
        for call in scene.calls(at)[:1]:
            for one in call.args:
                text = scene.text(one)
                if called(call) in ("set", "Counter", "frozenset", "fromkeys"):
                    held = scene.value(one, at)
                    if (held.items and held.items[0].kind == "list") or not held.type:
                        yield scene.put((one, f"map(tuple, {text})")), f"what {text} holds, as tuples"
                    if numpy and (held.array or held.tensor):
                        yield scene.put((one, f"{numpy}.ravel({text}).tolist()")), f"the numbers of {text}"
                if called(call) == "add":
                    yield scene.put((one, f"tuple({text})")), f"{text} as a tuple"
                if called(call) in ("get", "pop", "setdefault"):
                    yield scene.put((one, f"tuple({text})")), f"{text} as a tuple"
        if isinstance(statement, ast.Expr | ast.Assign | ast.If):
            for one in ast.walk(statement):
                if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.In | ast.NotIn):
                    yield scene.put((one.left, f"tuple({scene.text(one.left)})")), f"{scene.text(one.left)} as a tuple"


RULES = (
    (r"'?NoneType'?|not NoneType|None\b", _no_return),
    (r"too many values to unpack \(expected (\d+)", _too_many),
    (r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)", _too_few),
    (r"cannot unpack non-iterable", lambda scene, _: _loops(scene)),
    (r"'(?:[\w.]+\.)?(\w+)' object is not iterable", _not_iterable),
    (r"'(?:[\w.]+\.)?(\w+)' object (?:is not subscriptable|does not support indexing)", _not_subscriptable),
    (r"has no len\(\)", _no_length),
    (r"cannot access local variable '(\w+)'|local variable '(\w+)' referenced", _unbound),
    (r"changed size during iteration|mutated during iteration", _grown),
    (r"unhashable type", _hashed),
)
"""(what the error says, its edits)."""
