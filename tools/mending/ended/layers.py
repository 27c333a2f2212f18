"""Layers of PyTorch that are given another shape than they were made for."""

import ast
import math
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword, within
from mlpilot.tools.mending.ended.products import products
from mlpilot.tools.mending.ended.scene import Scene, argument
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits

SIZES = {
    "Linear": ("in_features", "out_features"),
    "Bilinear": ("in1_features", "in2_features", "out_features"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LayerNorm": ("normalized_shape",),
    **dict.fromkeys(("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"), ("input_size", "hidden_size")),
    **{f"{name}{n}d": ("in_channels", "out_channels") for n in (1, 2, 3) for name in ("Conv", "ConvTranspose")},
    **{f"{name}{n}d": ("num_features",) for n in (1, 2, 3) for name in ("BatchNorm", "InstanceNorm")},
}
"""Layer → its first arguments."""
_INTO = ("in_features", "in_channels", "num_features", "input_size", "normalized_shape")


def size(call: ast.Call, name: str) -> ast.expr | None:
    """The argument of a layer by its name."""
    known = SIZES.get(called(call), ())
    return argument(call, known.index(name), name) if name in known else None


def makers(scene: Scene, layer: Value) -> list[ast.Call]:
    """The calls that may have made a layer, the likeliest first: the sizes fit, and so does the name it is held by."""
    found = []
    for order, call in enumerate(calls(scene.tree, layer.kind)):
        wrong, sure = False, 0
        for name in SIZES.get(layer.kind, ()):
            node, made = size(call, name), layer.sizes.get(name)
            number = scene.number(node) if node is not None else None
            if number is not None and made is not None and _written(node):
                wrong |= number != made
                sure += number == made
        words = [one for one in layer.path.split(".") if not one.isdigit()]
        named = bool(words) and given_name(scene, call) == words[-1]
        if not wrong:
            found.append((-int(named), -sure, order, call))
    return [one[-1] for one in sorted(found, key=lambda one: one[:3])]


def _written(node: ast.expr | None) -> bool:
    """Whether a number stands there, and no name whose value may differ from one call to another."""
    return node is not None and not any(isinstance(one, ast.Name | ast.Attribute) for one in ast.walk(node))


def given_name(scene: Scene, call: ast.Call) -> str:
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Assign) and within(node.value, call):
            target = node.targets[0]
            return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    return ""


def at_work(scene: Scene, *kinds: str) -> Value | None:
    """The layer that failed."""
    for one in scene.state.layers:
        if one.kind in (kinds or SIZES) and one.given is not None and one.given.shape is not None:
            return one
    return None


def resized(scene: Scene, layer: Value, name: str, new: int) -> Edits:
    """A layer is made for another number."""
    for call in makers(scene, layer)[:3]:
        node = size(call, name)
        if node is not None:
            yield scene.put((node, str(new))), f"{name} of {layer.path or layer.kind} is {new}, as it is given"


def outputs(scene: Scene, old: int, new: int) -> Edits:
    """The last layer gives another number of outputs; where that is a name, the name may say the new number."""
    for call in calls(scene.tree, "Linear")[::-1]:
        node = size(call, "out_features")
        if node is None or scene.number(node) not in (old, None):
            continue
        value = scene.constants.get(node.id) if isinstance(node, ast.Name) else None
        if new == old + 1 and value is not None and not isinstance(value, ast.Constant):
            yield scene.put((value, f"{scene.text(value)} + 1")), f"{scene.text(node)} is one more"
        yield scene.put((node, str(new))), f"the last layer has {new} outputs"
    for name, value in scene.constants.items():
        if scene.number(value) == old and re.search(r"class|out|label", name, re.IGNORECASE):
            yield scene.put((value, str(new))), f"{name} is {new}"
    for call in calls(scene.tree):
        for one in call.keywords:
            if re.search(r"class|out|label", one.arg or "", re.IGNORECASE) and scene.number(one.value) == old:
                yield scene.put((one.value, str(new))), f"{one.arg} is {new}"


def model_calls(scene: Scene) -> Iterator[tuple[ast.Call, int]]:
    """Calls of the script in which a layer failed, the outermost frame first, and the frame of each."""
    for at in range(len(scene.frames) - 1, -1, -1):
        for call in scene.calls(at)[:1]:
            if call.args:
                yield call, at


def argument_of_layer(scene: Scene) -> ast.Call | None:
    """The call of the layer that failed, in the innermost frame."""
    found = [one for one in scene.calls() if one.args]
    return found[0] if found else None


