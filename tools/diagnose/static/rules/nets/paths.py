"""What is computed and leads nowhere: losses overwritten, layers nothing reads, loops that end at their first turn.

Sources: PyTorch, Optimizing Model Parameters and Training a Classifier (sums begin anew in each epoch); Keras, The
Functional API; Humbatova et al. 2020 (missing layer, wrong connections, wrong loss); Prechelt 1998, Early stopping.
"""

import ast
import re
from collections.abc import Callable, Iterator

from mlpilot.tools.diagnose.static.facts.syntax import bases, blocks, classes, methods, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called, names_in

_LOSS = re.compile(r"loss|crit|entropy|(^|_)(mse|bce|ce|mae|nll|kl|l1)(_|$)", re.IGNORECASE)


def _is_loss(node: ast.expr) -> bool:
    return any(_LOSS.search(called(one)) for one in ast.walk(node))


@rule(
    "TORCH286",
    "loss-overwritten",
    "error",
    "one loss is overwritten by the next, and only the last is learnt from",
    remedy="loss = loss_a + weight * loss_b: the sum of both is taken back",
    source="Humbatova et al. 2020, wrong loss function calculation; PyTorch, Autograd: gradients of a sum",
)
def loss_overwritten(program: Program) -> Iterator[Found]:
    """`loss = ce(logits, kind)`, `loss = mse(value, price)`, `loss.backward()`."""
    if not program.names & {"backward", "gradient", "training_step", "compute_loss", "manual_backward"}:
        return
    for scope in scopes(program):
        for block in blocks(scope):
            before: dict[str, ast.Assign] = {}
            for at, line in enumerate(block):
                target = line.targets[0] if isinstance(line, ast.Assign) and len(line.targets) == 1 else None
                name = target.id if isinstance(target, ast.Name) else ""
                for one in names_in(line.value if name else line):  # type: ignore[attr-defined]
                    before.pop(one, None)
                if not name or "loss" not in name.lower() or not isinstance(line, ast.Assign):
                    continue
                first = before.pop(name, None)
                if first is not None and _is_loss(line.value) and _goes_back(block[at + 1 :], name):
                    yield (
                        line,
                        f"{written(first, 60)} at line {first.lineno} is overwritten, and nothing learns from it",
                    )
                elif _is_loss(line.value):
                    before[name] = line


def _goes_back(block: list[ast.stmt], name: str) -> bool:
    """Whether a loss is taken back, or returned, by one of the statements that follow."""
    for line in block:
        for one in ast.walk(line):
            back = called(one) in ("backward", "gradient", "manual_backward") and name in names_in(one)
            if back or (isinstance(one, ast.Return) and one.value is not None and name in names_in(one.value)):
                return True
    return False


@rule(
    "TORCH287",
    "layer-leads-nowhere",
    "error",
    "what a layer gives is read by nothing",
    remedy="give the next layer what this one gave",
    source="Humbatova et al. 2020, wrong connections of layers; Keras, The Functional API; NeuraLint",
)
def leads_nowhere(program: Program) -> Iterator[Found]:
    """`h2 = relu(self.fc2(h1))`, and `return self.out(h1)`; `p = MaxPooling2D()(x)`, and `Flatten()(x)`."""
    for home in classes(program):
        known = methods(home)
        body = known.get("forward") or known.get("call")
        if body is None or "__init__" not in known or not bases(home) & {"Module", "Layer", "Model", "LightningModule"}:
            continue
        made = {
            name
            for name, values in settings(known["__init__"]).items()
            if isinstance(values[-1], ast.Call) and called(values[-1])[:1].isupper()
        }
        if any(isinstance(node, ast.Return) and node.value is not None for node in own(body)):
            yield from _unread(body, lambda node, layers=made: _calls_one(node, layers))  # type: ignore[misc]
    if program.trace.libraries & {"keras", "tensorflow"} and "fit" in program.names:
        for scope in scopes(program):
            if any(called(node) == "Model" and isinstance(node, ast.Call) for node in own(scope)):
                yield from _unread(scope, _is_curried)


def _unread(scope: ast.AST, is_layer: Callable[[ast.expr], bool]) -> Iterator[Found]:
    nodes = list(ast.walk(scope))
    read = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    read |= {written(one.target) for one in nodes if isinstance(one, ast.AugAssign)}
    for node in own(scope):
        if not isinstance(node, ast.Assign) or len(node.targets) > 1:
            continue
        target = node.targets[0]
        if not isinstance(target, ast.Name) or target.id in read or target.id.startswith("_"):
            continue
        if is_layer(node.value):
            yield node, f"{target.id} = {written(node.value, 50)} is read by nothing: the layer is passed by"


def _calls_one(node: ast.expr, layers: set[str]) -> bool:
    """Whether the outermost calls of an expression are of a layer: `self.fc(x)`, `F.relu(self.fc(x))`."""
    while isinstance(node, ast.Call):
        if written(node.func) in layers:
            return bool(node.args)
        inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        if inner is None:
            return False
        node = inner
    return False


_KERAS_LAYER = re.compile(
    r"^(Dense|Conv\w+|SeparableConv\w+|LSTM|GRU|Bidirectional|Dropout|BatchNormalization|LayerNormalization|\w*Pooling\w+"
    r"|Flatten|Activation|Embedding|Add|Concatenate|Reshape|MultiHeadAttention)$"
)


def _is_curried(node: ast.expr) -> bool:
    """`layers.Dense(32)(x)`."""
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and bool(_KERAS_LAYER.match(called(node.func)))
    )


