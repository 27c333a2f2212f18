"""Networks of PyTorch: lists that are no modules, single rows, labels of pictures, a loss that is computed but once,
weights of another size, recurrent layers in a row of layers."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls
from mlpilot.tools.mending.ended import layers
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, indent, without
from mlpilot.tools.text import Edit, apply_edits

_RECURRENT = ("LSTM", "GRU", "RNN")
_STACKS = ("Sequential",)


def _unpacked(scene: Scene, _: re.Match[str]) -> Edits:
    """`nn.Sequential(layers)` of a list becomes `nn.Sequential(*layers)`."""
    made = [one for name in _STACKS for one in calls(scene.tree, name) if len(one.args) == 1]
    here = [one for at in range(len(scene.frames)) for one in scene.calls(at) if one in made]
    for call in dict.fromkeys([*here, *made]):
        given = call.args[0]
        if isinstance(given, ast.Starred):
            continue
        if isinstance(given, ast.List | ast.Tuple):
            inner = ", ".join(scene.text(one) for one in given.elts)
            yield scene.put((given, inner)), "the layers are given one by one"
        elif isinstance(given, ast.GeneratorExp):
            yield scene.put((given, f"*[{scene.text(given).removeprefix('(').removesuffix(')')}]")), "layer by layer"
        else:
            yield scene.put((given, f"*{scene.text(given)}")), f"the layers of {scene.text(given)} are given one by one"
    same = [one for one in made if not isinstance(one.args[0], ast.Starred) and isinstance(one.args[0], ast.Name)]
    if len(same) > 1:
        pairs = [(one.args[0], f"*{scene.text(one.args[0])}") for one in same]
        yield scene.put(*pairs), "the layers are given one by one, everywhere"


def _row_alone(scene: Scene, _: re.Match[str]) -> Edits:
    """A single row is given as a batch of one."""
    for call, at in layers.model_calls(scene):
        held = scene.value(call.args[0], at)
        if held.shape is None or len(held.shape) == 1:
            one = call.args[0]
            yield scene.put((one, scene.dotted(one, ".unsqueeze(0)"))), f"{scene.text(one)} is a batch of one"


def _of_pictures(scene: Scene, found: re.Match[str]) -> Edits:
    """Class numbers of pictures have no axis of channels; a batch of one-hot pictures is searched for its largest."""
    for at in range(len(scene.frames)):
        for call in [one for one in scene.calls(at) if len(one.args) >= 2]:
            target = scene.value(call.args[1], at)
            kind = "" if "int64" in target.dtype else ".long()"
            several = target.shape is not None and len(target.shape) == 4 and target.shape[1] > 1
            if found.group(1) == "4" and not several:
                yield from scene.suffixed(call, 1, f".squeeze(1){kind}")
            if found.group(1) == "4":
                yield from scene.suffixed(call, 1, ".argmax(dim=1)")
            if found.group(1) == "2":
                yield from scene.suffixed(call, 1, f".unsqueeze(0){kind}")


def _computed_anew(scene: Scene, _: re.Match[str]) -> Edits:
    """A loss that is computed above the loop, and taken back in each of its turns, is computed in each."""
    statement = scene.statement()
    for call in scene.calls():
        if called(call) != "backward" or statement is None or not isinstance(call.func, ast.Attribute):
            continue
        loop = next(enclosing(scene.tree, statement, ast.For, ast.While), None)
        if not isinstance(loop, ast.For | ast.While) or not alone(scene.source, loop.body[0]):
            continue
        block = block_of(scene.tree, loop)
        before = [one for one in block[: block.index(loop)] if isinstance(one, ast.Assign)]
        wanted = {one.id for one in ast.walk(call.func.value) if isinstance(one, ast.Name)}
        moved: list[ast.Assign] = []
        for one in reversed(before):
            names = {each.id for target in one.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
            if names & wanted and any(scene.named(name).grad for name in names) and alone(scene.source, one):
                moved.insert(0, one)
                wanted |= {each.id for each in ast.walk(one.value) if isinstance(each, ast.Name)}
        held = [one for one in moved if not _makes_weights(scene, one)]
        if not held:
            continue
        pad, first = indent(scene.source, loop.body[0]), loop.body[0]
        lines = [scene.text(one).replace("\n", "\n" + pad) for one in held]
        edits = [above(scene.source, first, *lines), *(without(scene.source, one) for one in held)]
        yield apply_edits(scene.source, edits), "outputs and loss are computed anew in each turn of the loop"


def _makes_weights(scene: Scene, node: ast.Assign) -> bool:
    """Whether a tensor to learn is made there: it is no result, and is not to be made anew."""
    return any(one.arg == "requires_grad" for one in ast.walk(node) if isinstance(one, ast.keyword)) or any(
        called(one) == "Parameter" for one in calls(node)
    )


def _saved_size(scene: Scene, found: re.Match[str]) -> Edits:
    """A model that is to be given saved weights is made as large as the one that was saved."""
    saved, made = ([int(one) for one in re.findall(r"\d+", found.group(place))] for place in (1, 2))
    if len(saved) != len(made):
        return
    pairs = {(old, new) for new, old in zip(saved, made, strict=True) if old != new}
    loads = [one for at in range(len(scene.frames)) for one in scene.calls(at) if called(one) == "load_state_dict"]
    names = {scene.text(one.func.value) for one in loads if isinstance(one.func, ast.Attribute)}
    for old, new in sorted(pairs):
        for node in ast.walk(scene.tree):
            target = node.targets[0] if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
            if target is None or scene.text(target) not in names:
                continue
            for one in ast.walk(node.value):  # type: ignore[attr-defined]
                if isinstance(one, ast.Constant | ast.Name) and scene.number(one) == old and one is not node:
                    what = f"{scene.text(target)} is made for {new}, as the weights that were saved"
                    yield scene.put((one, str(new))), what


def _last_in_a_row(scene: Scene, _: re.Match[str]) -> Edits:
    """A recurrent layer in `nn.Sequential` is followed by a layer that hands on the last step of its outputs."""
    for stack in calls(scene.tree, "Sequential"):
        inner = [one for one in stack.args if isinstance(one, ast.Call) and called(one) in _RECURRENT]
        if not inner:
            continue
        prefix = scene.text(inner[0].func).rpartition(".")[0]
        statement = next(one for one in enclosing(scene.tree, stack, ast.stmt))
        top = next((one for one in scene.tree.body if any(each is stack for each in ast.walk(one))), statement)
        module = f"{prefix}.Module" if prefix else "torch.nn.Module"
        for name, taken, what in (
            ("LastStep", "given[0][:, -1]", "the last step"),
            ("AllSteps", "given[0]", "all steps"),
        ):
            head = (
                f"class {name}({module}):\n    def forward(self, given):\n        return {taken}\n\n\n"
            )
            start = above(scene.source, top).start  # type: ignore[arg-type]
            edits = [Edit(start, start, head)]
            text = scene.put(*((one, f"{scene.text(one)}, {name}()") for one in inner))
            yield apply_edits(text, edits), f"{what} of the recurrent layer's outputs goes on"


RULES = (
    (r"is not a Module subclass", _unpacked),
    (r"expected 2D or 3D input \(got 1D input\)|expected \dD input \(got 1D input\)", _row_alone),
    (r"only batches of spatial targets supported .{0,60}dimension: (\d)", _of_pictures),
    (r"Trying to backward through the graph a second time", _computed_anew),
    (
        r"size mismatch for [\w.]+: copying a param with shape torch\.Size\(\[(.*?)\]\) from checkpoint, the shape in "
        r"current model is torch\.Size\(\[(.*?)\]\)",
        _saved_size,
    ),
    (r"must be Tensor, not tuple|'tuple' object has no attribute", _last_in_a_row),
)
"""(what the error says, its edits)."""
