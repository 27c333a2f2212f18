"""Modules of PyTorch: how they are set up, what they hold, where they run, how they are loaded, and their batches."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.ended.tensors import torch_of
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, given_to
from mlpilot.tools.text import Edit, apply_edits, span


def set_up(scene: Scene, _: re.Match[str]) -> Edits:
    """A module of one's own sets up what it inherits before it holds layers."""
    for frame in scene.frames:
        for node in ast.walk(scene.tree):
            if not isinstance(node, ast.ClassDef) or not node.bases:
                continue
            made = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
            inside = made is not None and made.lineno <= frame.line <= (made.end_lineno or 0)
            if made is None or not (inside or node.name == frame.values.get("self", scene.value(None)).kind):
                continue
            there = [one for one in made.body if "__init__()" in scene.text(one) and "super" in scene.text(one)]
            if there:
                first = made.body[0]
                if there[0] is not first and alone(scene.source, there[0]):
                    gone = apply_edits(scene.source, [_whole_line(scene, there[0])])
                    text = apply_edits(gone, [above(gone, first, "super().__init__()")])
                    yield text, f"{node.name} sets up its base first"
                continue
            first = made.body[0]
            said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(made.body) > 1
            first = made.body[1] if said else first
            text = apply_edits(scene.source, [above(scene.source, first, "super().__init__()")])
            yield text, f"{node.name} sets up its base first"
            return


def _whole_line(scene: Scene, statement: ast.stmt) -> Edit:
    start, end = span(scene.source, statement)
    line = scene.source.rfind("\n", 0, start) + 1
    last = scene.source.find("\n", end)
    return Edit(line, len(scene.source) if last < 0 else last + 1, "")


