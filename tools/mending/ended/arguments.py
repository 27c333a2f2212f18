"""Arguments of functions: names, numbers, order; of the script's own functions and of libraries' alike."""

import ast
import difflib
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits
from mlpilot.tools.names import HOME
from mlpilot.tools.text import Edit, apply_edits, span

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(scene: Scene, name: str) -> list[ast.FunctionDef]:
    """Functions of the script by their name; of a class, its `__init__`."""
    last = name.split(".")[-1]
    found = [one for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef) and one.name == last]
    if "." in name:
        owner = name.split(".")[-2]
        inside = [
            one
            for node in ast.walk(scene.tree)
            if isinstance(node, ast.ClassDef) and node.name == owner
            for one in node.body
        ]
        return [one for one in found if one in inside] or found
    return found


def _holder(scene: Scene, name: str) -> list[ast.Call]:
    """Calls that give an argument of this name, in the failing statements first."""
    here = [one for at in range(len(scene.frames)) for one in scene.calls(at) if keyword(one, name) is not None]
    there = [one for one in calls(scene.tree) if keyword(one, name) is not None]
    return list(dict.fromkeys([*here, *there]))


def _unknown(scene: Scene, found: re.Match[str]) -> Edits:
    """An argument by the name that the function knows."""
    wrong = found.group(2)
    known = list(scene.state.choices.get(wrong, ()))
    own = _functions(scene, found.group(1) or "?")
    taken = [one.arg for each in own for one in [*each.args.args, *each.args.kwonlyargs] if one.arg != "self"]
    plain = {one.lower().replace("_", ""): one for one in taken}
    known += [plain[one] for one in difflib.get_close_matches(wrong.lower().replace("_", ""), list(plain), 2, 0.6)]
    for call in _holder(scene, wrong)[:2]:
        given = keyword(call, wrong)
        free = [one for one in taken if keyword(call, one) is None]
        if own and not known:
            filled = len(call.args) + len(call.keywords) - 1
            known += free[-1:] if len(taken) == filled + 1 else []
        for new in dict.fromkeys(known):
            if given is not None and keyword(call, new) is None:
                start = span(scene.source, given)[0]
                text = apply_edits(scene.source, [Edit(start, start + len(wrong), new)])
                yield text, f"{wrong}= is written {new}="
    for function in own[:1]:
        calls_all = [one for one in calls(scene.tree) if keyword(one, wrong) is not None]
        if calls_all and "self" in [one.arg for one in function.args.args] and function.name == "__init__":
            yield from _handed_on(scene, function, wrong)


def _handed_on(scene: Scene, function: ast.FunctionDef, name: str) -> Edits:
    """An argument that a class does not take is one of what it inherits."""
    for call in calls(function, "__init__"):
        if isinstance(call.func, ast.Attribute) and "super" in scene.text(call.func) and function.args.kwarg is None:
            last = [*function.args.args, *function.args.kwonlyargs][-1]
            end = span(scene.source, function.args.defaults[-1] if function.args.defaults else last)[1]
            close = span(scene.source, call)[1] - 1
            comma = ", " if call.args or call.keywords else ""
            edits = [Edit(end, end, ", **kwargs"), Edit(close, close, f"{comma}**kwargs")]
            yield apply_edits(scene.source, edits), f"{name} is handed on to what it inherits"


def _no_self(scene: Scene, found: re.Match[str]) -> Edits:
    """A method without `self`; a function that is given more, or fewer, arguments than it takes."""
    name = found.group(1)
    for function in _functions(scene, name):
        inside = any(isinstance(node, ast.ClassDef) and function in node.body for node in ast.walk(scene.tree))
        first = function.args.args[0].arg if function.args.args else ""
        static = any("static" in scene.text(one) for one in function.decorator_list)
        if inside and first not in ("self", "cls") and not static:
            start = scene.source.index("(", span(scene.source, function)[0] + len("def ")) + 1
            comma = ", " if function.args.args else ""
            yield apply_edits(scene.source, [Edit(start, start, f"self{comma}")]), f"{name} takes self"
    yield from _by_name(scene, name)
    yield from _one_too_many(scene, name)


