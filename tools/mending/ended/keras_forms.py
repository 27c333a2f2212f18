"""Models of Keras: the form of labels and outputs, what comes in, what goes on from one layer to the next."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.boosting import target_places
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above
from mlpilot.tools.text import Edit, apply_edits, span

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
USES = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch")
"""Methods that take arrays."""
_CATEGORICAL = ("categorical_crossentropy", "CategoricalCrossentropy", "categorical_accuracy", "CategoricalAccuracy")


def _sparse(scene: Scene) -> Edits:
    """The loss takes class numbers, and not one-hot rows."""
    places = [
        node
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _CATEGORICAL
    ]
    losses = [one for name in _CATEGORICAL for one in calls(scene.tree, name)]
    pairs: list[tuple[ast.AST, str]] = [
        (one, f'"sparse_{one.value!s}"' if str(one.value).islower() else f'"Sparse{one.value!s}"') for one in places
    ]
    for call in losses:
        name = called(call)
        new = f"sparse_{name}" if name.islower() else f"Sparse{name}"
        pairs.append((call.func, scene.text(call.func)[: -len(name)] + new))
    if pairs:
        yield scene.put(*pairs), "the loss takes class numbers"


def _dense_labels(scene: Scene) -> Edits:
    """The loss takes one-hot rows, and not class numbers."""
    pairs: list[tuple[ast.AST, str]] = []
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            new = re.sub(r"^sparse_(?=categorical)|^Sparse(?=Categorical)", "", node.value)
            if new != node.value:
                pairs.append((node, f'"{new}"'))
        elif isinstance(node, ast.Call) and called(node).startswith(("SparseCategorical", "sparse_categorical")):
            name = called(node)
            new = name.removeprefix("Sparse").removeprefix("sparse_")
            pairs.append((node.func, scene.text(node.func)[: -len(name)] + new))
    if pairs:
        yield scene.put(*pairs), "the loss takes one-hot rows"


def _forms(scene: Scene, found: re.Match[str]) -> Edits:
    """Labels of another form than the model's output."""
    target, output = (_sizes(found.group(place)) for place in (1, 2))
    if len(output) > len(target) and len(output) > 2:
        yield from _flat(scene)
        yield from _last_step_alone(scene)
    if len(target) == len(output) - 1 or (target[-1:] == [1] and output[-1:] != [1]):
        yield from _sparse(scene)
        yield from _sparse_for_binary(scene)
    if len(target) == len(output) == 2 and target[-1] and output[-1]:
        yield from outputs(scene, output[-1], target[-1])
    if target[-1:] and target[-1] and target[-1] > 1 and output[-1:] == [1]:
        yield from outputs(scene, 1, target[-1])


def _sparse_for_binary(scene: Scene) -> Edits:
    """A binary loss of several outputs with class numbers is that of classes."""
    places = [
        one for one in ast.walk(scene.tree) if isinstance(one, ast.Constant) and one.value == "binary_crossentropy"
    ]
    for one in places:
        yield scene.put((one, '"sparse_categorical_crossentropy"')), "the loss is that of classes, by their numbers"


def _ranks(scene: Scene, _: re.Match[str]) -> Edits:
    yield from _dense_labels(scene)
    yield from _flat(scene)
    yield from _last_step_alone(scene)


def outputs(scene: Scene, old: int | None, new: int) -> Edits:
    """The last layer has another number of units."""
    dense = [one for one in calls(scene.tree, "Dense") if one.args or keyword(one, "units") is not None]
    for call in dense[::-1]:
        one = keyword(call, "units")
        node = one.value if one is not None else call.args[0]
        if old is None or scene.number(node) == old:
            yield scene.put((node, str(new))), f"the last layer has {new} units"
            return


def _flat(scene: Scene) -> Edits:
    """What comes before the first dense layer is made flat."""
    for call in calls(scene.tree, "Dense"):
        name = scene.text(call.func).replace("Dense", "Flatten")
        outer = next(enclosing(scene.tree, call, ast.List), None)
        if isinstance(outer, ast.List) and call in outer.elts:
            yield _imported(scene.put((call, f"{name}(), {scene.text(call)}"))), "what comes in is made flat"
            return
        applied = next((one for one in calls(scene.tree) if one.func is call and one.args), None)
        if applied is not None:
            given = scene.text(applied.args[0])
            text = scene.put((applied.args[0], f"{name}()({given})"))
            yield _imported(text), "what comes in is made flat"
            return
        added = next((one for one in calls(scene.tree, "add") if call in one.args), None)
        if added is not None and isinstance(added.func, ast.Attribute):
            line = f"{scene.text(added.func)}({name}())"
            statement = next(one for one in enclosing(scene.tree, added, ast.stmt))
            edit = above(scene.source, statement, line)  # type: ignore[arg-type]
            yield _imported(apply_edits(scene.source, [edit])), "what comes in is made flat"
            return


