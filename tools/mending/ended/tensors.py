"""Tensors of PyTorch: kinds of numbers, what is no tensor yet, gradients, axes, modules that are not set up."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended import layers
from mlpilot.tools.mending.ended.scene import Scene, enclosing
from mlpilot.tools.mending.forms import Edits, above, alone, around, block_of, indent
from mlpilot.tools.text import Edit, apply_edits, span

_RECURRENT = ("LSTM", "GRU", "RNN", "MultiheadAttention")


def _module(scene: Scene) -> str:
    return scene.imported("torch", "torch")


def _same_kind(scene: Scene, found: re.Match[str]) -> Edits:
    """What a layer is given has the kind of number of its weights."""
    del found
    for call, at in layers.model_calls(scene):
        held = scene.value(call.args[0], at)
        if called(call) in ("tensor", "from_numpy", "as_tensor"):
            continue
        if held.tensor or not held.type:
            yield from scene.suffixed(call, 0, ".float()")
    for call in scene.calls():
        for place in range(1, len(call.args)):
            if scene.value(call.args[place]).tensor:
                yield from scene.suffixed(call, place, ".float()")
    node = scene.node()
    if isinstance(node, ast.BinOp):
        for one in (node.left, node.right):
            if scene.value(one).tensor and "float32" not in scene.value(one).dtype:
                yield scene.put((one, scene.dotted(one, ".float()"))), f"{scene.text(one)} is made of 32-bit numbers"


def _float_mean(scene: Scene, found: re.Match[str]) -> Edits:
    """Means and the like of whole numbers or of yes and no."""
    del found
    for call in scene.calls():
        if isinstance(call.func, ast.Attribute):
            base = call.func.value
            if scene.imported("torch") != scene.text(base):
                yield scene.put((base, scene.dotted(base, ".float()"))), f"{scene.text(base)[:60]} is made real first"
            yield from scene.suffixed(call, 0, ".float()")


def _indices(scene: Scene, found: re.Match[str]) -> Edits:
    """Numbers of words and classes are whole."""
    del found
    for call in scene.calls()[:2]:
        for place in range(len(call.args)):
            held = scene.value(call.args[place])
            if (held.tensor and ("float" in held.dtype or "int" in held.dtype)) or not held.type:
                yield from scene.suffixed(call, place, ".long()")
    node = scene.node()
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Tuple):
        yield scene.put((node.slice, scene.dotted(node.slice, ".long()"))), "places are whole numbers"


def _no_tensor(scene: Scene, found: re.Match[str]) -> Edits:
    """Arrays, tables and lists are made tensors where a layer or a loss is given them."""
    wanted = found.group(1) or ""
    torch = _module(scene)
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:1]:
            for place, one in enumerate(call.args):
                held = scene.value(one, at)
                whole = "long" if held.dtype.startswith(("int", "uint")) and place else "float32"
                text = scene.text(one)
                if held.table or held.column:
                    text = f"{text}.to_numpy()"
                elif (
                    not (held.array or held.kind in ("list", "ndarray") or wanted.endswith(("ndarray", "list")))
                    or held.tensor
                    or held.home == "torch"
                ):
                    continue
                new = f"{torch}.as_tensor({text}, dtype={torch}.{whole})"
                yield scene.put((one, new)), f"{scene.text(one)} is made a tensor"


def _first_of_pair(scene: Scene, found: re.Match[str]) -> Edits:
    """A recurrent layer gives its outputs and its state."""
    del found
    made = {layers._given_to(scene, call): call for name in _RECURRENT for call in calls(scene.tree, name)}
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
            if called(node.value) in made and isinstance(node.targets[0], ast.Name):
                target = node.targets[0]
                yield scene.put((target, f"{target.id}, _")), f"{called(node.value)} gives outputs and a state"
    for call in calls(scene.tree):
        if called(call) in made and call not in made.values():
            yield scene.put((call, f"{scene.text(call)}[0]")), f"{called(call)} gives outputs and a state"
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:1]:
            for place, one in enumerate(call.args):
                if scene.value(one, at).kind == "tuple":
                    yield from scene.suffixed(call, place, "[0]")


def _of_tuple(scene: Scene, found: re.Match[str]) -> Edits:
    """`out.squeeze()` where the model, or a layer, gave more than its outputs."""
    yield from _first_of_pair(scene, found)
    part = scene.part()
    for node in ast.walk(part) if part is not None else ():
        if isinstance(node, ast.Attribute) and scene.value(node.value).kind == "tuple":
            yield scene.put((node.value, f"{scene.text(node.value)}[0]")), f"the first of {scene.text(node.value)}"


def _to_numpy(scene: Scene, found: re.Match[str]) -> Edits:
    """A tensor with gradients is detached before it is made an array."""
    del found
    for call in scene.calls():
        if called(call) == "numpy" and isinstance(call.func, ast.Attribute):
            base = call.func.value
            text = scene.text(base)
            same = [one for one in calls(scene.tree, "numpy") if isinstance(one.func, ast.Attribute)]
            pairs = [(one.func.value, scene.dotted(one.func.value, ".detach()")) for one in same]  # type: ignore[attr-defined]
            mine = [(node, new) for node, new in pairs if scene.text(node) == text]
            yield scene.put(*mine), f"{text} is detached first"
            yield scene.put((base, scene.dotted(base, ".detach()"))), f"{text} is detached first"
    for at in range(len(scene.frames)):
        for call in scene.calls(at)[:2]:
            for place, one in enumerate(call.args):
                held = scene.value(one, at)
                if held.tensor and held.grad:
                    yield from scene.suffixed(call, place, ".detach().numpy()")
                elif held.kind == "list" and held.items and held.items[0].tensor:
                    text = scene.text(one)
                    new = f"[one.detach().numpy() for one in {text}]"
                    yield scene.put((one, new)), f"{text} as arrays"
                    yield scene.put((one, f"[one.item() for one in {text}]")), f"{text} as numbers"
                elif not held.type and called(call) not in ("numpy", "detach"):
                    yield from scene.suffixed(call, place, ".detach().numpy()")


def _item(scene: Scene, found: re.Match[str]) -> Edits:
    """`loss.data[0]` of a single number is `loss.item()`."""
    del found
    node = scene.node()
    if isinstance(node, ast.Subscript):
        base = node.value
        if isinstance(base, ast.Attribute) and base.attr == "data":
            base = base.value
        text = scene.text(node)
        new = scene.dotted(base, ".item()")
        same = [one for one in ast.walk(scene.tree) if isinstance(one, ast.Subscript) and scene.text(one) == text]
        yield scene.put(*((one, new) for one in same)), f"{text} is {new}"


def _many_to_one(scene: Scene, found: re.Match[str]) -> Edits:
    """`item()` of many numbers: of their mean, or all of them."""
    del found
    for call in scene.calls():
        if called(call) == "item" and isinstance(call.func, ast.Attribute):
            base = call.func.value
            for one in calls(scene.tree):
                reduction = keyword(one, "reduction")
                if reduction is not None and ast.unparse(reduction.value) == "'none'":
                    yield scene.put((reduction.value, '"mean"')), "the loss is the mean over the rows"
            yield scene.put((call, scene.dotted(base, ".tolist()"))), f"{scene.text(base)} as numbers"
            yield scene.put((base, scene.dotted(base, ".mean()"))), f"the mean of {scene.text(base)}"
        elif called(call) in ("float", "int") and call.args:
            yield scene.put((call.args[0], scene.dotted(call.args[0], ".mean()"))), "the mean of many numbers"


def _kept_state(scene: Scene, found: re.Match[str]) -> Edits:
    """What one step hands to the next is cut from the graph of the last."""
    del found
    for at in range(len(scene.frames) - 1, -1, -1):
        statement = scene.statement(at)
        if statement is None:
            continue
        for loop in enclosing(scene.tree, statement, ast.For, ast.While):
            yield from _detached_in(scene, loop)
            break
    for call in scene.calls():
        if called(call) == "backward" and keyword(call, "retain_graph") is None:
            yield from _earlier_backward(scene, call)


def _detached_in(scene: Scene, loop: ast.AST) -> Edits:
    """Tensors that are read in a loop before they are written there, and written there from what was read."""
    body = loop.body  # type: ignore[attr-defined]
    written = {
        one.id: node
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name)
    }
    for name, node in written.items():
        read = [one for one in ast.walk(node.value) if isinstance(one, ast.Name) and one.id == name]
        held = scene.named(name)
        if not read or not (held.tensor or held.kind in ("tuple", "list")):
            continue
        new = f"{name}.detach()" if held.tensor else f"tuple(one.detach() for one in {name})"
        if alone(scene.source, body[0]):
            text = apply_edits(scene.source, [above(scene.source, body[0], f"{name} = {new}")])
            yield text, f"{name} is cut from the graph of the step before"
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and "loss" in scene.text(node.value):
            if isinstance(node.value, ast.Name):
                yield scene.put((node.value, f"{node.value.id}.item()")), f"{node.value.id} is added as a number"


def _earlier_backward(scene: Scene, call: ast.Call) -> Edits:
    """Two losses upon one graph: it is kept until the last has gone through it."""
    statement = scene.statement()
    block = block_of(scene.tree, statement) if statement is not None else []
    earlier = [
        one
        for each in block
        if each.lineno < call.lineno
        for one in ast.walk(each)
        if isinstance(one, ast.Call) and called(one) == "backward" and keyword(one, "retain_graph") is None
    ]
    for one in earlier[-1:]:
        text = with_keyword(scene.source, one, "retain_graph", "True")
        yield text, "the graph is kept for the backward pass that follows"


def _in_place(scene: Scene, found: re.Match[str]) -> Edits:
    """What gradients still need is not overwritten."""
    del found
    for call in calls(scene.tree):
        one = keyword(call, "inplace")
        if one is not None and ast.unparse(one.value) == "True" and called(call) not in ("drop", "fillna"):
            yield scene.put((one.value, "False")), f"{called(call)} makes a new tensor"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and not _number_like(node):
            op = scene.source[span(scene.source, node.target)[1] : span(scene.source, node.value)[0]].strip()[:-1]
            name = node.target.id
            new = f"{name} = {name} {op} ({scene.text(node.value)})"
            yield scene.put((node, new)), f"{name} is a new tensor, and not changed in place"
    for call in calls(scene.tree):
        name = called(call)
        if isinstance(call.func, ast.Attribute) and re.fullmatch(r"[a-z]\w*[a-z0-9]_", name):
            statement = around(scene.tree, call.lineno)[-1]
            func = scene.text(call.func).removesuffix("_")
            plain = scene.text(call).replace(scene.text(call.func), func, 1)
            alone_there = isinstance(statement, ast.Expr) and statement.value is call
            if name in ("zero_grad_", "requires_grad_", "clip_grad_norm_") or "init" in scene.text(call.func):
                continue
            new = f"{scene.text(call.func.value)} = {plain}" if alone_there else plain
            yield scene.put((call, new)), f"{name} makes a new tensor: {name[:-1]}"
    yield from _subscript_in_place(scene)


def _number_like(node: ast.AugAssign) -> bool:
    """Counters and sums of numbers, which no gradient needs."""
    text = ast.unparse(node.value)
    return "item()" in text or "len(" in text or isinstance(node.value, ast.Constant)


def _subscript_in_place(scene: Scene) -> Edits:
    """`x[:, 0] = ...` in a forward pass: on a copy."""
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
            inside = any(True for _ in enclosing(scene.tree, node, ast.FunctionDef))
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and inside:
                name = target.value.id
                if alone(scene.source, node):
                    line = f"{name} = {name}.clone()"
                    yield apply_edits(scene.source, [above(scene.source, node, line)]), f"{name} is changed as a copy"


def _leaf(scene: Scene, found: re.Match[str]) -> Edits:
    """Weights are changed by hand outside of the graph."""
    del found
    statement = scene.statement()
    if statement is None or hasattr(statement, "body") or not alone(scene.source, statement):
        return
    block = [one for one in block_of(scene.tree, statement) if isinstance(one, ast.AugAssign) and one is not statement]
    near = [one for one in block if abs(one.lineno - statement.lineno) <= 2 and "grad" in scene.text(one)]
    group = sorted([statement, *near], key=lambda one: one.lineno)
    pad = indent(scene.source, statement)
    start, end = span(scene.source, group[0])[0], span(scene.source, group[-1])[1]
    body = scene.source[start:end].replace("\n", "\n    ")
    new = f"with {_module(scene)}.no_grad():\n{pad}    {body}"
    yield apply_edits(scene.source, [Edit(start, end, new)]), "the weights are changed outside of the graph"
    if isinstance(statement, ast.AugAssign):
        base = scene.text(statement.target)
        yield scene.put((statement.target, f"{base}.data")), f"{base}.data is changed, outside of the graph"


def _no_gradient(scene: Scene, found: re.Match[str]) -> Edits:
    """The way from the loss to the weights is open: nothing is detached on it."""
    del found
    for call in calls(scene.tree, "detach"):
        if isinstance(call.func, ast.Attribute):
            yield scene.put((call, scene.text(call.func.value))), f"{scene.text(call.func.value)} is not detached"
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.Attribute) and node.attr == "data":
            yield scene.put((node, scene.text(node.value))), f"{scene.text(node.value)} is taken with its gradients"
        if isinstance(node, ast.Assign) and scene.text(node.value) == "False":
            target = node.targets[0]
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
                continue
    for node in ast.walk(scene.tree):
        if isinstance(node, ast.With) and any("no_grad" in scene.text(one.context_expr) for one in node.items):
            if any(called(one) == "backward" for one in calls(node)) or _feeds(scene, node):
                yield _without_head(scene, node), "it is computed with gradients"
    for made in calls(scene.tree, "tensor"):
        if keyword(made, "requires_grad") is None and "weight" in scene.text(made).lower():
            yield with_keyword(scene.source, made, "requires_grad", "True"), "the weights have gradients"
    for name in ("randn", "zeros", "ones", "rand"):
        for made in calls(scene.tree, name):
            target = layers._given_to(scene, made)
            if keyword(made, "requires_grad") is None and re.fullmatch(
                r"w\w{0,3}|b\w{0,2}|weights?|bias|theta", target
            ):
                text = with_keyword(scene.source, made, "requires_grad", "True")
                yield text, f"{target} has gradients"


def _feeds(scene: Scene, block: ast.With) -> bool:
    """Whether what is computed in a block is used by a backward pass below it."""
    written = {
        one.id
        for node in ast.walk(block)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for one in ast.walk(target)
        if isinstance(one, ast.Name)
    }
    after = [one for one in block_of(scene.tree, block) if one.lineno > block.lineno]
    used = {one.id for each in after for one in ast.walk(each) if isinstance(one, ast.Name)}
    return bool(written & used) and any(calls(each, "backward") for each in after)


def _without_head(scene: Scene, block: ast.With) -> str:
    """The statements of a block, one step to the left."""
    lines = scene.source.split("\n")
    first, last = block.body[0].lineno, block.end_lineno or block.lineno
    deep = block.body[0].col_offset - block.col_offset
    body = [line[deep:] if line[:deep].isspace() else line for line in lines[first - 1 : last]]
    return "\n".join([*lines[: block.lineno - 1], *body, *lines[last:]])


def _set_up(scene: Scene, found: re.Match[str]) -> Edits:
    """A module of one's own sets up what it inherits before it holds layers."""
    del found
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