def _no_parameters(scene: Scene, _: re.Match[str]) -> Edits:
    """Layers in a list are seen by the model where the list is one of modules."""
    nn = scene.imported("torch.nn", "")
    prefix = nn or f"{torch_of(scene)}.nn"
    for node in ast.walk(scene.tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            continue
        value, target = node.value, scene.text(node.targets[0])
        listed = isinstance(value, ast.Name) and any(
            isinstance(one.value, ast.List | ast.ListComp) for one in given_to(scene.tree, value.id)
        )
        if listed or isinstance(value, ast.List | ast.ListComp):
            yield scene.put((value, f"{prefix}.ModuleList({scene.text(value)})")), f"{target} is a list of modules"
        if isinstance(value, ast.Dict | ast.DictComp):
            yield scene.put((value, f"{prefix}.ModuleDict({scene.text(value)})")), f"{target} is a dict of modules"
        if isinstance(value, ast.Call) and called(value) in ("randn", "rand", "zeros", "ones", "empty"):
            yield scene.put((value, f"{prefix}.Parameter({scene.text(value)})")), f"{target} is a parameter"


def _processor(scene: Scene, _: re.Match[str]) -> Edits:
    """Written for a GPU, and run where there is none."""
    torch = torch_of(scene)
    places = [
        node
        for node in ast.walk(scene.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"cuda(:\d)?", node.value)
    ]
    bare = [one for one in places if not any(enclosing(scene.tree, one, ast.IfExp))]
    if bare:
        new = '{0} if {1}.cuda.is_available() else "cpu"'
        pairs = [(one, new.format(scene.text(one), torch)) for one in bare]
        yield scene.put(*pairs), "the GPU is used where there is one"
    moved = [one for one in calls(scene.tree, "cuda") if isinstance(one.func, ast.Attribute) and not one.args]
    if moved:
        new = f'.to("cuda" if {torch}.cuda.is_available() else "cpu")'
        there = [(one, scene.dotted(one.func.value, new)) for one in moved if isinstance(one.func, ast.Attribute)]
        yield scene.put(*there), "the GPU is used where there is one"
    for call in calls(scene.tree, "load"):
        if keyword(call, "map_location") is None:
            yield with_keyword(scene.source, call, "map_location", '"cpu"'), "what was saved is loaded to the processor"


def _one_row(scene: Scene, _: re.Match[str]) -> Edits:
    """What judges single rows is in the mode for judging."""
    for at in range(len(scene.frames) - 1, -1, -1):
        for call in scene.calls(at)[:1]:
            statement = scene.statement(at)
            if statement is None or not isinstance(call.func, ast.Name) or calls(scene.tree, "backward"):
                pass
            if statement is not None and isinstance(call.func, ast.Name) and alone(scene.source, statement):
                trains = any(calls(one, "backward") for one in block_of(scene.tree, statement))
                if not trains and not hasattr(statement, "body"):
                    line = f"{call.func.id}.eval()"
                    edit = above(scene.source, _outside_with(scene, statement), line)
                    yield apply_edits(scene.source, [edit]), f"{call.func.id} is set to judge"


def _outside_with(scene: Scene, statement: ast.stmt) -> ast.stmt:
    for outer in enclosing(scene.tree, statement, ast.With):
        return outer  # type: ignore[return-value]
    return statement


def _needs_metric(scene: Scene, _: re.Match[str]) -> Edits:
    """`ReduceLROnPlateau` is told the loss."""
    for call in scene.calls():
        if called(call) != "step" or call.args:
            continue
        names = [name for frame in scene.frames for name in frame.values if re.search(r"loss", name, re.IGNORECASE)]
        held = [name for name in names if scene.named(name).number is not None or scene.named(name).shape == ()]
        for name in sorted(dict.fromkeys(held), key=lambda one: ("val" not in one, "." in one, len(one)))[:4]:
            text = apply_edits(
                scene.source, [Edit(span(scene.source, call)[1] - 1, span(scene.source, call)[1] - 1, name)]
            )
            yield text, f"the schedule is told {name}"


def _unsorted(scene: Scene, _: re.Match[str]) -> Edits:
    for call in calls(scene.tree, "pack_padded_sequence"):
        yield with_keyword(scene.source, call, "enforce_sorted", "False"), "sequences may come in any order"


def _lengths(scene: Scene, _: re.Match[str]) -> Edits:
    for call in calls(scene.tree, "pack_padded_sequence"):
        yield from scene.suffixed(call, 1, ".cpu()")


def _weights_only(scene: Scene, _: re.Match[str]) -> Edits:
    """What the script saved itself, it may load whole."""
    if calls(scene.tree, "save"):
        for call in scene.calls():
            if called(call) == "load":
                yield with_keyword(scene.source, call, "weights_only", "False"), "what the script saved is loaded whole"


def _state_keys(scene: Scene, _: re.Match[str]) -> Edits:
    """Weights within a larger checkpoint, or with names that a wrapper has put in front."""
    for call in scene.calls():
        if called(call) != "load_state_dict" or not call.args:
            continue
        given, held = call.args[0], scene.value(call.args[0])
        unexpected = re.findall(r'"([\w.]+)"', scene.error.partition("Unexpected key(s)")[2])
        absent = re.findall(r'"([\w.]+)"', scene.error.partition("Missing key(s)")[2].partition("Unexpected")[0])
        for more, fewer, change in ((unexpected, absent, "removeprefix"), (absent, unexpected, "")):
            head = f"{more[0].split('.')[0]}." if more and "." in more[0] else ""
            if not head or not fewer or more[0] != head + fewer[0]:
                continue
            name = f'name.removeprefix("{head}")' if change else f'"{head}" + name'
            new = f"{{{name}: value for name, value in {scene.text(given)}.items()}}"
            yield scene.put((given, new)), f"names {'without' if change else 'with'} {head!r} in front"
        for name in held.names:
            if re.search(r"state|model|net|weights", name) and "." not in name and "optim" not in name:
                yield scene.put((given, f'{scene.text(given)}["{name}"]')), f"the weights are under {name!r}"
        prefixes = {name.split(".")[0] for name in held.names if "." in name}
        if len(prefixes) == 1:
            (prefix,) = prefixes
            new = f'{{name.removeprefix("{prefix}."): value for name, value in {scene.text(given)}.items()}}'
            yield scene.put((given, new)), f"names without {prefix!r} in front"


def _unequal(scene: Scene, _: re.Match[str]) -> Edits:
    """Rows of unequal length are padded where they are put into batches."""
    torch = torch_of(scene)
    loaders = [one for one in calls(scene.tree, "DataLoader") if keyword(one, "collate_fn") is None]
    if not loaders:
        stack = next((one for one in scene.calls() if called(one) == "stack"), None)
        if stack is not None and stack.args:
            new = f"{torch}.nn.utils.rnn.pad_sequence({scene.text(stack.args[0])}, batch_first=True)"
            yield scene.put((stack, new)), "rows of unequal length are padded"
        return
    source = scene.source
    for call in sorted(loaders, key=lambda one: -one.lineno):
        again = next(one for one in calls(ast.parse(source), "DataLoader") if one.lineno == call.lineno)
        source = with_keyword(source, again, "collate_fn", "padded")
    function = (
        f"def padded(batch):\n    rows, labels = zip(*batch)\n"
        f"    rows = {torch}.nn.utils.rnn.pad_sequence([{torch}.as_tensor(one) for one in rows], batch_first=True)\n"
        f"    return rows, {torch}.stack([{torch}.as_tensor(one) for one in labels])\n\n\n"
    )
    tree = ast.parse(source)
    first = next(one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom | ast.Expr))
    at = above(source, first).start
    yield apply_edits(source, [Edit(at, at, function)]), "rows of unequal length are padded to a batch"


RULES = (
    (r"Module\.__init__\(\) call|super\(\)\.__init__\(\)|has no attribute '_(?:modules|parameters|buffers)'", set_up),
    (r"optimizer got an empty parameter list", _no_parameters),
    (r"CUDA|cuda|NVIDIA driver", _processor),
    (r"Expected more than 1 value per channel when training", _one_row),
    (r"step\(\) missing 1 required positional argument: 'metrics'", _needs_metric),
    (r"must be sorted in decreasing order|enforce_sorted", _unsorted),
    (r"lengths.{0,40}CPU", _lengths),
    (r"Weights only load failed", _weights_only),
    (r"Error\(s\) in loading state_dict", _state_keys),
    (r"stack expects each tensor to be equal size", _unequal),
)
"""(what the error says, its edits)."""
