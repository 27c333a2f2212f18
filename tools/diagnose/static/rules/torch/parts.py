"""PyTorch: weights that no optimiser sees, sizes that do not go on from layer to layer, batches of one row.

Sources: PyTorch, nn.Module, nn.Parameter, BatchNorm1d, torch.optim, DataLoader; Humbatova et al. 2020 (model; tensors
and inputs; training); UMLAUT (input data exceeds typical limits).
"""

import ast
from collections.abc import Collection, Iterator

from mlpilot.tools.diagnose.static.facts.uses import home
from mlpilot.tools.diagnose.static.libraries import nets, reach
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Bound, Instance, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, trained_on
from mlpilot.tools.diagnose.static.rules.torch.model import modules, optimisers

_MOVES = frozenset(("to", "cuda", "double", "half", "float"))


def _own_attributes(node: ast.ClassDef, but: Collection[int] = ()) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of each `self.name = value` in `__init__`, but for some targets."""
    start = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    for one in ast.walk(start) if start is not None else ():
        target = one.targets[0] if isinstance(one, ast.Assign) else None
        mine = isinstance(target, ast.Attribute) and written(target.value) == "self" and id(target) not in but
        if isinstance(target, ast.Attribute) and mine and isinstance(one, ast.Assign):
            yield target.attr, one.value


@rule(
    "TORCH241",
    "weights-not-registered",
    "error",
    "a tensor that is to learn, and is no parameter",
    remedy="self.w = nn.Parameter(torch.randn(10, 5))",
    source="PyTorch, nn.Parameter: assigned as attributes, they are added to the parameters",
)
def not_registered(program: Program) -> Iterator[Found]:
    """`self.w = torch.randn(10, 5, requires_grad=True)` within a module."""
    held = {id(target) for target, _, value, _ in program.trace.stored if nets.is_module(value)}
    for node, _ in modules(program):
        for name, value in _own_attributes(node, held):
            made = value if isinstance(value, ast.Call) else None
            while (
                made is not None
                and isinstance(made.func, ast.Attribute)
                and made.func.attr in (*_MOVES, "requires_grad_")
            ):
                if made.func.attr == "requires_grad_":
                    break
                made = made.func.value if isinstance(made.func.value, ast.Call) else None
            if made is None:
                continue
            asked = any(one.arg == "requires_grad" and _is_true(one.value) for one in made.keywords)
            asked = asked or (
                isinstance(made.func, ast.Attribute)
                and made.func.attr == "requires_grad_"
                and not any(_is_false(one) for one in (*made.args, *(word.value for word in made.keywords)))
            )
            apart = f".{name}" in " ".join(written(one.node, 300) for one in optimisers(program))
            plain = written(made.func).rpartition(".")[2] != "Parameter" and "Parameter(" not in written(value, 300)
            if asked and plain and not apart:
                yield value, f"self.{name} is a plain tensor: parameters() does not hold it, and it never learns"


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@rule(
    "TORCH242",
    "parameter-moved",
    "error",
    "a parameter that is moved is none any more",
    remedy="self.w = nn.Parameter(torch.randn(10, 5)), and model.to(device)",
    source="PyTorch, nn.Parameter; torch.optim: move the model before the optimiser is made",
)
def parameter_moved(program: Program) -> Iterator[Found]:
    """`self.w = nn.Parameter(torch.randn(10, 5)).cuda()`."""
    for node, _ in modules(program):
        for name, value in _own_attributes(node):
            if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
                continue
            inner = value.func.value
            made = written(inner.func).rpartition(".")[2] if isinstance(inner, ast.Call) else ""
            if value.func.attr in _MOVES and made == "Parameter":
                yield value, f"self.{name} is what .{value.func.attr}() gives, a plain tensor: it never learns"


@rule(
    "TORCH243",
    "batch-norm-of-one-row",
    "error",
    "a batch of one row, and batch normalisation",
    remedy="DataLoader(..., batch_size=32, drop_last=True)",
    source="PyTorch, BatchNorm1d: expected more than 1 value per channel when training",
)
def one_row(program: Program) -> Iterator[Found]:
    """`BatchNorm1d(32)` and `DataLoader(data, batch_size=1)`, or 257 rows in batches of 32."""
    if not any(one.name == "BatchNorm1d" for one in program.trace.instances) or not backwards(program):
        return
    whole = {call.alias for call in program.trace.of("DataLoader") if call.get("drop_last") is not None}
    for call in program.trace.of("DataLoader"):
        size, given = number(call.get("batch_size", 1)), call.get("dataset", 0)
        if size is None or call.alias in whole or not trained_on(program, call):
            continue
        first = (
            as_data(given.args[0])
            if isinstance(given, Instance) and given.name == "TensorDataset" and given.args
            else None
        )
        rows = first.shape[0] if first is not None and first.shape else None
        if size == 1 or (rows is not None and rows > 0 and rows % size == 1):
            which = "each batch" if size == 1 else f"the last batch of {rows} rows"
            yield call.node, f"{which} has one row, of which BatchNorm1d cannot take the variance"


@rule(
    "TORCH244",
    "test-rows-augmented",
    "warning",
    "the test set is made as the training set is",
    remedy="Digits(test_files, augment=False)",
    source="torchvision, transforms: random ones for training alone; Humbatova et al. 2020, wrong preprocessing",
)
def made_for_training(program: Program) -> Iterator[Found]:
    """`DS(train_files)` and `DS(test_files)`, where `augment=True` is the default."""
    for one in program.trace.instances:
        start = _start(one)
        if start is None or one.own is None:
            continue
        names = [arg.arg for arg in start.args.args][1:]
        defaults = dict(zip(reversed(names), reversed(start.args.defaults), strict=False))
        for name, default in defaults.items():
            given = name in one.kwargs or names.index(name) < len(one.args)
            if name not in ("train", "training", "augment", "is_train", "is_training", "augmentation") or given:
                continue
            if _is_true(default) and _called(program, one) in ("test", "validation") and f"self.{name}" in program.text:
                yield (
                    one.node,
                    f"{name}=True is the default of {one.own.node.name}: these rows are changed at random, too",
                )


def _start(one: Instance) -> ast.FunctionDef | None:
    bases = " ".join(written(base) for base in one.own.node.bases) if one.own is not None else ""
    body = one.own.node.body if one.own is not None and "Dataset" in bases else []
    return next((x for x in body if isinstance(x, ast.FunctionDef) and x.name == "__init__"), None)


def _called(program: Program, one: Instance) -> str:
    """train, test or validation, by the name of the data set or of its loader."""
    for call in program.trace.calls:
        if call.alias and (
            call.result is one or (call.name == "DataLoader" and one in (*call.args, *call.kwargs.values()))
        ):
            return part_of(call.alias)
    return ""


@rule(
    "TORCH245",
    "channels-and-features",
    "error",
    "the first linear layer counts other channels than the convolutions leave",
    remedy="nn.Linear(channels * rows * columns, ...), with the channels of the last convolution",
    source="Humbatova et al. 2020, tensors and inputs: wrong shape; PyTorch, nn.Linear",
)
def channels(program: Program) -> Iterator[Found]:
    """`Conv2d(16, 32, 3)`, and then `Linear(16 * 8 * 8, 10)`."""
    for node, _ in modules(program):
        made = sorted(
            (
                one
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and written(one.func).startswith(("nn.", "torch.nn."))
            ),
            key=lambda one: (one.lineno, one.col_offset),
        )
        kinds = [written(one.func).rpartition(".")[2] for one in made]
        convolutions = [i for i, kind in enumerate(kinds) if kind in ("Conv2d", "Conv1d")]
        odd = any(
            kind.startswith(("ConvTranspose", "Adaptive", "PixelShuffle", "Lazy", "LSTM", "GRU")) for kind in kinds
        )
        if not convolutions or odd or "Linear" not in kinds or {"cat", "concat"} & _attributes(node):
            continue
        linear = made[kinds.index("Linear")]
        out = _plain(made[convolutions[-1]], 1, "out_channels")
        factors = _factors(linear.args[0]) if linear.args else None
        if out is None or kinds.index("Linear") < convolutions[-1] or factors is None or len(factors) < 3:
            continue
        if out not in factors and _product(factors) != _product([*factors[1:], out]):
            yield (
                linear,
                f"the last convolution leaves {out} channels, and {written(linear.args[0])} counts {factors[0]}",
            )


def _attributes(node: ast.AST) -> set[str]:
    return {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def _plain(call: ast.Call, at: int, name: str) -> int | None:
    value = next(
        (one.value for one in call.keywords if one.arg == name), call.args[at] if len(call.args) > at else None
    )
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None


def _factors(node: ast.expr) -> list[int] | None:
    """The numbers of `16 * 8 * 8`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return [node.value]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = _factors(node.left), _factors(node.right)
        return [*left, *right] if left is not None and right is not None else None
    return None