def _no_parameters(scene: Scene, found: re.Match[str]) -> Edits:
    """Layers in a list are seen by the model where the list is one of modules."""
    del found
    nn = scene.imported("torch.nn", "")
    prefix = nn or f"{_module(scene)}.nn"
    for node in ast.walk(scene.tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Attribute):
            continue
        value, target = node.value, scene.text(node.targets[0])
        if isinstance(value, ast.List | ast.ListComp):
            yield scene.put((value, f"{prefix}.ModuleList({scene.text(value)})")), f"{target} is a list of modules"
        if isinstance(value, ast.Dict | ast.DictComp):
            yield scene.put((value, f"{prefix}.ModuleDict({scene.text(value)})")), f"{target} is a dict of modules"
        if isinstance(value, ast.Call) and called(value) in ("randn", "rand", "zeros", "ones", "empty"):
            yield scene.put((value, f"{prefix}.Parameter({scene.text(value)})")), f"{target} is a parameter"


def _processor(scene: Scene, found: re.Match[str]) -> Edits:
    """Written for a GPU, and run where there is none."""
    del found
    torch = _module(scene)
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
        pairs = [(one, scene.dotted(one.func.value, new)) for one in moved]  # type: ignore[attr-defined]
        yield scene.put(*pairs), "the GPU is used where there is one"
    for call in calls(scene.tree, "load"):
        if keyword(call, "map_location") is None:
            yield with_keyword(scene.source, call, "map_location", '"cpu"'), "what was saved is loaded to the processor"


