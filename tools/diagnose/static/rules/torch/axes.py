"""PyTorch: axes of sequences and of attention that are taken for each other.

Sources: PyTorch, CrossEntropyLoss (classes are the second axis), nn.LSTM (h_n: layers and directions first) and
Tensor.view; Vaswani et al. 2017 (softmax over the keys, heads split off the last axis); nn.TransformerEncoderLayer
(batch_first).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.syntax import called, names_in, whole


@rule(
    "TORCH291",
    "classes-on-the-last-axis",
    "error",
    "the loss wants the classes on the second axis, and they are on the last",
    remedy="loss(logits.view(-1, classes), labels.view(-1)), or logits.transpose(1, 2)",
    source="PyTorch, CrossEntropyLoss: input of shape (N, C, d1, ...)",
)
def classes_last(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss()(logits of (rows, steps, classes), labels of (rows, steps))`."""
    for call, name, outputs in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        shape = outputs.shape or ()
        if name not in ("CrossEntropyLoss", "NLLLoss") or len(shape) < 3 or shape[0] == -1:
            continue
        raw = outputs.last == "linear" and not outputs.flags & {"moved axes", "unsqueezed"}
        alike = labels is not None and labels.shape is not None and len(labels.shape) == len(shape)
        if raw and not alike and "squeezed" not in outputs.flags:
            yield call.node, f"{call.text(0)} has {len(shape)} axes, classes last: {name} takes the second for them"


@rule(
    "TORCH292",
    "positions-counted-over-the-batch",
    "error",
    "positions are given to the rows of a batch, and not to the steps",
    remedy="x + self.pe[:, : x.size(1)], with pe of shape (1, steps, width)",
    source="PyTorch, nn.TransformerEncoderLayer: batch_first; Language Modeling with nn.Transformer (steps first)",
)
def positions_of_the_batch(program: Program) -> Iterator[Found]:
    """`x + self.pe[: x.size(0)]`, and `TransformerEncoderLayer(..., batch_first=True)`."""
    if not re.search(r"batch_first\s*=\s*True", program.text) or re.search(r"batch_first\s*=\s*False", program.text):
        return
    if program.names & {"transpose", "permute"} - _moved_in_buffers(program):
        return
    for home in classes(program):
        body = methods(home).get("forward")
        for node in own(body) if body is not None else ():
            if not isinstance(node, ast.Subscript) or not re.match(
                r"self\.(\w*pe|pos\w*|encoding)$", written(node.value)
            ):
                continue
            first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
            upper = written(first.upper) if isinstance(first, ast.Slice) and first.upper is not None else ""
            if re.match(r"\w+\.(size\(0\)|shape\[0\])$", upper):
                yield node, f"{written(node)} counts the rows of the batch: with batch_first=True the steps are axis 1"


def _moved_in_buffers(program: Program) -> set[str]:
    """Methods that move axes in `__init__` alone: of the table of positions, as in the tutorial."""
    inside = {one.attr for home in classes(program) if "__init__" in methods(home)
              for one in ast.walk(methods(home)["__init__"]) if isinstance(one, ast.Attribute)}  # fmt: skip
    outside = {one.attr for home in classes(program) for name, method in methods(home).items() if name != "__init__"
               for one in ast.walk(method) if isinstance(one, ast.Attribute)}  # fmt: skip
    return inside - outside


_KEYS = re.compile(r"\.(transpose\((-2, -1|-1, -2|1, 2|2, 1|2, 3|3, 2)\)|mT|permute\(0, 2, 1\))")


@rule(
    "TORCH293",
    "weights-not-over-the-keys",
    "error",
    "attention weights that do not sum to one over the keys",
    remedy="torch.softmax(scores, dim=-1)",
    source="Vaswani et al. 2017: softmax(QK^T)V, over the keys; PyTorch, functional.softmax",
)
def not_over_keys(program: Program) -> Iterator[Found]:
    """`scores = q @ k.transpose(-2, -1)`, and `torch.softmax(scores, dim=1)`."""
    for scope in scopes(program):
        known = settings(scope)
        for node in own(scope):
            if called(node) != "softmax" or not isinstance(node, ast.Call):
                continue
            method = isinstance(node.func, ast.Attribute) and written(node.func.value) not in (
                "F",
                "torch",
                "nn.functional",
            )
            given = node.func.value if method else node.args[0] if node.args else None  # type: ignore[attr-defined]
            axis = argument(node, "dim", 0 if method else 1)
            if given is None or axis is None or written(axis) not in ("0", "1", "-2"):
                continue
            if _of_scores(given, known):
                yield node, f"{written(node)} is over the queries or the rows, and not over the keys (dim=-1)"


