"""Losses of one's own that no gradient comes back through, and steps that see the last batch alone.

Sources: PyTorch, Autograd mechanics; TensorFlow, "Introduction to gradients and automatic differentiation: getting a
gradient of None"; Humbatova et al. 2020 (wrong loss function calculation); Islam et al. 2019.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Function
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, is_torch, steps

_CUTS = frozenset(("round", "argmax", "sign", "floor", "ceil", "int", "long", "numpy", "greater", "greater_equal"))
_SMOOTH = frozenset(("sigmoid", "softmax", "where", "custom_gradient", "stop_gradient", "clamp", "clip_by_value"))


def _cut_parameter(function: ast.FunctionDef, at: int) -> tuple[ast.AST, str] | None:
    """(place, name) where a parameter is replaced by what has no gradient, before anything else is made of it."""
    names = [one.arg for one in function.args.args]
    if at >= len(names):
        return None
    name = names[at]
    for node in function.body:
        reads = [one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id == name]
        if not reads:
            continue
        again = isinstance(node, ast.Assign) and written(node.targets[0]) == name
        if again and isinstance(node, ast.Assign):
            if _cuts(node.value):
                return node, name
            continue  # made flat, of another type: what comes next tells
        others = [one for one in ast.walk(function) if isinstance(one, ast.Name) and one.id == name]
        alone = isinstance(node, ast.Assign) and len(others) == len(reads) and _cuts(node.value)
        return (node, name) if alone else None
    return None


def _cuts(node: ast.expr) -> bool:
    """Whether an expression is a number of classes or of yes and no, and no smooth part is beside it."""
    inner = list(ast.walk(node))
    called = {written(one.func).rpartition(".")[2] for one in inner if isinstance(one, ast.Call)}
    compares = any(isinstance(one, ast.Compare) for one in inner)
    return (compares or bool(called & _CUTS)) and not called & _SMOOTH


@rule(
    "TORCH126",
    "own-loss-without-gradient",
    "error",
    "a loss of one's own that counts hits",
    remedy="compute the loss from the probabilities themselves; thresholds and argmax only for metrics",
    source="PyTorch, Autograd mechanics; Humbatova et al. 2020, wrong loss function calculation",
)
def counted_hits(program: Program) -> Iterator[Found]:
    """`def dice_loss(pred, target): pred = (pred > 0.5).float(); ...`, and `loss.backward()`."""
    taken_back = {call.on() for call in backwards(program)}
    told = set()
    for call in program.trace.calls:
        if call.alias not in taken_back or not call.alias or not isinstance(call.node.func, ast.Name):
            continue
        for function in program.each(ast.FunctionDef):
            if function.name == call.node.func.id and function not in told:
                found = _cut_parameter(function, 0)
                if found is not None:
                    told.add(function)
                    yield (
                        found[0],
                        f"{found[1]} loses its gradient here, and {function.name} is taken back: nothing is learnt",
                    )


@rule(
    "KERAS045",
    "own-loss-without-gradient",
    "error",
    "a loss of one's own that counts hits",
    remedy="compute the loss from the probabilities themselves; thresholds and argmax only for metrics",
    source="TensorFlow, Getting a gradient of None: took gradients through an integer or string",
)
def counted_hits_keras(program: Program) -> Iterator[Found]:
    """`def f1_loss(y_true, y_pred): y_pred = tf.round(y_pred); ...`, and `compile(loss=f1_loss)`."""
    for call in program.trace.of("compile"):
        given = call.get("loss", 1)
        if isinstance(given, Function) and isinstance(given.node, ast.FunctionDef):
            found = _cut_parameter(given.node, 1)
            if found is not None:
                yield found[0], f"{found[1]} loses its gradient here, and the model is to learn from {given.node.name}"


@rule(
    "TORCH023",
    "only-the-last-batch-counts",
    "error",
    "the optimiser steps once for all batches, and their gradients were cleared",
    remedy="optimizer.step() within the loop over the batches, after backward()",
    source="PyTorch, Optimizing Model Parameters",
)
def only_last_batch(program: Program) -> Iterator[Found]:
    """`for x, y in loader: zero_grad(); backward()`, and `step()`, or both of the latter, after that loop."""
    if not is_torch(program):
        return
    taken, cleared = steps(program), list(program.trace.of("zero_grad"))
    if len(backwards(program)) != 1 or len(cleared) != 1 or len(taken) != 1:
        return
    (back,), (clear,), (step,) = backwards(program), cleared, taken
    batches = clear.loops[-1] if clear.loops else None
    below = isinstance(batches, ast.For) and back.node.lineno > (batches.end_lineno or 0)
    if (
        below
        and back.inside == clear.inside
        and back.loops == clear.loops[:-1]
        and not back.conditions
        and back.order > clear.order
    ):
        yield back.node, f"{back.on()} is taken back below the loop over the batches: the last of them counts alone"
        return
    inner = back.loops[-1] if back.loops else None
    after = isinstance(inner, ast.For) and step.node.lineno > (inner.end_lineno or 0)
    if after and clear.loops == back.loops and step.loops == back.loops[:-1] and step.order > back.order:
        yield step.node, "gradients are cleared for each batch, and the step is after the loop: one batch counts"


@rule(
    "TORCH127",
    "numpy-within-forward",
    "error",
    "the graph is cut by numpy within forward",
    remedy="operations of torch (torch.relu, torch.maximum): they have gradients",
    source="PyTorch, Autograd mechanics; Tensor.numpy: needs a tensor that does not require grad",
)
def numpy_within_forward(program: Program) -> Iterator[Found]:
    """`h = self.a(x).detach().numpy()`, and `self.b(torch.from_numpy(h))`."""
    for function in program.each(ast.FunctionDef):
        if function.name != "forward":
            continue
        calls = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
        layers = [one for one in calls if written(one.func).startswith("self.")]
        out = [one for one in calls if written(one.func).endswith((".numpy", ".tolist")) and _of_layers(one, layers)]
        back = [one for one in calls if written(one.func).rpartition(".")[2] in _TO_TENSORS and not one.keywords]
        after = [one for one in layers if any(one.lineno > cut.lineno for cut in out)]
        if out and back and after:
            yield out[0], f"what comes before {written(out[0])} gets no gradient: it is cut off from the graph"


_TO_TENSORS = ("from_numpy", "tensor", "as_tensor", "Tensor", "FloatTensor")


def _of_layers(call: ast.Call, layers: list[ast.Call]) -> bool:
    """Whether it is asked of what a layer gave, there and then."""
    return any(one in layers for one in ast.walk(call.func))