def _dimension(scene: Scene, found: re.Match[str]) -> Edits:
    """An axis that is not there: the last one, or the one that is missing."""
    del found
    for call in scene.calls()[:2]:
        places = [one.value for one in call.keywords if one.arg in ("dim", "axis")]
        places += [one for one in call.args if isinstance(one, ast.Constant) and type(one.value) is int]
        for one in places:
            for new in ("-1", "0"):
                if scene.text(one) != new:
                    yield scene.put((one, new)), f"axis {new} in {called(call)}"
        if isinstance(call.func, ast.Attribute):
            base = call.func.value
            if scene.value(base).tensor:
                yield scene.put((base, scene.dotted(base, ".unsqueeze(0)"))), f"{scene.text(base)} is a batch of one"
    made = [one for name in ("Softmax", "LogSoftmax") for one in calls(scene.tree, name)]
    for call in made:
        for one in [*call.args, *(one.value for one in call.keywords)]:
            yield scene.put((one, "-1")), f"{called(call)} is over the last axis"


def _one_row(scene: Scene, found: re.Match[str]) -> Edits:
    """What judges single rows is in the mode for judging."""
    del found
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


def _needs_metric(scene: Scene, found: re.Match[str]) -> Edits:
    """`ReduceLROnPlateau` is told the loss."""
    del found
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