def _by_name(scene: Scene, name: str) -> Edits:
    """What a function takes by name alone is named."""
    parts = name.split(".")
    wanted = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            if called(call) != wanted:
                continue
            names = scene.state.choices.get("()", ())
            for place in range(len(call.args) - 1, 0, -1):
                if place < len(names):
                    extra = [
                        (one, f"{names[place + n]}={scene.text(one)}")
                        for n, one in enumerate(call.args[place:])
                        if place + n < len(names)
                    ]
                    yield scene.put(*extra), f"{', '.join(new for _, new in extra)} by name"
            if wanted == "train_test_split" and len(call.args) == 3:
                yield scene.put((call.args[2], f"test_size={scene.text(call.args[2])}")), "test_size by name"
            if wanted == "DataFrame" or len(call.args) < 2:
                continue
            if wanted in ("minimum", "maximum", "max", "min"):
                return


def _one_too_many(scene: Scene, name: str) -> Edits:
    """What is given to a function of the script that takes one argument fewer; several together as a list."""
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            mine = called(call) == name.split(".")[-1] or name.endswith((".forward", ".__init__", ".call"))
            if not mine:
                continue
            own = _functions(scene, name)
            if own and len(own[0].args.args) == 2 and own[0].args.args[0].arg == "self" and len(call.args) == 2:
                function = own[0]
                used = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
                second = scene.text(call.args[1])
                if second.isidentifier() and second in used:
                    end = span(scene.source, function.args.args[-1])[1]
                    text = apply_edits(scene.source, [Edit(end, end, f", {second}")])
                    yield text, f"{function.name} takes {second}"
            if (
                called(call) in ("append", "Sequential", "Pipeline", "concat", "max", "sum", "any", "all")
                and len(call.args) > 1
            ):
                inner = ", ".join(scene.text(one) for one in call.args)
                start, end = span(scene.source, call.args[0])[0], span(scene.source, call.args[-1])[1]
                shape = f"({inner})" if called(call) == "append" else f"[{inner}]"
                yield apply_edits(scene.source, [Edit(start, end, shape)]), "given together"
            return


def _missing(scene: Scene, found: re.Match[str]) -> Edits:
    """What a function of the script wants is given it, where the caller has it by that name; a class is made first."""
    name, words = found.group(1), re.findall(r"'(\w+)'", found.group(2))
    for at in range(len(scene.frames)):
        for call in scene.calls(at):
            named = called(call) in (name.split(".")[-1], *name.split(".")[-2:-1]) or name.endswith(
                (".forward", ".__init__", ".call", ".fit")
            )
            if not named:
                continue
            if isinstance(call.func, ast.Attribute):
                base = call.func.value
                yield scene.put((base, f"{scene.text(base)}()")), f"{scene.text(base)} is made first"
            given = {scene.text(one) for one in call.args}
            words_there = [one for one in words if one not in given]
            frame = scene.frames[at]
            chosen = []
            for word in words_there:
                same = [word] if word in frame.values or word in _defined(scene) else []
                same = same or _near_name(word, frame.values, scene)
                chosen.append(same[0] if same else "")
            if chosen and all(chosen):
                start = span(scene.source, call)[1] - 1
                comma = ", " if call.args or call.keywords else ""
                text = ", ".join(f"{word}={one}" for word, one in zip(words_there, chosen, strict=True))
                yield apply_edits(scene.source, [Edit(start, start, comma + text)]), f"{name} is given {text}"
            for function in _functions(scene, name)[:1]:
                yield from _stored(scene, function, words)


def _class_itself(scene: Scene, _: re.Match[str]) -> Edits:
    """A class is kept by a name where one that is made is meant."""
    classes = {one.name for one in ast.walk(scene.tree) if isinstance(one, ast.ClassDef)}
    classes |= {one for one in names_in(scene.tree) if one in HOME and one[:1].isupper()}
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in classes:
            yield scene.put((node.value, f"{node.value.id}()")), f"{node.value.id} is made"


def _stored(scene: Scene, function: ast.FunctionDef, words: list[str]) -> Edits:
    """An argument that nobody gives is what the object holds by that name."""
    held = {
        target.attr
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }
    if len(words) == 1 and words[0] in held and function.args.args and function.args.args[0].arg == "self":
        word = words[0]
        uses = [one for one in ast.walk(function) if isinstance(one, ast.Name) and one.id == word]
        last = function.args.args[-1]
        if last.arg == word and uses and not function.args.defaults and len(function.args.args) > 1:
            before = function.args.args[-2]
            gap = Edit(span(scene.source, before)[1], span(scene.source, last)[1], "")
            edits = [gap, *(Edit(*span(scene.source, one), f"self.{word}") for one in uses)]
            yield apply_edits(scene.source, edits), f"{word} is what the object holds"


def _defined(scene: Scene) -> set[str]:
    return {one.name for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)}


