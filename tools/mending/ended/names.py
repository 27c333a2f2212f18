"""Names that nothing gave a value: misspelled, not imported, an object's own, or given one too late."""

import ast
import builtins
import difflib
import re

from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.ended.known_names import KERAS, LAYERS, MODULES, OF_NUMPY, WELL_KNOWN
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, at, block_of, moved
from mlpilot.tools.names import HOME, import_line
from mlpilot.tools.text import Edit, apply_edits

SURE = 0.8
"""How near to a word a builtin must be to be what was meant."""
_NO_BLOCK = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try)


def _unknown(scene: Scene, found: re.Match[str]) -> Edits:
    """What an unknown name was meant to be."""
    name = found.group(1)
    uses = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Name) and one.id == name]
    line = _import_of(scene, name)
    if line:
        yield _with_line(scene, line), f"{name} is imported"
    yield from _of_module(scene, name, uses)
    yield from _of_object(scene, name, uses)
    yield from _too_late(scene, name)
    yield from _of_class(scene, name)
    yield from _nearest(scene, name, uses)


def _import_of(scene: Scene, name: str) -> str:
    home = MODULES.get(name)
    line = import_line(name) or WELL_KNOWN.get(name) or (f"from {home} import {name}" if home else "")
    if name == "layers" and scene.imported("tensorflow"):
        return (
            f"from {scene.imported('tensorflow')}.keras import layers"
            if scene.imported("tensorflow") == "tensorflow"
            else "from tensorflow.keras import layers"
        )
    if name == "keras" and scene.imported("tensorflow"):
        return "from tensorflow import keras"
    return line or _keras(scene, name)


def _keras(scene: Scene, name: str) -> str:
    """A name beside others that are imported from the same module."""
    for node in ast.walk(scene.tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.endswith(("keras.layers", "keras.callbacks"))
        ):
            layers = "callbacks" in node.module
            known = {"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"} if layers else KERAS
            if name in known:
                return f"from {node.module} import {name}"
    return ""


def _with_line(scene: Scene, line: str) -> str:
    """A line with the imports, above the first statement that is none."""
    body = scene.tree.body
    imports = [
        one
        for one in body
        if isinstance(one, ast.Import | ast.ImportFrom) and getattr(one, "module", "") != "__future__"
    ]
    if imports:
        return apply_edits(scene.source, [above(scene.source, imports[0], line)])
    said = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
    return apply_edits(scene.source, [above(scene.source, body[1] if said else body[0], line)])


def _of_module(scene: Scene, name: str, uses: list[ast.Name]) -> Edits:
    """A module that is imported by another name; one of its parts."""
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                if one.asname and name in (one.name, one.name.split(".")[-1]):
                    yield scene.put(*((use, one.asname) for use in uses)), f"{name} is imported as {one.asname}"
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                if one.asname and name == one.name:
                    yield scene.put(*((use, one.asname) for use in uses)), f"{name} is imported as {one.asname}"
    nn = scene.imported("torch.nn", "")
    if nn and name in LAYERS:
        yield scene.put(*((use, f"{nn}.{name}") for use in uses)), f"{name} of {nn}"
    numpy = scene.imported("numpy")
    if numpy and name in OF_NUMPY:
        yield scene.put(*((use, f"{numpy}.{name}") for use in uses)), f"{name} of {numpy}"


def _of_object(scene: Scene, name: str, uses: list[ast.Name]) -> Edits:
    """In a method, what the object holds by that name."""
    for frame in scene.frames[:1]:
        function = next(
            (one for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef) and _at(one, frame.line)), None
        )
        functions = [one for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef) and _at(one, frame.line)]
        function = functions[-1] if functions else function
        if function is None or not function.args.args or function.args.args[0].arg != "self":
            continue
        own = {
            one.attr
            for one in ast.walk(scene.tree)
            if isinstance(one, ast.Attribute) and scene.text(one.value) == "self"
        } | {one.name for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef)}
        inside = [one for one in uses if any(one is each for each in ast.walk(function))]
        if name in own and inside:
            yield scene.put(*((one, f"self.{name}") for one in inside)), f"{name} is the object's own"


def _at(node: ast.AST, line: int) -> bool:
    return at(node, line)


def _nearest(scene: Scene, name: str, uses: list[ast.Name]) -> Edits:
    """The nearest name that is known there; in `import`s, too."""
    near = [one for one in scene.state.choices.get(name, ()) if one not in ("In", "Out")]
    written = names_in(scene.tree) | {
        one.name for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)
    }
    near.sort(key=lambda one: one not in written)
    close = difflib.SequenceMatcher(None, name, near[0]).ratio() if near else 0.0
    near = [one for one in near if one in written or close > SURE or not hasattr(builtins, one)]
    for other in near[:4]:
        yield scene.put(*((one, other) for one in uses)), f"{name} is {other}"