def _unsorted(scene: Scene, found: re.Match[str]) -> Edits:
    del found
    for call in calls(scene.tree, "pack_padded_sequence"):
        yield with_keyword(scene.source, call, "enforce_sorted", "False"), "sequences may come in any order"


def _lengths(scene: Scene, found: re.Match[str]) -> Edits:
    del found
    for call in calls(scene.tree, "pack_padded_sequence"):
        yield from scene.suffixed(call, 1, ".cpu()")


def _weights_only(scene: Scene, found: re.Match[str]) -> Edits:
    """What the script saved itself, it may load whole."""
    del found
    if calls(scene.tree, "save"):
        for call in scene.calls():
            if called(call) == "load":
                yield with_keyword(scene.source, call, "weights_only", "False"), "what the script saved is loaded whole"


def _state_keys(scene: Scene, found: re.Match[str]) -> Edits:
    """Weights within a larger checkpoint, or with names that a wrapper has put in front."""
    del found
    for call in scene.calls():
        if called(call) != "load_state_dict" or not call.args:
            continue
        given, held = call.args[0], scene.value(call.args[0])
        for name in held.names:
            if re.search(r"state|model|net|weights", name) and "." not in name and "optim" not in name:
                yield scene.put((given, f'{scene.text(given)}["{name}"]')), f"the weights are under {name!r}"
        prefixes = {name.split(".")[0] for name in held.names if "." in name}
        if len(prefixes) == 1:
            (prefix,) = prefixes
            new = f'{{name.removeprefix("{prefix}."): value for name, value in {scene.text(given)}.items()}}'
            yield scene.put((given, new)), f"names without {prefix!r} in front"


