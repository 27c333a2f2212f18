"""PyTorch: what outputs are counted by, pictures whose axes are mixed up, and models that were trained before.

Sources: PyTorch, Training a Classifier, Tensor.view, "Saving and Loading Models"; torchvision, Models and pre-trained
weights; Humbatova et al. 2020 (tensors and inputs; wrong use of evaluation).
"""

import ast
import re
from collections.abc import Iterator
from math import prod

from mlpilot.tools.diagnose.static.facts.syntax import own
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Data, Instance, Seq, Value, constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, is_model, is_torch
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.syntax import called


@rule(
    "METRIC015",
    "rows-over-batches",
    "error",
    "right rows are counted, and divided by the number of batches",
    remedy="divide by len(loader.dataset), or by the rows that were counted",
    source="PyTorch, DataLoader: len() counts batches; Training a Classifier",
)
def rows_over_batches(program: Program) -> Iterator[Found]:
    """`correct += (pred == y).sum().item()` over a loader, and `correct / len(loader)`."""
    counted = {}
    for loop in program.each(ast.For):
        over = _iterated(loop.iter)
        if over and isinstance(loop.target, ast.Tuple | ast.List):
            for node in ast.walk(loop):
                if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and _counts_rows(node.value):
                    counted[written(node.target)] = over
    for node in program.each(ast.BinOp):
        if not isinstance(node.op, ast.Div):
            continue
        below = node.right
        if not (isinstance(below, ast.Call) and written(below.func) == "len" and len(below.args) == 1):
            continue
        left = {written(one) for one in ast.walk(node.left) if isinstance(one, ast.Name | ast.Attribute)}
        name = next((one for one in sorted(left) if counted.get(one) == written(below.args[0])), "")
        if name:
            yield node, f"{name} counts rows, and len({counted[name]}) counts batches: the share is far too large"


def _iterated(node: ast.expr) -> str:
    """What a loop goes over, below `enumerate` and `tqdm`; only what is called a loader."""
    while isinstance(node, ast.Call) and node.args and written(node.func) in ("enumerate", "tqdm", "tqdm.tqdm"):
        node = node.args[0]
    text = written(node)
    return text if isinstance(node, ast.Name | ast.Attribute) and "load" in text.lower() else ""


def _counts_rows(node: ast.expr) -> bool:
    """Whether it is the number of rows where two things are equal, not a share of them."""
    inner = list(ast.walk(node))
    called = {getattr(one.func, "attr", "") for one in inner if isinstance(one, ast.Call)}
    equal = any(isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq) for one in inner) or "eq" in called
    return equal and "sum" in called and "mean" not in called and not any(isinstance(one, ast.Div) for one in inner)


@rule(
    "TORCH236",
    "axes-moved-by-reshape",
    "error",
    "axes are exchanged by a reshape, which mixes up the pixels",
    remedy="permute(0, 3, 1, 2) for tensors, transpose(0, 3, 1, 2) for arrays",
    source="PyTorch, Tensor.view and permute; Humbatova et al. 2020, wrong tensor shape",
)
def moved_by_reshape(program: Program) -> Iterator[Found]:
    """`x.reshape(-1, 3, 32, 32)` of pictures that are (n, 32, 32, 3)."""
    both = re.search(r"channels_first|image_data_format|dim_ordering", program.text)  # either order, as Keras is set
    colours_last = _made_colours_last(program) if not both else set()
    for call in program.trace.of("view", "reshape"):
        data = call.receiver
        if not isinstance(data, Data) or call.path[:1] != "." or both:
            continue
        sizes = _numbers(call.args)
        channels_first = len(sizes) in (3, 4) and sizes[-3] == 3 and sizes[-1] not in (1, 3)
        if ("channels last" in data.flags or call.on() in colours_last) and channels_first:
            text = f"{call.on()} holds rows, columns and colours in this order"
            yield call.node, f"{text}, and {call.name} does not move them: the pixels are mixed up"
        elif data.shape is not None and (_exchanged(data.shape, sizes) or _of_one_picture(data.shape, sizes)):
            yield call.node, f"{call.name} does not move the axes of {call.on()}: what belonged together is torn apart"


