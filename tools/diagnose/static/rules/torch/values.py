"""PyTorch: numbers that come out wrong although every line runs: axes, broadcasting, logarithms, bytes.

Sources: PyTorch, documentation of each function; Humbatova et al. 2020; Wang et al. 2022 (numerical bugs in deep
learning); Lu et al. 2019, "Dying ReLU and initialization".
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.naming import role_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Value, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards
from mlpilot.tools.diagnose.static.rules.torch.loss import losses


@rule(
    "TORCH118",
    "argmax-over-the-batch",
    "error",
    "the class is chosen over the batch",
    remedy="outputs.argmax(dim=1)",
    source="PyTorch, argmax: dim",
)
def over_the_batch(program: Program) -> Iterator[Found]:
    """`_, predicted = torch.max(outputs, 0)`."""
    for call in program.trace.of("argmax", "max"):
        method = call.path[:1] == "."
        data = as_data(call.receiver if method else call.args[0] if call.args else None)
        axis = number(call.get("dim", 0 if method else 1))
        if data is None or axis != 0 or not nets.is_module(data.made_by):
            continue
        if data.shape is None and _compared_with_labels(program, call):
            yield call.node, f"{written(call.node)} chooses among the rows, and not among the classes"
        if data.shape is None or len(data.shape) != 2:
            continue
        if data.last in ("linear", "softmax", "log_softmax") and (data.shape[1] or 2) > 1:
            yield call.node, f"{written(call.node)} gives one row for each class, not one class for each row"


def _compared_with_labels(program: Program, call: Call) -> bool:
    """Whether what was chosen is compared with labels, as `predicted == labels`."""
    names = {call.alias}
    for targets, value, _ in program.trace.unpacked:
        if value is call.node and isinstance(targets, ast.Tuple | ast.List) and len(targets.elts) == 2:
            names = {written(targets.elts[1])}
    for node, _ in program.trace.compared:
        sides = [written(node.left), written(node.comparators[0])]
        if any(one in names and one for one in sides) and any(role_of(one) == "y" for one in sides):
            return isinstance(node.ops[0], ast.Eq)
    return False


@rule(
    "TORCH119",
    "column-compared-with-row",
    "warning",
    "a column is compared with a row: every output with every label",
    remedy="outputs.squeeze(1) == labels, or labels.unsqueeze(1)",
    source="PyTorch, broadcasting semantics",
)
def compared(program: Program) -> Iterator[Found]:
    """`(outputs of (n, 1) > 0.5).float() == labels of (n,)`."""
    for node, values in program.trace.compared:
        if len(values) != 2 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        shapes = sorted((_shape(one) for one in values), key=len)
        if len(shapes[0]) == 1 and len(shapes[1]) == 2 and shapes[1][1] == 1 and shapes[0][0] != 1:
            yield node, f"{written(node)}: (n, 1) and (n,) are broadcast to (n, n)"


@rule(
    "TORCH317",
    "column-less-a-row",
    "error",
    "a row is taken from a column: every output meets every label",
    remedy="out.squeeze(1) - y, or y.unsqueeze(1): both of one shape",
    source="PyTorch, broadcasting semantics: (n, 1) - (n,) is (n, n); NeuraLint",
)
def column_less_row(program: Program) -> Iterator[Found]:
    """`((x.mm(w) - y) ** 2).mean()`, where `w` has one column and `y` is a list of numbers."""
    if not backwards(program):
        return
    for node, one, other, _ in program.trace.operations:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            short, long = sorted((_shape(one), _shape(other)), key=len)
            if len(short) == 1 and len(long) == 2 and long[1] == 1 and short[0] == long[0] and (short[0] or 0) > 1:
                yield node, f"{written(node)}: ({long[0]}, 1) and ({short[0]},) are broadcast to ({long[0]}, {long[0]})"


def _shape(value: Value) -> tuple[int | None, ...]:
    return value.shape or () if isinstance(value, Data) and not value.flags & {"squeezed", "unsqueezed"} else ()


@rule(
    "TORCH120",
    "kl-divergence-of-probabilities",
    "error",
    "KLDivLoss of outputs that are no log-probabilities",
    remedy="F.log_softmax(outputs, dim=1) as the input, probabilities as the target",
    source="PyTorch, KLDivLoss: the input is expected in log-space",
)
def divergence(program: Program) -> Iterator[Found]:
    """`KLDivLoss()(softmax(x), p)`."""
    for call, name, outputs in losses(program):
        if name == "KLDivLoss" and outputs.last in ("softmax", "sigmoid", "linear", "relu", "conv"):
            yield call.node, f"KLDivLoss takes log-probabilities first, and {call.text(0)} ends with {outputs.last}"


@rule(
    "TORCH121",
    "logarithm-of-softmax",
    "warning",
    "the logarithm of a probability that may be 0",
    remedy="log_softmax (or logsigmoid); better the loss that applies it",
    source="PyTorch, log_softmax: log and softmax apart are numerically unstable; Wang et al. 2022",
)
def log_of_softmax(program: Program) -> Iterator[Found]:
    """`torch.log(torch.softmax(x, dim=1))`."""
    told = set()
    for call in program.trace.of("log"):
        method = call.path[:1] == "."
        data = as_data(call.receiver if method else call.args[0] if call.args else None)
        if data is None or data.last not in ("softmax", "sigmoid") or call.node in told:
            continue
        if call.library == "torch" or (method and "torch" in program.trace.libraries):
            told.add(call.node)
            yield call.node, f"{written(call.node)}: what went through {data.last} may be 0, and its logarithm -inf"


@rule(
    "TORCH122",
    "relu-on-a-value",
    "warning",
    "a predicted value goes through ReLU",
    remedy="no activation after the last layer; Softplus if it must be positive",
    source="Lu et al. 2019; Humbatova et al. 2020, wrong activation",
)
def relu_on_value(program: Program) -> Iterator[Found]:
    """`nn.Linear(32, 1), nn.ReLU()` and MSELoss."""
    for call, name, outputs in losses(program):
        values = name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
        if values and outputs.last == "relu" and outputs.shape is not None and outputs.shape[-1:] == (1,):
            yield (
                outputs.place or call.node,
                f"{call.text(0)} ends with relu: it is never negative, and where it is 0 nothing is learnt",
            )


@rule(
    "TORCH123",
    "one-hot-integers",
    "error",
    "one-hot labels of whole numbers",
    remedy="class numbers as they are, or F.one_hot(...).float()",
    source="PyTorch, CrossEntropyLoss: class indices, or probabilities",
)
def one_hot_integers(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss()(outputs, F.one_hot(labels))`."""
    for call, name, _ in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        if name != "KLDivLoss" and labels is not None and labels.form == "onehot long":
            yield call.node, f"{call.text(1)} is one-hot in whole numbers: {name} takes it for something else, or fails"