def _flattened(scene: Scene, layer: Value) -> Edits:
    """What comes in is flattened first."""
    call = argument_of_layer(scene)
    for made in makers(scene, layer)[:2]:
        if _in_sequential(scene, made):
            flatten = f"{_prefix(scene.text(made.func))}Flatten()"
            yield scene.put((made, f"{flatten}, {scene.text(made)}")), "what comes in is flattened first"
    if call is not None:
        yield from scene.suffixed(call, 0, ".flatten(1)")


def _prefix(name: str) -> str:
    return name.rpartition(".")[0] + "." if "." in name else ""


def _in_sequential(scene: Scene, made: ast.Call) -> bool:
    return any(made in call.args for call in calls(scene.tree, "Sequential"))


def _matrices(scene: Scene, found: re.Match[str]) -> Edits:
    """A linear layer made for another number of columns than come in."""
    rows, given, wanted, _ = (int(one) for one in found.groups())
    layer = at_work(scene, "Linear")
    if layer is None or layer.given is None or layer.given.shape is None:
        yield from products(scene)
        return
    shape = layer.given.shape
    rest = math.prod(shape[1:])
    if len(shape) > 2 and (rest == wanted or layer.path.split(".")[-1].isdigit() or shape[-1] == shape[-2]):
        yield from _flattened(scene, layer)
    if len(shape) > 2 and rest != wanted and len(shape) == 4:
        yield from _flattened_and_resized(scene, layer, rest)
    if len(shape) == 1 and shape[0] == wanted * 1:
        yield from _first_axis(scene)
    if len(shape) == 2 and rows == wanted and given != wanted:
        yield from _turned(scene)
    yield from resized(scene, layer, "in_features", given)
    yield from before(scene, layer, given, wanted)
    yield from numbers(scene, wanted, given)


def _flattened_and_resized(scene: Scene, layer: Value, rest: int) -> Edits:
    call = argument_of_layer(scene)
    for made in makers(scene, layer)[:2]:
        node = size(made, "in_features")
        if node is None:
            continue
        what = f"what comes in is flattened first, to {rest} columns"
        if _in_sequential(scene, made):
            inner = scene.text(made).replace(scene.text(node), str(rest), 1)
            yield scene.put((made, f"{_prefix(scene.text(made.func))}Flatten(), {inner}")), what
        elif call is not None and not within(made, call):
            yield scene.put((node, str(rest)), (call.args[0], scene.dotted(call.args[0], ".flatten(1)"))), what


def _turned(scene: Scene) -> Edits:
    for call, _ in model_calls(scene):
        yield from scene.suffixed(call, 0, ".T")


def _first_axis(scene: Scene) -> Edits:
    """A single row gets the axis of a batch."""
    for call, _ in model_calls(scene):
        yield from scene.suffixed(call, 0, ".unsqueeze(0)")


def before(scene: Scene, layer: Value, given: int, wanted: int) -> Edits:
    """The layer in front gives what this one takes."""
    made = makers(scene, layer)
    for call in reversed(list(calls(scene.tree))):
        for name in ("out_features", "out_channels", "hidden_size"):
            node = size(call, name)
            if node is not None and scene.number(node) == given and made and call.lineno <= made[0].lineno:
                yield scene.put((node, str(wanted))), f"{name} of the {called(call)} in front is {wanted}"
                return


def numbers(scene: Scene, old: int, new: int) -> Edits:
    """A named number, or one given by name, that a layer is made with."""
    for name, value in scene.constants.items():
        if scene.number(value) == old and isinstance(value, ast.Constant | ast.BinOp):
            used = [one for call in calls(scene.tree) if makes(scene, call) for one in ast.walk(call)]
            if any(isinstance(one, ast.Name) and one.id == name for one in used):
                yield scene.put((value, str(new))), f"{name} is {new}"
    for call in calls(scene.tree):
        if makes(scene, call) and called(call) not in SIZES:
            for one in [*call.args, *(one.value for one in call.keywords)]:
                if isinstance(one, ast.Constant) and scene.number(one) == old:
                    yield scene.put((one, str(new))), f"{called(call)} is made for {new}"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            for one in node.args.defaults:
                if scene.number(one) == old:
                    yield scene.put((one, str(new))), f"the model is made for {new}"


def makes(scene: Scene, call: ast.Call) -> bool:
    """Whether a call makes a layer, or a class of the script's own."""
    own = {node.name for node in ast.walk(scene.tree) if isinstance(node, ast.ClassDef)}
    return called(call) in SIZES or called(call) in own


