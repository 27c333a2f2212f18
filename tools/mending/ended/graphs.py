"""Networks of PyTorch: lists that are no modules, single rows, labels of pictures, a loss that is computed but once,
weights of another size, recurrent layers in a row of layers."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended import layers
from mlpilot.tools.mending.ended.scene import Scene, argument, enclosing
from mlpilot.tools.mending.ended.tensors import first_of_pair
from mlpilot.tools.mending.forms import Edits, above, alone, block_of, indent, without
from mlpilot.tools.text import Edit, apply_edits, span

_RECURRENT = ("LSTM", "GRU", "RNN")
_STACKS = ("Sequential",)
_FEW = 6
"""Layers that are tried one by one, so that other edits have their turn."""


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
        held = [one for one in moved if not _makes_weights(one)]
        if not held:
            continue
        pad, first = indent(scene.source, loop.body[0]), loop.body[0]
        lines = [scene.text(one).replace("\n", "\n" + pad) for one in held]
        edits = [above(scene.source, first, *lines), *(without(scene.source, one) for one in held)]
        yield apply_edits(scene.source, edits), "outputs and loss are computed anew in each turn of the loop"


def _makes_weights(node: ast.Assign) -> bool:
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
            head = f"class {name}({module}):\n    def forward(self, given):\n        return {taken}\n\n\n"
            start = above(scene.source, top).start  # type: ignore[arg-type]
            edits = [Edit(start, start, head)]
            text = scene.put(*((one, f"{scene.text(one)}, {name}()") for one in inner))
            yield apply_edits(text, edits), f"{what} of the recurrent layer's outputs goes on"


def _classes_learnt(scene: Scene, _: re.Match[str]) -> Edits:
    """A loss of chosen classes, which has no gradient, becomes the cross-entropy of what they are chosen from."""
    module = scene.imported("torch.nn.functional") or "torch.nn.functional"
    for name in ("argmax", "max"):
        for choice in calls(scene.tree, name):
            method = isinstance(choice.func, ast.Attribute) and scene.text(choice.func.value) not in ("torch", "np")
            first = choice.func.value if method else choice.args[0] if choice.args else None  # type: ignore[attr-defined]
            holder = next(enclosing(scene.tree, choice, ast.Assign), None)
            if first is None or not isinstance(holder, ast.Assign):
                continue
            kept = {one.id for target in holder.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
            for loss in calls(scene.tree):
                names = {one.id for one in ast.walk(loss.args[0]) if isinstance(one, ast.Name)} if loss.args else set()
                inside = any(one is choice for one in ast.walk(loss))
                if len(loss.args) != 2 or not (names & kept or inside) or called(loss) in (name, "append", "zip"):
                    continue
                labels = re.sub(r"\.(?:float|double)\(\)$", "", scene.text(loss.args[1]))
                new = f"{module}.cross_entropy({scene.text(first)}, {labels}.long())"
                yield scene.put((loss, new)), "the loss is the cross-entropy of what the classes are chosen from"


def _tensors_to_learn(scene: Scene, _: re.Match[str]) -> Edits:
    """What an optimiser is given are tensors: those of several models in one list, those of a model by its method."""
    every = [one for at in range(len(scene.frames)) for one in scene.calls(at) if one.args]
    for call in [one for one in every if re.search(r"[Oo]ptim|Adam|SGD|RMSprop|Adagrad|LBFGS", scene.text(one.func))]:
        given = call.args[0]
        parts: list[ast.expr] = []
        if isinstance(given, ast.List | ast.Tuple):
            parts = list(given.elts)
        elif isinstance(given, ast.BinOp):
            parts = _summed(given)
        if len(parts) > 1 or (parts and isinstance(given, ast.List)):
            items = ", ".join(
                scene.text(one)
                if isinstance(one, ast.Starred)
                else f"*{scene.text(one)}"
                if isinstance(one, ast.Call)
                else f"*{scene.text(one)}.parameters()"
                for one in parts
            )
            yield scene.put((given, f"[{items}]")), "the optimiser is given the tensors of all, in one list"
        elif isinstance(given, ast.Name | ast.Attribute):
            yield scene.put((given, f"{scene.text(given)}.parameters()")), f"the parameters of {scene.text(given)}"


def _summed(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_summed(node.left), *_summed(node.right)]
    return [node]


def _real_weights(scene: Scene, _: re.Match[str]) -> Edits:
    """Tensors that are to learn are made of real numbers."""
    for call in [one for one in calls(scene.tree) if any(each.arg == "requires_grad" for each in one.keywords)]:
        if called(call) in ("tensor", "zeros", "ones", "arange", "full", "as_tensor"):
            torch = scene.text(call.func).rpartition(".")[0] or "torch"
            text = with_keyword(scene.source, call, "dtype", f"{torch}.float32")
            yield text, "what is to learn is made of real numbers"


def _with_closure(scene: Scene, _: re.Match[str]) -> Edits:
    """LBFGS computes the loss as often as it wants: what stands above its step becomes a function that it is given."""
    statement = scene.statement()
    for call in scene.calls():
        block = block_of(scene.tree, statement) if statement is not None else []
        if called(call) != "step" or call.args or statement not in block:
            continue
        inner: list[ast.stmt] = []
        for one in reversed(block[: block.index(statement)]):
            inner.insert(0, one)
            if any(called(each) == "zero_grad" for each in calls(one)):
                break
        back = [each for one in inner for each in calls(one, "backward")]
        if not back or not isinstance(back[0].func, ast.Attribute):
            continue
        loss, pad = scene.text(back[0].func.value), indent(scene.source, statement)
        body = [scene.text(one).replace("\n", "\n    ") for one in inner]
        lines = ["def closure():", *(f"    {one}" for one in body), f"    return {loss}", ""]
        start, end = span(scene.source, inner[0])[0], span(scene.source, call)[1]
        text = f"\n{pad}".join([*lines[:-1], f"{loss} = {scene.text(call.func)}(closure)"])
        yield (
            apply_edits(scene.source, [Edit(start, end, text)]),
            "the step is given the function that computes the loss",
        )


def _called_at_last(scene: Scene, _: re.Match[str]) -> Edits:
    """`total += loss.item` becomes `total += loss.item()`."""
    part = scene.statement()
    for node in ast.walk(part) if part is not None else ():
        sides = [node.value] if isinstance(node, ast.AugAssign) else []
        sides += [node.left, node.right] if isinstance(node, ast.BinOp) else []
        for one in sides:
            if isinstance(one, ast.Attribute) and one.attr in ("item", "mean", "sum", "float", "numpy", "detach"):
                yield scene.put((one, f"{scene.text(one)}()")), f"{scene.text(one)} is called"


def _real_class_weights(scene: Scene, _: re.Match[str]) -> Edits:
    """Weights of classes are 32-bit numbers, as the outputs are."""
    for call in calls(scene.tree):
        for one in call.keywords:
            if one.arg in ("weight", "pos_weight") and not isinstance(one.value, ast.Constant):
                yield (
                    scene.put((one.value, scene.dotted(one.value, ".float()"))),
                    f"{one.arg} is made of 32-bit numbers",
                )


def _padded_branch(scene: Scene, _: re.Match[str]) -> Edits:
    """Pictures that a branch makes smaller are padded, so that they can be added to what goes around it."""
    known = [one for one in calls(scene.tree) if re.fullmatch(r"Conv[123]d", called(one))]
    for call in known[:_FEW]:
        kernel = keyword(call, "kernel_size")
        size = scene.number(kernel.value if kernel is not None else call.args[2] if len(call.args) > 2 else None)
        plain = keyword(call, "padding") is None and keyword(call, "stride") is None and len(call.args) < 4
        if plain and size is not None and size % 2 and size > 1:
            text = with_keyword(scene.source, call, "padding", str(size // 2))
            yield text, f"{called(call)} of {size} keeps the size of what comes in"


def _whole_heads(scene: Scene, _: re.Match[str]) -> Edits:
    """The width of an attention is a multiple of its heads."""
    for call in calls(scene.tree):
        places = {"MultiheadAttention": ("embed_dim", "num_heads"), "TransformerEncoderLayer": ("d_model", "nhead"),
                  "TransformerDecoderLayer": ("d_model", "nhead"), "Transformer": ("d_model", "nhead")}  # fmt: skip
        known = places.get(called(call))
        if known is None:
            continue
        width, heads = (argument(call, place, name) for place, name in enumerate(known))
        wide, many = (scene.number(one) for one in (width, heads))
        if not wide or not many or heads is None or wide % many == 0:
            continue
        fits = [one for one in range(1, wide + 1) if wide % one == 0]
        for new in sorted(fits, key=lambda one: (abs(one - many), -one))[:2]:
            yield scene.put((heads, str(new))), f"{new} heads, of {wide // new} columns each"


def _pooled_less(scene: Scene, _: re.Match[str]) -> Edits:
    """Pictures that poolings make smaller than nothing: convolutions keep their size."""
    source, changed = scene.source, 0
    for call in sorted(calls(scene.tree), key=lambda one: (-one.lineno, -one.col_offset)):
        size = scene.number(call.args[2] if len(call.args) > 2 else None)
        plain = keyword(call, "padding") is None and len(call.args) < 5
        if re.fullmatch(r"Conv[123]d", called(call)) and plain and size is not None and size % 2 and size > 1:
            again = next((one for one in calls(ast.parse(source), called(call))
                          if (one.lineno, one.col_offset) == (call.lineno, call.col_offset)), None)  # fmt: skip
            if again is not None:
                source, changed = with_keyword(source, again, "padding", str(size // 2)), changed + 1
    if changed:
        yield source, "the convolutions keep the size of what comes in"


def _hits_counted(scene: Scene, _: re.Match[str]) -> Edits:
    """`(out.argmax(1) == y).item()` of many rows is how many of them are right."""
    for call in scene.calls():
        base = call.func.value if isinstance(call.func, ast.Attribute) and called(call) == "item" else None
        if isinstance(base, ast.Compare) or (base is not None and scene.value(base).dtype.endswith("bool")):
            yield scene.put((base, scene.dotted(base, ".sum()"))), f"how many of {scene.text(base)[:60]} hold"


RULES = (
    (r"only one element tensors can be converted|a Tensor with \d+ elements cannot be converted", _hits_counted),
    (r"Output size is too small|Kernel size can't be greater than actual input size", _pooled_less),
    (r"and '(?:builtin_function_or_method|method)'|must be real number, not builtin", _called_at_last),
    (r"for \S+: '(?:Tensor|tuple)' and '(?:Tensor|tuple)'", first_of_pair),
    (r"expected scalar type Float but found Double", _real_class_weights),
    (
        r"The size of tensor a \(\d+\) must match the size of tensor b \(\d+\) at non-singleton dimension [23]",
        _padded_branch,
    ),
    (r"must be divisible by num_heads", _whole_heads),
    (r"element 0 of tensors does not require grad", _classes_learnt),
    (
        r"optimizer can only optimize Tensors|for \+: 'generator' and 'generator'|object is not iterable",
        _tensors_to_learn,
    ),
    (r"[Oo]nly Tensors of floating point (?:and complex )?dtype can require gradients", _real_weights),
    (r"step\(\) missing 1 required positional argument: 'closure'", _with_closure),
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