def _of_scores(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    """Whether it is a product of queries and keys, scaled or masked."""
    if isinstance(node, ast.Name):
        return depth < 4 and any(_of_scores(one, known, depth + 1) for one in known.get(node.id, [])[-3:])
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return bool(_KEYS.search(written(node.right, 80)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Mult | ast.Add):
        return _of_scores(node.left, known, depth)
    if isinstance(node, ast.Call) and called(node) in ("matmul", "bmm") and node.args:
        return bool(_KEYS.search(written(node.args[-1], 80)))
    if isinstance(node, ast.Call) and called(node) == "masked_fill" and isinstance(node.func, ast.Attribute):
        return _of_scores(node.func.value, known, depth)
    return False


@rule(
    "TORCH294",
    "heads-torn-from-the-steps",
    "error",
    "a view that cuts the steps into heads, and not the width",
    remedy="x.view(rows, steps, heads, width).transpose(1, 2)",
    source="Vaswani et al. 2017: heads are projections of the width; PyTorch, Tensor.view: keeps the order in memory",
)
def heads_torn(program: Program) -> Iterator[Found]:
    """`b, t, d = x.shape`, and `self.q(x).view(b, heads, t, d // heads)`; `x.view(x.size(0), x.size(2), x.size(1))`."""
    yield from _permuted(program)
    for scope in scopes(program):
        axes = [(written(a), written(b)) for node in own(scope) if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Tuple) and len(node.targets[0].elts) == 3
                and re.search(r"\.(shape|size\(\))$", written(node.value))
                for a, b in [node.targets[0].elts[:2]]]  # fmt: skip
        known = settings(scope)
        for node in own(scope) if axes else ():
            if called(node) not in ("view", "reshape") or not isinstance(node, ast.Call) or len(node.args) != 4:
                continue
            sizes = [written(one) for one in node.args]
            owner = node.func.value if isinstance(node.func, ast.Attribute) else node
            made = known.get(written(owner), []) if isinstance(owner, ast.Name) else [owner]
            moved = any(re.search(r"transpose|permute|movedim|rearrange", written(one, 200)) for one in made)
            for rows, steps in axes:
                if (
                    sizes[0] == rows
                    and sizes[2] == steps
                    and sizes[1] != steps
                    and "_" not in (rows, steps)
                    and not moved
                ):
                    yield (
                        node,
                        f"{written(node)} mixes the steps of all heads: {steps} is axis 1 there, and comes third here",
                    )


def _permuted(program: Program) -> Iterator[Found]:
    """A view whose sizes are those of the tensor itself, in another order."""
    for scope in scopes(program):
        axes: dict[str, tuple[int, list[str]]] = {}
        lines: dict[str, list[int]] = {}
        for node in own(scope):
            if not isinstance(node, ast.Assign):
                continue
            target, of = node.targets[0], re.match(r"(\w+)\.(shape|size\(\))$", written(node.value))
            if of and isinstance(target, ast.Tuple) and all(isinstance(one, ast.Name) for one in target.elts):
                axes[of[1]] = node.lineno, [written(one) for one in target.elts]
            lines.setdefault(written(target), []).append(node.lineno)
        for node in own(scope):
            order = _order(node, axes, lines)
            if order and sorted(order) == list(range(len(order))) and order != sorted(order):
                text = ", ".join(map(str, order))
                yield node, f"{written(node, 60)} exchanges no axes: permute({text}) does, and a view mixes the numbers"


def _order(node: ast.AST, axes: dict[str, tuple[int, list[str]]], lines: dict[str, list[int]]) -> list[int]:
    """Which axes of the tensor a view takes its sizes from, if from its own alone."""
    if called(node) not in ("view", "reshape") or not isinstance(node, ast.Call) or len(node.args) < 3:
        return []
    owner = written(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    sizes = [written(one) for one in node.args]
    told = [re.match(rf"{re.escape(owner)}\.(size\((\d)\)|shape\[(\d)\])$", one) for one in sizes]
    if all(told):
        return [int(one[2] or one[3]) for one in told if one]
    line, names = axes.get(owner, (0, []))
    if "pad" in owner.lower():
        return []  # relative positions are skewed so, on purpose
    changed = any(line < one < node.lineno for one in lines.get(owner, ()))
    return [] if changed or sorted(sizes) != sorted(names) else [names.index(one) for one in sizes]


@rule(
    "TORCH295",
    "states-torn-by-view",
    "error",
    "a view that mixes the last states of different rows",
    remedy="torch.cat([h[-2], h[-1]], dim=1), or h.transpose(0, 1).reshape(rows, -1)",
    source="PyTorch, nn.LSTM: h_n is of shape (layers * directions, rows, width); Tensor.view",
)
def states_torn(program: Program) -> Iterator[Found]:
    """`_, (h, _) = self.lstm(x)` of both directions, and `h.view(x.size(0), -1)`."""
    deep = {
        written(target)
        for target, _, value, _ in program.trace.stored
        if getattr(value, "path", "") in ("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN") and _several(value.node)  # type: ignore[attr-defined]
    }
    for scope in scopes(program) if deep else ():
        states: set[str] = set()
        for node in own(scope):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and written(node.value.func) in deep:
                target = node.targets[0]
                last = target.elts[1] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
                last = last.elts[0] if isinstance(last, ast.Tuple) and last.elts else last
                states |= names_in(last) if last is not None else set()
            if called(node) not in ("view", "reshape") or not isinstance(node, ast.Call) or len(node.args) != 2:
                continue
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            rows = written(node.args[0])
            if (
                isinstance(owner, ast.Name)
                and owner.id in states
                and re.search(r"size\(0\)|shape\[0\]|batch|^(b|n|bs)$|^-1$", rows, re.I)
            ):
                yield (
                    node,
                    f"{written(node)}: layers and directions are the first axis of {owner.id}, and rows the second",
                )


def _several(made: ast.AST) -> bool:
    """Whether a recurrent layer has more than one last state for each row."""
    if not isinstance(made, ast.Call):
        return False
    both, layers = argument(made, "bidirectional", 6), argument(made, "num_layers", 2)
    return (isinstance(both, ast.Constant) and both.value is True) or (whole(layers) or 1) > 1