@rule(
    "NUMPY001",
    "bytes-wrap-around",
    "error",
    "unsigned bytes are subtracted",
    remedy="a.astype(int) - b, or floats",
    source="NumPy, Data types: Overflow errors",
)
def bytes_wrap(program: Program) -> Iterator[Found]:
    """`a - b`, both of `np.uint8`."""
    small: set[str] = set()
    told: set[ast.AST] = set()
    for line in program.each(ast.Assign):
        if len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            name = line.targets[0].id
            (small.add if _is_bytes(line.value) else small.discard)(name)
    for node in program.each(ast.BinOp):
        if isinstance(node.op, ast.Sub):
            sides = [one.id for one in (node.left, node.right) if isinstance(one, ast.Name)]
            if len(sides) == 2 and set(sides) <= small:
                yield node, f"{written(node)}: both are of unsigned bytes, and what is below 0 wraps around to 255"
    for operation, left, right, _ in program.trace.operations:
        both = [one for one in (as_data(left), as_data(right)) if one is not None and "bytes" in one.flags]
        plain = isinstance(operation, ast.BinOp) and not isinstance(operation.left, ast.Name)
        plain |= isinstance(operation, ast.BinOp) and written(operation.left) not in small
        if len(both) == 2 and plain and isinstance(operation.op, ast.Sub) and operation not in told:  # type: ignore[attr-defined]
            told.add(operation)
            text = f"{written(operation)}: both are of unsigned bytes"
            yield operation, f"{text}, and what is below 0 wraps around to 255"


def _is_bytes(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    given = [one.value for one in node.keywords if one.arg == "dtype"]
    if isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
        given += node.args[:1]
    return any(written(one).strip("'\"").rpartition(".")[2] in ("uint8", "uint16") for one in given)