def _channels(scene: Scene, found: re.Match[str]) -> Edits:
    """Channels that stand last, are missing, or are another number."""
    given_shape, wanted, given = found.group(1), int(found.group(2)), int(found.group(3))
    shape = [int(one) for one in re.findall(r"\d+", given_shape)]
    layer = at_work(scene)
    for call, at in model_calls(scene):
        held = scene.value(call.args[0], at)
        if held.shape is not None and len(held.shape) == len(shape) - 1:
            yield from scene.suffixed(call, 0, ".unsqueeze(1)")
        if len(shape) == 4 and shape[-1] == wanted:
            yield from scene.suffixed(call, 0, ".permute(0, 3, 1, 2)")
        if len(shape) == 3 and shape[-1] == wanted:
            yield from scene.suffixed(call, 0, ".transpose(1, 2)")
        if shape[0] == 1 and held.shape is not None and len(held.shape) == len(shape) - 1:
            yield from scene.suffixed(call, 0, ".unsqueeze(0)")
    if layer is not None:
        yield from resized(scene, layer, "in_channels", given)
        yield from before(scene, layer, given, wanted)
    yield from numbers(scene, wanted, given)
    if wanted == 1:
        for call, _ in model_calls(scene):
            yield from scene.suffixed(call, 0, ".unsqueeze(1)")


def _axes(scene: Scene, found: re.Match[str]) -> Edits:
    """Images without the axis of their channels, or of their rows."""
    wanted, shape = int(found.group(1)) + 1, [int(one) for one in re.findall(r"\d+", found.group(2))]
    layer = at_work(scene)
    inner = layer.sizes.get("in_channels", layer.sizes.get("input_size", 0)) if layer is not None else 0
    for call, _ in model_calls(scene):
        if len(shape) == wanted - 1:
            first = [".unsqueeze(0)", ".unsqueeze(1)"] if shape[0] == inner else [".unsqueeze(1)", ".unsqueeze(0)"]
            for suffix in [*first, ".unsqueeze(-1)"]:
                yield from scene.suffixed(call, 0, suffix)
        if len(shape) == 2 and wanted == 4 and inner:
            side = math.isqrt(shape[1] // inner)
            if side * side * inner == shape[1]:
                yield from scene.suffixed(call, 0, f".reshape(-1, {inner}, {side}, {side})")
        if len(shape) == wanted + 1:
            yield from scene.suffixed(call, 0, ".squeeze(1)" if 1 in shape[1:2] else ".flatten(2)")
            yield from scene.suffixed(call, 0, ".squeeze(-1)")


def _norm_axes(scene: Scene, found: re.Match[str]) -> Edits:
    """Batch normalisation of another number of dimensions."""
    given = int(found.group(2))
    layer = at_work(scene)
    new = {2: "1d", 3: "1d", 4: "2d", 5: "3d"}.get(given)
    if layer is not None and new is not None:
        name = re.sub(r"\dd$", new, layer.kind)
        for call in makers(scene, layer)[:3]:
            func = scene.text(call.func).replace(layer.kind, name)
            yield scene.put((call.func, func)), f"{layer.kind} is {name}, for the {given} dimensions that come in"
    if layer is not None and given == 4:
        yield from _flattened(scene, layer)


def _norm_size(scene: Scene, found: re.Match[str]) -> Edits:
    layer = at_work(scene, *(name for name in SIZES if "Norm" in name))
    if layer is not None:
        yield from resized(scene, layer, "num_features", int(found.group(1)))


def _norm_shape(scene: Scene, found: re.Match[str]) -> Edits:
    layer = at_work(scene, "LayerNorm")
    given = [int(one) for one in re.findall(r"\d+", found.group(1))]
    if layer is not None and given:
        yield from resized(scene, layer, "normalized_shape", given[-1])


def _kernel(scene: Scene, _: re.Match[str]) -> Edits:
    """A kernel that is larger than what comes in: it is padded."""
    layer = at_work(scene)
    for call in makers(scene, layer)[:2] if layer is not None else ():
        if keyword(call, "padding") is None:
            yield with_keyword(scene.source, call, "padding", '"same"'), f"{layer.path} pads what comes in"  # type: ignore[union-attr]


RULES = (
    (r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", _matrices),
    (
        r"expected input\[(.{1,60}?)\] to have (\d+) channels, but got (\d+) channels",
        _channels,
    ),
    (r"Expected (\d)D \(unbatched\) or \dD \(batched\) input to \w+, but got input of size: \[(.{0,80}?)\]", _axes),
    (r"expected (\dD(?: or \dD)?) input \(got (\d)D input\)", _norm_axes),
    (r"running_(?:mean|var) should contain (\d+) elements", _norm_size),
    (r"Given normalized_shape=.{1,60}?but got input of size\s*\[(.{1,60}?)\]", _norm_shape),
    (r"Kernel size can't be greater than actual input size", _kernel),
)
"""(what the error says, its edits)."""