def _near_name(word: str, values: dict, scene: Scene) -> list[str]:  # type: ignore[type-arg]
    names = [one for one in values if "." not in one and one != "self"]
    same = [one for one in names if word in one or one in word]
    near = difflib.get_close_matches(word, names, 2, 0.6)
    del scene
    return [*near, *[one for one in same if len(one) > 2 and one not in near]]


def _multiple(scene: Scene, found: re.Match[str]) -> Edits:
    """An argument that is given twice: the one by its place is named otherwise, or left to its name."""
    name = found.group(1)
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:1]:
            one = keyword(call, name)
            if one is not None and isinstance(call.func, ast.Attribute) and call.args:
                names = scene.state.choices.get("()", ())
                rest = [each for each in names if each != name]
                if rest:
                    yield scene.put((call.args[0], f"{rest[0]}={scene.text(call.args[0])}")), f"{rest[0]} by name"


def _bound(scene: Scene, found: re.Match[str]) -> Edits:
    """What is called is no function: a class is made and called, a value is taken as it is, a name is hidden."""
    kind = found.group(1)
    node = scene.node()
    call = node if isinstance(node, ast.Call) else next(iter(scene.calls()), None)
    if not isinstance(call, ast.Call):
        return
    text = scene.text(call.func)
    if isinstance(call.func, ast.Attribute) and not call.args and not call.keywords:
        yield scene.put((call, text)), f"{text} is a value, and is not called"
    if kind in ("ndarray", "list", "tuple", "dict", "Series", "DataFrame", "Tensor") and len(call.args) == 1:
        index = ", ".join(scene.text(one) for one in call.args)
        yield scene.put((call, f"{text}[{index}]")), f"{text} is asked for a place"
    if isinstance(call.func, ast.Attribute) and call.args and kind in ("tuple", "Size"):
        index = ", ".join(scene.text(one) for one in call.args)
        yield scene.put((call, f"{text}[{index}]")), f"{text} is asked for a place"
    if kind == "module":
        last = text.split(".")[-1]
        yield scene.put((call.func, f"{text}.{last}")), f"{last} of the module {text}"
    if kind in ("str", "list") and isinstance(call.func, ast.Constant):
        return
    yield from _hidden(scene, call)


def _hidden(scene: Scene, call: ast.Call) -> Edits:
    """A result that has the name of its function hides it: the result gets another name."""
    name = (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )
    if not isinstance(call.func, ast.Name):
        yield from _hidden_method(scene, name)
        return
    stores = [
        one
        for one in ast.walk(scene.tree)
        if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store)
    ]
    if not stores:
        return
    new = f"{name}_value" if f"{name}_value" not in scene.source else f"{name}_result"
    first = min(one.lineno for one in stores)
    uses = [
        one
        for one in ast.walk(scene.tree)
        if isinstance(one, ast.Name)
        and one.id == name
        and (isinstance(one.ctx, ast.Store) or (one.lineno > first and not _is_called(scene, one)))
    ]
    yield scene.put(*((one, new) for one in uses)), f"the result is called {new}, and no longer hides {name}"


def _hidden_method(scene: Scene, name: str) -> Edits:
    """An attribute that has the name of a method hides it."""
    methods = [
        one
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.ClassDef)
        for one in node.body
        if isinstance(one, ast.FunctionDef) and one.name == name
    ]
    if not methods:
        return
    attributes = [
        one
        for one in ast.walk(scene.tree)
        if isinstance(one, ast.Attribute) and one.attr == name and not _is_called(scene, one)
    ]
    pairs = [(one, f"{scene.text(one.value)}._{name}") for one in attributes]
    if pairs:
        yield scene.put(*pairs), f"the attribute is called _{name}, and no longer hides the method"


def _is_called(scene: Scene, node: ast.AST) -> bool:
    outer = next(enclosing(scene.tree, node, ast.Call), None)
    return isinstance(outer, ast.Call) and outer.func is node


RULES = (
    (r"(?:([\w.<>]+)\(\) )?got an unexpected keyword argument '(\w+)'", _unknown),
    (
        r"([\w.]+)\(\) takes (?:from )?\d+ (?:to \d+ )?positional arguments? (?:\(.{0,60}\) )?but \d+ (?:were|was|"
        r"positional)",
        _no_self,
    ),
    (r"([\w.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.{1,200})", _missing),
    (
        r"missing \d+ required positional|takes \d+ positional|has no attribute '_|property' object|type object|"
        r"'type' object",
        _class_itself,
    ),
    (r"got multiple values for argument '(\w+)'", _multiple),
    (r"'(?:[\w.]+\.)?(\w+)' object is not callable", _bound),
)
"""(what the error says, its edits)."""