@rule(
    "TORCH288",
    "ends-at-the-first-batch",
    "error",
    "a loop over batches returns at its first turn",
    remedy="return below the loop: one step to the left",
    source="PyTorch, Optimizing Model Parameters; Python, the return statement; Islam et al. 2019",
)
def first_batch_alone(program: Program) -> Iterator[Found]:
    """`for x, y in loader: ...; correct += ...; return correct / total`, all within the loop."""
    for scope in scopes(program):
        for loop in own(scope):
            last = loop.body[-1] if isinstance(loop, ast.For) else None
            if not isinstance(loop, ast.For) or not isinstance(last, ast.Return) or last.value is None:
                continue
            if any(isinstance(one, ast.Continue | ast.Yield) for child in loop.body for one in ast.walk(child)):
                continue  # it looks for the first that will do
            added = {
                written(one.target) for child in loop.body for one in ast.walk(child) if isinstance(one, ast.AugAssign)
            }
            learns = any(called(one) == "backward" for child in loop.body for one in ast.walk(child))
            reads = {written(one) for one in ast.walk(last.value) if isinstance(one, ast.Name | ast.Attribute)}
            if learns or added & reads:
                what = "learnt from" if learns else "counted"
                yield last, f"{written(last)} stands within the loop over {written(loop.iter)}: one batch is {what}"


@rule(
    "TORCH289",
    "sum-of-all-epochs",
    "warning",
    "a sum over the batches goes on from epoch to epoch",
    remedy="running_loss = 0.0 within the loop over the epochs, before that over the batches",
    source="PyTorch, Training a Classifier: running_loss = 0.0 for each epoch",
)
def sum_of_all_epochs(program: Program) -> Iterator[Found]:
    """`total = 0`, `for epoch in ...: for x, y in loader: total += loss.item()`, `print(total / len(loader))`."""
    for scope in scopes(program):
        starts = {
            node.targets[0].id: node
            for node in own(scope)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and written(node.value) in ("0", "0.0")
        }
        for outer in own(scope) if starts else ():
            if (
                not isinstance(outer, ast.For)
                or "epoch" not in written(outer.target).lower() + written(outer.iter).lower()
            ):
                continue
            stored = {one.id for child in outer.body for one in ast.walk(child)
                      if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}  # fmt: skip
            added = {written(one.target) for inner in outer.body if isinstance(inner, ast.For | ast.With)
                     for one in ast.walk(inner) if isinstance(one, ast.AugAssign)}  # fmt: skip
            again = {written(target) for child in outer.body for one in ast.walk(child) if isinstance(one, ast.Assign)
                     for target in one.targets}  # fmt: skip
            kept = {name for name in added & stored & set(starts) - again if starts[name].lineno < outer.lineno}
            for name in sorted(kept):
                if _divided_by_batches(outer, name):
                    yield starts[name], f"{name} begins at 0 once, and not in each epoch: what is shown grows with them"


def _divided_by_batches(outer: ast.For, name: str) -> bool:
    """Whether the sum is divided by the number of batches or rows of one epoch, below the loop over the batches."""
    below = [line for line in outer.body if not isinstance(line, ast.For | ast.While)]
    return any(
        isinstance(one, ast.BinOp)
        and isinstance(one.op, ast.Div)
        and written(one.left) == name
        and called(one.right) == "len"
        for line in below
        for one in ast.walk(line)
    )


_WAITED = re.compile(r"wait|counter|patience|no_improv|bad_epoch|stale|trigger|stuck|without|since", re.IGNORECASE)


@rule(
    "TORCH290",
    "patience-never-starts-anew",
    "warning",
    "the epochs without progress are counted, and never from 0 again",
    remedy="wait = 0 in the branch where the best value is beaten",
    source="Prechelt 1998, Early stopping - but when?; Keras, EarlyStopping: wait is set to 0 on each improvement",
)
def patience_goes_on(program: Program) -> Iterator[Found]:
    """`if loss < best: best = loss`, `else: wait += 1`, and nothing sets `wait` to 0."""
    for scope in scopes(program):
        for node in own(scope):
            if not isinstance(node, ast.If) or not node.orelse or not isinstance(node.test, ast.Compare):
                continue
            kept = {name for line in node.body for name in _bound(line)}
            if not kept & {written(one) for one in (node.test.left, *node.test.comparators)}:
                continue
            for line in node.orelse:
                name = written(line.target) if isinstance(line, ast.AugAssign) and isinstance(line.op, ast.Add) else ""
                if name and _WAITED.search(name) and not _set_anew(program, scope, name, node):
                    yield (
                        line,
                        f"{name} is never set to 0 again: epochs without progress add up over the whole training",
                    )


def _bound(node: ast.AST) -> set[str]:
    """Names and attributes that an assignment sets."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {written(one) for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])}


def _set_anew(program: Program, scope: ast.AST, name: str, branch: ast.If) -> bool:
    """Whether the count is set in any other way: in the branch, below it, or elsewhere in a class."""
    homes: list[ast.AST] = [scope]
    if name.startswith("self."):
        homes = [one for home in classes(program) for key, one in methods(home).items() if key != "__init__"]
    starts = [node for home in homes for node in own(home) if name in _bound(node)]
    loops = [node for node in own(scope) if isinstance(node, ast.For | ast.While)
             and node.lineno <= branch.lineno <= (node.end_lineno or 0)]  # fmt: skip
    if not loops:
        return bool(starts) if name.startswith("self.") else True
    return any(getattr(one, "lineno", 0) > loops[0].lineno for one in starts) or not starts