def _unequal(scene: Scene, found: re.Match[str]) -> Edits:
    """Rows of unequal length are padded where they are put into batches."""
    del found
    torch = _module(scene)
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


def _broadcast(scene: Scene, found: re.Match[str]) -> Edits:
    """Two tensors of sizes that do not go together: one gets an axis, loses one, or is turned."""
    del found
    node = scene.node()
    pairs: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        pairs = [node.left, node.right]
    elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
        pairs = [node.left, node.comparators[0]]
    else:
        for call in scene.calls()[:1]:
            pairs = call.args[:2]
    shapes = [scene.value(one).shape for one in pairs]
    if len(pairs) != 2:
        return
    for one, mine, other in ((pairs[1], shapes[1], shapes[0]), (pairs[0], shapes[0], shapes[1])):
        if mine is not None and other is not None and len(mine) == len(other) - 1 and mine[0] == other[0]:
            yield scene.put((one, scene.dotted(one, ".unsqueeze(1)"))), f"{scene.text(one)} gets an axis"
        if mine is not None and other is not None and mine == other[::-1] and len(mine) == 2:
            yield scene.put((one, scene.dotted(one, ".T"))), f"{scene.text(one)} is turned"
        if mine is not None and len(mine) == 3 and other is not None and (mine[0], mine[2], mine[1]) == other:
            yield scene.put((one, scene.dotted(one, ".transpose(1, 2)"))), f"{scene.text(one)} is turned"
    for one in (pairs[1], pairs[0]):
        for call in [each for each in ast.walk(one) if isinstance(each, ast.Call)]:
            if called(call) in ("mean", "sum", "std", "max", "norm", "var") and keyword(call, "keepdim") is None:
                yield with_keyword(scene.source, call, "keepdim", "True"), f"{called(call)} keeps its axis"
        if isinstance(one, ast.Name) and isinstance(value := scene.constants.get(one.id), ast.Call):
            if called(value) in ("mean", "sum", "std", "max", "norm", "var") and keyword(value, "keepdim") is None:
                yield with_keyword(scene.source, value, "keepdim", "True"), f"{one.id} keeps its axis"
    for one, mine in ((pairs[1], shapes[1]), (pairs[0], shapes[0])):
        if mine is None or len(mine) == 1:
            yield scene.put((one, scene.dotted(one, ".unsqueeze(-1)"))), f"{scene.text(one)} gets an axis"