def _product(numbers: list[int]) -> int:
    product = 1
    for one in numbers:
        product *= one
    return product


@rule(
    "TORCH246",
    "optimiser-made-for-each-batch",
    "warning",
    "the optimiser is made anew for every batch",
    remedy="make the optimiser once, before the loops",
    source="PyTorch, torch.optim: it holds the current state; Humbatova et al. 2020, training",
)
def made_for_each_batch(program: Program) -> Iterator[Found]:
    """`for x, y in loader: optimizer = Adam(model.parameters()); ...`."""
    stepped = {call.loops[-1] for call in backwards(program) if call.loops}
    for call in program.trace.calls:
        if (
            call.path.startswith("torch.optim.")
            and "lr_scheduler" not in call.path
            and call.loops[-1:]
            and not call.conditions
        ):
            one = call.result
            state = isinstance(one, Instance) and one.name in ("Adam", "AdamW", "RMSprop", "Adagrad", "SGD")
            if state and call.loops[-1] in stepped and isinstance(call.loops[-1], ast.For):
                yield call.node, f"{call.name} starts anew with each batch: what it remembers of the gradients is lost"


@rule(
    "TORCH247",
    "numbers-in-the-hundreds",
    "warning",
    "inputs in the hundreds go in as they are",
    remedy="x = (x - x.mean(0)) / x.std(0); pixels divided by 255",
    source="UMLAUT (input data exceeds typical limits); Humbatova et al. 2020, missing normalisation",
)
def large_numbers(program: Program) -> Iterator[Found]:
    """`x = torch.from_numpy(np.arange(1000.0))`, and `net(x)` in the training."""
    if (
        not backwards(program)
        or {"Embedding", "Normalize"} & program.names
        or any("Norm" in name for name in program.names)
    ):
        return
    for call in program.trace.calls:
        model = call.receiver
        if call.path != ".__call__" or not call.grad or not nets.is_module(model) or "forward" in call.inside:
            continue
        data = as_data(call.args[0]) if call.args else None
        size = 255 if data is not None and "pixels" in data.flags else reach.reach(data) if data is not None else None
        if (
            data is not None
            and (size or 0) > 100
            and "scaled" not in data.flags
            and not data.learned
            and not data.applied
        ):
            yield call.node, f"{call.text(0)} holds numbers up to {size:g}, and nothing scales them"
            return