def _made_colours_last(program: Program) -> set[str]:
    """Names of arrays that are made as rows, height, width, 3, and of tensors of them; none where axes are moved."""
    if program.names & {"permute", "transpose", "moveaxis", "movedim", "rollaxis", "swapaxes", "rearrange", "einsum"}:
        return set()
    homes: dict[str, set[str]] = {}
    names: set[str] = set()
    for scope in [*(one for one in program.functions if isinstance(one, ast.FunctionDef)), program.tree]:
        found: set[str] = set()
        for node in own(scope):
            if isinstance(node, ast.Assign) and (_is_colours_last(node.value) or _passes(node.value, found, homes)):
                first = node.targets[0]
                first = first.elts[0] if isinstance(first, ast.Tuple) and first.elts else first
                found.add(written(first))
            elif isinstance(node, ast.Return) and node.value is not None and isinstance(scope, ast.FunctionDef):
                several = isinstance(node.value, ast.Tuple) and node.value.elts
                first_given = several[0] if several else node.value
                homes.setdefault(scope.name, set()).update({written(first_given)} & found)
        names |= found
    return names


def _is_colours_last(node: ast.expr) -> bool:
    """`np.empty((n, 16, 16, 3))`."""
    made = called(node) in ("empty", "zeros", "ones") and isinstance(node, ast.Call) and bool(node.args)
    shape = node.args[0] if made and isinstance(node, ast.Call) else None
    sizes = shape.elts if isinstance(shape, ast.Tuple) else []
    return len(sizes) == 4 and written(sizes[3]) == "3" and written(sizes[1]) != "3"


def _passes(node: ast.expr, found: set[str], homes: dict[str, set[str]]) -> bool:
    """Whether it is a tensor of such an array, or what a function gives that makes one."""
    if homes.get(called(node)):
        return True
    taken = called(node) in ("from_numpy", "tensor", "as_tensor", "FloatTensor", "Tensor")
    return taken and isinstance(node, ast.Call) and bool(node.args) and written(node.args[0]) in found


@rule(
    "TORCH240",
    "rows-torn-by-view",
    "error",
    "a view that makes other rows of the batch",
    remedy="x.view(x.size(0), -1), or torch.flatten(x, 1): the sizes then follow from the layers before",
    source="PyTorch, Tensor.view; Humbatova et al. 2020, wrong tensor shape",
)
def rows_torn(program: Program) -> Iterator[Found]:
    """`x.view(-1, 16 * 4 * 4)` of pictures that have 16 × 5 × 5 numbers each."""
    for call in program.trace.of("view", "reshape"):
        data, sizes = call.receiver, _numbers(call.args)
        if not isinstance(data, Data) or data.shape is None or len(data.shape) != 4 or len(sizes) != 2:
            continue
        rest = [one for one in data.shape[1:] if one is not None]
        if sizes[0] == -1 and sizes[1] is not None and len(rest) == 3 and sizes[1] not in (prod(rest), rest[-1], -1):
            shape = " × ".join(str(one) for one in rest)
            yield (
                call.node,
                f"{call.on()} holds {shape} = {prod(rest)} numbers a row, and is cut into rows of {sizes[1]}",
            )


def _numbers(args: list[Value]) -> list[int | None]:
    given = args[0].items if len(args) == 1 and isinstance(args[0], Seq) else args
    return [int(found) if (found := number(one)) is not None else None for one in given]


def _of_one_picture(old: tuple[int | None, ...], new: list[int | None]) -> bool:
    """Whether it is one of many pictures whose colours come last: `images[i].view(3, 16, 16)` of (n, 16, 16, 3)."""
    return len(old) == 4 and len(new) == 3 and old[3] == 3 == new[0] and _exchanged(old, [None, *new])


def _exchanged(old: tuple[int | None, ...], new: list[int | None]) -> bool:
    """Whether the axes after the rows are the same, in another order; axes of length 1 do not count."""
    if len(old) < 3 or len(new) != len(old) or None in old[1:] or None in new[1:]:
        return False
    before, after = ([one for one in sizes[1:] if one != 1] for sizes in (old, new))
    return before != after and sorted(before) == sorted(after) and -1 not in after  # type: ignore[type-var]


@rule(
    "TORCH021",
    "pretrained-in-training-mode",
    "warning",
    "a model that was trained before predicts in training mode",
    remedy="model.eval() after the weights were loaded",
    source="torchvision, Models and pre-trained weights: use model.eval(); PyTorch, Saving and Loading Models",
)
def pretrained_in_training(program: Program) -> Iterator[Found]:
    """`resnet50(weights=...)(x)` within `no_grad`, and no `eval()`."""
    quieted = program.names & {"eval", "train", "eval_mode"}
    if quieted or backwards(program) or "trainer" in " ".join(program.names).lower():
        return
    loaded = [call.receiver for call in program.trace.of("load_state_dict")]
    for call in program.trace.of("__call__"):
        model = call.receiver
        if not isinstance(model, Instance) or "forward" in call.inside or call.grad:
            continue
        if _pretrained(model) or (any(model is one for one in loaded) and _has_moods(program, model)):
            yield call.node, f"{call.on() or written(call.node.func)} was trained before, and eval() is never called"
            return