def named_as(scene: Scene, name: str) -> str:
    """What a layer is called here: by itself where it is imported so, or after the module that others come from."""
    if any(isinstance(one, ast.alias) and one.name == name for one in ast.walk(scene.tree)):
        return name
    for call in calls(scene.tree, "Dense"):
        if isinstance(call.func, ast.Attribute):
            return f"{scene.text(call.func.value)}.{name}"
    return ""


def _imported(text: str) -> str:
    """The text with `Flatten` imported where `Dense` is, by its name."""
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.ImportFrom)
            and any(one.name == "Dense" for one in node.names)
            and not any(one.name == "Flatten" for one in node.names)
        ):
            dense = next(one for one in node.names if one.name == "Dense")
            end = span(text, dense)[1]
            return apply_edits(text, [Edit(end, end, ", Flatten")])
    return text


def _last_step_alone(scene: Scene) -> Edits:
    """The last recurrent layer hands on its last step alone."""
    made = [one for name in _RECURRENT for one in calls(scene.tree, name) if keyword(one, "return_sequences")]
    for call in sorted(made, key=lambda one: -one.lineno)[:1]:
        one = keyword(call, "return_sequences")
        if one is not None:
            yield scene.put((one.value, "False")), "the last step alone is handed on"


def _all_steps(scene: Scene, found: re.Match[str]) -> Edits:
    """A recurrent layer in front of another hands on all its steps; arrays get the axis that is missing."""
    wanted, given = int(found.group(1)), int(found.group(2))
    if wanted != given + 1:
        if wanted == 2 and given > 2:
            yield from _flat(scene)
        return
    shape = [int(one) for one in re.findall(r"\d+", scene.error.partition("Full shape received:")[2][:60])]
    made = sorted([one for name in _RECURRENT for one in calls(scene.tree, name)], key=lambda one: one.lineno)
    silent = [one for one in made if keyword(one, "return_sequences") is None and called(one) != "Bidirectional"]
    sizes = [one for one in silent if scene.number(one.args[0] if one.args else None) in shape[-1:]]
    for call in (sizes or silent)[:-1] or ([*sizes, *silent][:1] if len(made) > 1 or sizes else []):
        yield with_keyword(scene.source, call, "return_sequences", "True"), f"the {called(call)} hands on all its steps"
    yield from _input_axis(scene)


def _input_axis(scene: Scene) -> Edits:
    """The input of a model, and what it is given, get an axis at the end."""
    pairs: list[tuple[ast.AST, str]] = []
    for call in calls(scene.tree):
        one = keyword(call, "shape" if called(call) in ("Input", "InputLayer") else "input_shape")
        node = one.value if one is not None else call.args[0] if called(call) == "Input" and call.args else None
        if isinstance(node, ast.Tuple) and node.elts:
            inner = scene.text(node).rstrip(")").rstrip().rstrip(",")
            pairs.append((node, f"{inner}, 1)"))
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            pairs.append((node, f"(*{scene.text(node)}, 1)"))
    used = [(one.args[0], scene.dotted(one.args[0], "[..., None]")) for one in _arrays(scene)]
    if pairs and used:
        yield scene.put(*pairs, *used), "an axis for what stands at each place, in the model and in the arrays"
    if pairs:
        yield scene.put(*pairs), "the input has an axis for what stands at each place"
    if used:
        yield scene.put(*used), "the arrays get an axis for what stands at each place"


def _arrays(scene: Scene) -> list[ast.Call]:
    """Calls that hand arrays to a model."""
    used = [one for name in USES for one in calls(scene.tree, name) if one.args]
    return [one for one in used if isinstance(one.args[0], ast.Name | ast.Attribute | ast.Subscript)]