@rule(
    "TORCH248",
    "parameters-not-called",
    "error",
    "the optimiser is given the method parameters itself",
    remedy="optim.SGD(model.parameters(), lr=0.1)",
    source="PyTorch, torch.optim: an iterable of parameters",
)
def method_given(program: Program) -> Iterator[Found]:
    """`optim.SGD(model.parameters, lr=0.1)`."""
    for one in optimisers(program):
        given = one.argument("params", 0)
        if isinstance(given, Bound) and given.name == "parameters":
            yield one.node, f"{one.name} is given the method parameters, and not what it gives: () is missing"


@rule(
    "TORCH216",
    "layer-made-in-forward",
    "error",
    "a layer is made anew in every forward",
    remedy="make it in __init__, and call it in forward",
    source="PyTorch, nn.Module",
)
def made_in_forward(program: Program) -> Iterator[Found]:
    """`nn.Linear(10, 5)(x)` within `forward`, or a method that it calls."""
    for call in program.trace.calls:
        plain = call.path in ("torch.nn.Linear", "torch.nn.Conv2d", "torch.nn.LSTM") and call.inside[-1:] == (
            "forward",
        )
        within = call.path.removeprefix("torch.nn.") in _WEIGHTED and "forward" in call.inside
        without = (
            "affine" in call.kwargs or "__init__" in call.inside[call.inside.index("forward") :] if within else True
        )
        if plain or (within and not without and _applied_at_once(program, call.node)):
            yield call.node, f"nn.{call.name} is made anew in every forward: its weights are never trained"


_WEIGHTED = listed(
    "Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d LSTM GRU RNN LSTMCell GRUCell Embedding"
    " BatchNorm1d BatchNorm2d BatchNorm3d MultiheadAttention TransformerEncoderLayer"
)


def _applied_at_once(program: Program, node: ast.Call) -> bool:
    """Whether a layer is called where it is made, or by a name of its function that is for nothing else."""
    above = program.parents.get(node)
    if isinstance(above, ast.Call):
        return above.func is node
    target = above.targets[0] if isinstance(above, ast.Assign) and above.value is node else None
    if not isinstance(target, ast.Name):
        return False
    function = home(program, node)
    reads = [one for one in program.reads.get(target.id, []) if home(program, one) is function]
    holders = [program.parents.get(one) for one in reads]
    return bool(reads) and all(
        isinstance(holder, ast.Call) and holder.func is one for one, holder in zip(reads, holders, strict=True)
    )