def _pretrained(model: Instance) -> bool:
    if not model.path.startswith("torchvision.models."):
        return False
    given = model.argument("pretrained", 0) or model.argument("weights")
    return given is not None and constant(given, "unknown") not in (None, False)


def _has_moods(program: Program, model: Instance) -> bool:
    """Whether dropout or batch normalisation is among what its class is made of."""
    moody = ("Dropout", "BatchNorm", "AlphaDropout")
    if model.own is None:
        return any(isinstance(one, Instance) and one.name.startswith(moody) for one in nets.sequential_layers(model))
    first, last = model.own.node.lineno, model.own.node.end_lineno or 0
    made = (one for one in program.trace.instances if one.name.startswith(moody))
    return any(first <= getattr(one.node, "lineno", 0) <= last for one in made)


@rule(
    "TORCH124",
    "gradient-asked-of-labels",
    "error",
    "requires_grad is set where the graph was cut",
    remedy="give the loss the raw outputs, which have a graph",
    source="PyTorch, Autograd mechanics: setting requires_grad; Islam et al. 2019",
)
def gradient_of_labels(program: Program) -> Iterator[Found]:
    """`pred = model(x).argmax(1).float(); pred.requires_grad = True`."""
    for target, base, value, _ in program.trace.stored:
        asked = isinstance(target, ast.Attribute) and target.attr == "requires_grad" and constant(value) is True
        if asked and _is_cut(base):
            yield target, _cut_text(written(target))
        name = written(target.value) if asked and isinstance(target, ast.Attribute) else ""
        if name and not _is_cut(base) and "loss" in name.lower() and name in {one.on() for one in backwards(program)}:
            yield target, _cut_text(name)
    for call in program.trace.of("requires_grad_"):
        if _is_cut(call.receiver) and call.loops:
            yield call.node, _cut_text(call.on())


def _cut_text(name: str) -> str:
    return f"{name.removesuffix('.requires_grad')} has lost its graph: the model before it gets no gradient"


def _is_cut(value: Value | None) -> bool:
    data = as_data(value)
    if data is None or not nets.is_module(data.made_by):
        return False
    return data.last in ("argmax", "round") or data.kind == "predicted"


@rule(
    "TORCH125",
    "raw-outputs-against-a-half",
    "warning",
    "raw outputs are compared with 0.5",
    remedy="torch.sigmoid(outputs) > 0.5, or outputs > 0",
    source="PyTorch, BCEWithLogitsLoss: combines a sigmoid layer and the BCELoss",
)
def raw_against_half(program: Program) -> Iterator[Found]:
    """`BCEWithLogitsLoss()(model(x), y)`, and `model(x) > 0.5`."""
    raw = [outputs.made_by for _, name, outputs in losses(program) if name == "BCEWithLogitsLoss" and outputs.made_by]
    for node, values in program.trace.compared:
        halves = any(number(one) == 0.5 for one in values)
        for value in values if halves else ():
            data = as_data(value)
            if data is not None and data.last in ("linear", "conv") and any(data.made_by is one for one in raw):
                yield node, f"{written(node)}: raw outputs say yes above 0, not above 0.5"
    for call in program.trace.of("round"):
        data = as_data(call.receiver) or (as_data(call.args[0]) if call.args else None)
        if data is not None and data.last == "linear" and any(data.made_by is one for one in raw):
            yield call.node, f"{written(call.node)}: raw outputs say yes above 0, and round() says so above 0.5"