def _joined(scene: Scene, found: re.Match[str]) -> Edits:
    """Tensors are joined along another axis."""
    del found
    for call in scene.calls()[:2]:
        if called(call) not in ("cat", "concat", "concatenate", "hstack", "vstack"):
            continue
        one = keyword(call, "dim")
        place = one.value if one is not None else call.args[1] if len(call.args) > 1 else None
        for new in ("1", "0", "-1", "2"):
            if place is None:
                yield with_keyword(scene.source, call, "dim", new), f"joined along axis {new}"
            elif scene.text(place) != new:
                yield scene.put((place, new)), f"joined along axis {new}"
        parts = call.args[0].elts if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else []
        deep = [len(scene.value(part).shape or ()) for part in parts]
        for part, dimensions in zip(parts, deep, strict=True):
            if dimensions and dimensions == max(deep) - 1:
                yield scene.put((part, scene.dotted(part, ".unsqueeze(1)"))), f"{scene.text(part)} gets an axis"


RULES = (
    (
        r"must have the same dtype|expected scalar type (?:Float|Double|Half) but found|Input type \(.{1,80}?\) and (?:"
        r"weight|bias) type|expected m1 and m2 to have the same dtype|same dtype, but got|should be the same, but got"
        r"|tensor type .{1,40} but got|\"\w+\" not implemented for '(?:Long|Int|Byte|Bool|Short|Char)'",
        _same_kind,
    ),
    (r"could not infer output dtype|[Ii]nput dtype (?:must be|should be) either floating point", _float_mean),
    (
        r"Expected tensor for argument #\d 'indices'|expected (?:index|self and source).{0,40}(?:int|Long)"
        r"|tensors used as indices must be long|Expected dtype int64 for index|one_hot is only applicable to index",
        _indices,
    ),
    (
        r"must be Tensor, not (\w[\w.]*)|'numpy.ndarray' object has no attribute '(?:dim|to|float|size|unsqueeze)'"
        r"|(?:conv\dd|linear)\(\) received an invalid combination of arguments|'int' object is not callable",
        lambda scene, found: _no_tensor(scene, found) if found.group(1) != "tuple" else _first_of_pair(scene, found),
    ),
    (r"'tuple' object has no attribute '\w+'|must be Tensor, not tuple|not tuple", _of_tuple),
    (r"Can't call numpy\(\) on Tensor that requires grad|can't convert .{0,40}tensor to numpy", _to_numpy),
    (r"only one element tensors can be converted|a Tensor with \d+ elements cannot be converted", _many_to_one),
    (r"only one element tensors can be converted|only length-1 arrays can be converted", _to_numpy),
    (r"invalid index of a 0-dim tensor", _item),
    (r"Trying to backward through the graph a second time", _kept_state),
    (r"leaf Variable that requires grad .{0,40}in-place", _leaf),
    (r"modified by an inplace operation", _in_place),
    (r"element 0 of tensors does not require grad", _no_gradient),
    (r"Module\.__init__\(\) call|super\(\)\.__init__\(\)|has no attribute '_(?:modules|parameters|buffers)'", _set_up),
    (r"optimizer got an empty parameter list", _no_parameters),
    (r"CUDA|cuda|NVIDIA driver", _processor),
    (r"Dimension out of range", _dimension),
    (r"Expected more than 1 value per channel when training", _one_row),
    (r"step\(\) missing 1 required positional argument: 'metrics'", _needs_metric),
    (r"must be sorted in decreasing order|enforce_sorted", _unsorted),
    (r"lengths.{0,40}CPU", _lengths),
    (r"Weights only load failed", _weights_only),
    (r"Error\(s\) in loading state_dict", _state_keys),
    (r"stack expects each tensor to be equal size", _unequal),
    (r"The size of tensor a \(\d+\) must match the size of tensor b|shapes? .{0,60}broadcast", _broadcast),
    (r"Sizes of tensors must match except in dimension|Tensors must have same number of dimensions", _joined),
)
"""(what the error says, its edits)."""