def _too_late(scene: Scene, name: str) -> Edits:
    """What gives the name its value stands below: it goes above, with what it needs being there."""
    for number in range(len(scene.frames) - 1, -1, -1):
        statement = scene.statement(number)
        if statement is None:
            continue
        top = statement
        for outer in enclosing(scene.tree, statement, *_NO_BLOCK):
            top = outer if isinstance(outer, ast.stmt) and outer in scene.tree.body else top
        block = block_of(scene.tree, top)
        for one in block:
            gives = isinstance(one, ast.Assign) and any(
                isinstance(each, ast.Name) and each.id == name for target in one.targets for each in ast.walk(target)
            )
            defines = isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == name
            if (gives or defines) and one.lineno > top.lineno and alone(scene.source, one) and alone(scene.source, top):
                yield moved(scene.source, one, top, under=False), f"{name} is given its value before it is used"


def _of_class(scene: Scene, name: str) -> Edits:
    """A name that is local to a function is handed to the one that uses it."""
    for frame in [one for one in scene.frames[1:] if not one.function.startswith("<")][:1]:
        inner = scene.frames[0].function
        functions = [one for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef) and one.name == inner]
        if name not in frame.values or len(functions) != 1 or not functions[0].args.args:
            continue
        from mlpilot.tools.text import span

        function = functions[0]
        last = function.args.defaults[-1] if function.args.defaults else function.args.args[-1]
        if function.args.kwarg or function.args.vararg:
            continue
        end = span(scene.source, last)[1]
        uses = [one for one in calls(scene.tree) if called(one) == inner]
        edits = [
            Edit(
                end,
                end,
                f", {name}" if not function.args.defaults else f", {name}=None",
            )
        ]
        for use in uses:
            close = span(scene.source, use)[1] - 1
            edits.append(Edit(close, close, f", {name}={name}" if use.args or use.keywords else f"{name}={name}"))
        yield apply_edits(scene.source, edits), f"{inner} is given {name}"


def _attribute(scene: Scene, found: re.Match[str]) -> Edits:
    """An attribute by the name that it has."""
    name = found.group(1)
    nodes = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Attribute) and one.attr == name]
    lines = [frame.line for frame in scene.frames]
    here = [one for one in nodes if any(one.lineno <= line <= (one.end_lineno or 0) for line in lines)] or nodes
    for other in scene.state.choices.get(name, ()):
        for node in here[:1]:
            same = [one for one in nodes if scene.text(one.value) == scene.text(node.value)]
            yield scene.put(*((one, f"{scene.text(one.value)}.{other}") for one in same)), f"{name} is {other}"
            if other in scene.state.choices.get(name, ())[:2]:
                yield scene.put((node, f"{scene.text(node.value)}.{other}")), f"{name} is {other}"
    for node in here[:1]:
        later = [
            one
            for one in ast.walk(scene.tree)
            if isinstance(one, ast.Assign)
            and any(isinstance(each, ast.Attribute) and each.attr == name for each in one.targets)
        ]
        del later
        if scene.text(node.value) == "self":
            yield from _own_attribute(scene, node, name)


def _own_attribute(scene: Scene, node: ast.Attribute, name: str) -> Edits:
    """`self.hidden` where `__init__` was given `hidden`, and did not keep it."""
    for owner in enclosing(scene.tree, node, ast.ClassDef):
        for function in owner.body:  # type: ignore[attr-defined]
            if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                if name in [one.arg for one in [*function.args.args, *function.args.kwonlyargs]]:
                    last = function.body[-1]
                    first = next((one for one in function.body if "super" not in scene.text(one)), last)
                    if alone(scene.source, first):
                        line = f"self.{name} = {name}"
                        yield apply_edits(scene.source, [above(scene.source, first, line)]), f"{name} is kept"
                assigned = [
                    one
                    for one in function.body
                    if isinstance(one, ast.Assign)
                    and isinstance(one.targets[0], ast.Name)
                    and one.targets[0].id == name
                ]
                for one in assigned:
                    yield scene.put((one.targets[0], f"self.{name}")), f"{name} is kept"
        return


def _import(scene: Scene, found: re.Match[str]) -> Edits:
    """A name from the module that has it."""
    name = found.group(1)
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.ImportFrom) and any(one.name == name for one in node.names):
            home = HOME.get(name) or MODULES.get(name)
            one = next(each for each in node.names if each.name == name)
            as_name = f" as {one.asname}" if one.asname else ""
            rest = [scene.text(each) for each in node.names if each.name != name]
            if home and home != node.module:
                lines = f"from {home} import {name}{as_name}"
                text = f"from {node.module} import {', '.join(rest)}\n{lines}" if rest else lines
                yield scene.put((node, text)), f"{name} is imported from {home}"
            for other in scene.state.choices.get(name, ()):
                if one.asname:
                    yield scene.put((one, f"{other}{as_name}")), f"{name} is {other}"
                else:
                    uses = [each for each in ast.walk(scene.tree) if isinstance(each, ast.Name) and each.id == name]
                    yield scene.put((one, other), *((each, other) for each in uses)), f"{name} is {other}"
            if name in WELL_KNOWN and not rest:
                yield scene.put((node, WELL_KNOWN[name])), f"{name} is imported"


RULES = (
    (r"name '(\w+)' is not defined", _unknown),
    (r"has no attribute '(\w+)'", _attribute),
    (r"cannot import name '(\w+)'", _import),
)
"""(what the error says, its edits)."""