@rule(
    "TORCH022",
    "labels-left-on-the-processor",
    "error",
    "the inputs are moved to a device, and the labels are not",
    remedy="inputs, labels = inputs.to(device), labels.to(device)",
    source="PyTorch, Saving and Loading Models: across devices; Humbatova et al. 2020, missing transfer of data to GPU",
)
def labels_not_moved(program: Program) -> Iterator[Found]:
    """`x = x.to(device)`, and `loss = criterion(model(x), y)`."""
    for call, name, _ in losses(program):
        loop = next((one for one in reversed(call.loops) if isinstance(one, ast.For)), None)
        given = call.node.args[1] if len(call.node.args) > 1 else None
        if loop is None or not isinstance(given, ast.Name) or name == "":
            continue
        batch = {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
        moved = {written(one.func.value) for one in ast.walk(loop) if _is_move(one)}  # type: ignore[attr-defined]
        bound = {one.id for one in ast.walk(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        again = {given.id} & {one.id for one in _stored(loop)}
        if given.id in batch and not again and moved & (batch - {given.id}) and given.id not in moved and bound:
            yield call.node, f"{min(moved & batch)} is moved to a device, and {given.id} stays where it was"
            return


def _is_move(node: ast.AST) -> bool:
    """`x.to(device)` or `x.cuda()`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    where = written(node.args[0]).lower() if node.args else ""
    return node.func.attr == "cuda" or (node.func.attr == "to" and ("dev" in where or "cuda" in where))


def _stored(loop: ast.For) -> list[ast.Name]:
    """Names that the body of a loop binds anew."""
    inner = [one for part in loop.body for one in ast.walk(part)]
    return [one for one in inner if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]


@rule(
    "LEAK032",
    "only-the-training-loader-judged",
    "warning",
    "the only loader that is judged on is that of the training rows",
    remedy="a loader of other rows for the evaluation",
    source="Yang et al. 2022, overlap leakage; Humbatova et al. 2020, wrong selection of data",
)
def training_loader_judged(program: Program) -> Iterator[Found]:
    """`for x, y in train_loader:` within `no_grad`, and no other loader that is asked about."""
    asked = [call for call in program.trace.of("__call__") if nets.is_module(call.receiver) and call.loops]
    outer = [call for call in asked if "forward" not in call.inside]
    trained = {_over(call.loops[-1]) for call in outer if call.grad} - {""}
    judged = {_over(call.loops[-1]): call for call in outer if not call.grad}
    if not backwards(program) or len(judged) != 1:
        return
    ((loader, call),) = judged.items()
    elsewhere = any(not one.grad and not one.loops for one in program.trace.of("__call__"))
    if loader in trained and not elsewhere and not call.inside:
        yield call.loops[-1], f"{loader} is what the model is trained on, and it is judged on no other rows"


def _over(loop: ast.AST) -> str:
    return _iterated(loop.iter) if isinstance(loop, ast.For) else ""


@rule(
    "TORCH012",
    "device-mismatch",
    "error",
    "the model is moved to a device, and its inputs are not",
    remedy="inputs, labels = inputs.to(device), labels.to(device)",
    source="PyTorch, Saving and Loading Models: across devices",
)
def devices(program: Program) -> Iterator[Found]:
    """`model.to("cuda")`, and batches that stay on the CPU."""
    if not is_torch(program):
        return
    both = list(program.trace.of("to", "cuda"))
    moved = [call for call in both if (is_model(call.receiver) or _of_elsewhere(call)) and _is_device(call)]
    others = [call for call in both if not is_model(call.receiver) and not _of_elsewhere(call)]
    placed = any(node.arg == "device" for node in program.each(ast.keyword))
    if (
        not moved
        or others
        or placed
        or program.names & {"set_default_device", "set_default_tensor_type", "DataParallel"}
    ):
        return
    for call in program.trace.calls:
        data = as_data(call.args[0]) if call.args else None
        model = call.path == ".__call__" and call.receiver is moved[0].receiver
        foreign = call.path == moved[0].alias and bool(call.loops) and "loader" in _over(call.loops[-1]).lower()
        if (model or foreign) and data is not None and call.loops:
            yield call.node, f"{call.text(0)} stays on the CPU, and the model is moved at line {moved[0].node.lineno}"
            return


def _of_elsewhere(call: Call) -> bool:
    """`model = MyNet().to(device)`, of a class that another file defines."""
    made = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    known = isinstance(call.receiver, Instance) and (
        call.receiver.own is not None or call.receiver.library in _LIBRARIES
    )
    unknown = call.receiver is UNKNOWN or (isinstance(call.receiver, Instance) and not known)
    return call.alias in ("model", "net", "network") and isinstance(made, ast.Call) and unknown


_LIBRARIES = frozenset(("torch", "torchvision", "transformers", "keras", "sklearn"))


def _is_device(call: Call) -> bool:
    if call.name == "cuda":
        return True
    return bool(call.args) and constant(call.args[0]) != "cpu" and "float" not in call.text(0) and call.text(0) != "cpu"