def _sized(scene: Scene, found: re.Match[str]) -> Edits:
    """The input of a model has the sizes of what it is given."""
    wanted, given = _sizes(found.group(1)), _sizes(found.group(2))
    numbers = given[1:] if len(given) > 1 else given
    old = wanted[1:] if len(wanted) > 1 else wanted
    for call in calls(scene.tree):
        for name in ("shape", "input_shape", "input_dim", "batch_shape"):
            one = keyword(call, name)
            node = one.value if one is not None else None
            if node is None and called(call) == "Input" and call.args and name == "shape":
                node = call.args[0]
            if node is None or None in numbers:
                continue
            elements = node.elts if isinstance(node, ast.Tuple) else [node]
            sizes = [scene.number(each) for each in elements]
            if len(sizes) == len(numbers) and (sizes[-1] in (old[-1:] or [None]) or sizes == old):
                new = ", ".join(map(str, numbers))
                text = f"({new},)" if isinstance(node, ast.Tuple) and len(numbers) == 1 else f"({new})"
                text = new if not isinstance(node, ast.Tuple) else text
                yield scene.put((node, text)), f"the model takes {text}, as it is given"
    own = {one.name for one in ast.walk(scene.tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    for call in [one for one in calls(scene.tree) if called(one) in own]:
        for node in [*call.args, *(one.value for one in call.keywords)]:
            if isinstance(node, ast.Constant) and old and scene.number(node) == old[-1] and numbers[-1]:
                yield scene.put((node, str(numbers[-1]))), f"{called(call)} makes it for {numbers[-1]}"
    for name, value in scene.constants.items():
        if old and scene.number(value) == old[-1] and isinstance(value, ast.Constant) and numbers[-1]:
            yield scene.put((value, str(numbers[-1]))), f"{name} is {numbers[-1]}"


def _last_axis(scene: Scene, found: re.Match[str]) -> Edits:
    """A dense layer of an input of another width."""
    wanted = int(found.group(1))
    given = _sizes(found.group(2))
    for call in calls(scene.tree):
        for name in ("shape", "input_shape", "input_dim"):
            one = keyword(call, name)
            node = one.value if one is not None else None
            if node is None and called(call) == "Input" and call.args and name == "shape":
                node = call.args[0]
            size = node.elts[-1] if isinstance(node, ast.Tuple) and node.elts else node
            if size is not None and scene.number(size) == wanted and given[-1]:
                yield scene.put((size, str(given[-1]))), f"the model takes {given[-1]} columns"


def _concatenated(scene: Scene, _: re.Match[str]) -> Edits:
    """Inputs are joined along another axis."""
    for call in [*calls(scene.tree, "Concatenate"), *calls(scene.tree, "concatenate")]:
        one = keyword(call, "axis")
        for new in ("-1", "1", "2"):
            if one is None:
                yield with_keyword(scene.source, call, "axis", new), f"joined along axis {new}"
            elif scene.text(one.value) != new:
                yield scene.put((one.value, new)), f"joined along axis {new}"


def _least(scene: Scene, met: int, units: int) -> list[int]:
    """The least labels of arrays that hold the label that was met, and no more classes than there are units."""
    held = [one for frame in scene.frames for one in frame.values.values()]
    return [
        int(one.least)
        for one in held
        if one.least and one.most and one.least >= 1 and one.most >= met and one.most - one.least < units and one.shape
    ]


def _label_range(scene: Scene, found: re.Match[str]) -> Edits:
    """Class numbers from 1, or fewer units than classes."""
    met, units = int(found.group(1)), int(found.group(2))
    for least in dict.fromkeys(_least(scene, met, units)):
        for name, node in target_places(scene):
            if isinstance(node, ast.Name | ast.Subscript | ast.Call | ast.Attribute):
                yield scene.put((node, f"{scene.text(node)} - {least}")), f"the classes of {name} are counted from 0"
    if met == units:
        for call in calls(scene.tree, "fit"):
            held = scene.value(call.args[1]) if len(call.args) > 1 else None
            if held is not None and held.least == 1:
                pairs = [
                    (one.args[1], f"{scene.text(one.args[1])} - 1")
                    for name in ("fit", "evaluate")
                    for one in calls(scene.tree, name)
                    if len(one.args) > 1
                ]
                yield scene.put(*pairs), "classes are counted from 0"
    for frame in scene.frames:
        for held in frame.values.values():
            if held.shape and len(held.shape) == 1 and "int" in held.dtype and held.most and met <= held.most < 1000:
                yield from outputs(scene, units, int(held.most) + 1)
    yield from outputs(scene, units, met + 1)


def _sizes(text: str) -> list[int | None]:
    return [None if one == "None" else int(one) for one in re.findall(r"None|\d+", text)]


RULES = (
    (
        r"must have the same (?:shape|rank).{0,20}Received: ?target\.shape=\((.*?)\), output\.shape=\((.*?)\)",
        _forms,
    ),
    (r"`?target\.shape=\((.*?)\),? `?output\.shape=\((.*?)\)", _forms),
    (r"Shapes \((.*?)\) and \((.*?)\) are incompatible", _forms),
    (r"Argument `output` must have rank \(ndim\) `target\.ndim - 1`|must have rank", _ranks),
    (r"expected (?:min_)?ndim=(\d), found ndim=(\d)", _all_steps),
    (r"expected axis -1 of input shape to have value (\d+), but received input with shape \((.*?)\)", _last_axis),
    (r"expected shape=\((.*?)\), found shape=\((.*?)\)", _sized),
    (r"label value of (\d+) which is outside the valid range of \[0, (\d+)\)", _label_range),
    (r"`Concatenate` layer requires inputs with matching shapes", _concatenated),
)
"""(what the error says, its edits)."""
