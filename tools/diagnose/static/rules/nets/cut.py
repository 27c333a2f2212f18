"""Losses of one's own that no gradient comes back through, and steps that see the last batch alone.

Sources: PyTorch, Autograd mechanics; TensorFlow, "Introduction to gradients and automatic differentiation: getting a
gradient of None"; Humbatova et al. 2020 (wrong loss function calculation); Islam et al. 2019.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import held_by, own
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Function, Instance, own_method
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, is_torch, steps
from mlpilot.tools.diagnose.syntax import called, names_in

_CUTS = frozenset(
    (
        *("round", "argmax", "sign", "floor", "ceil", "int", "long", "numpy", "item", "detach", "tolist", "bool"),
        *("greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "gt", "ge", "lt", "le", "eq", "ne"),
        *("ones_like", "zeros_like", "shape", "size", "rank", "stop_gradient", "histc", "histogram_fixed_width"),
    )
)
"""What gives numbers that a gradient does not come back through."""
_PASSES_ON = frozenset(("custom_gradient", "py_function", "numpy_function", "autograd", "apply"))
"""What may have a gradient of its own, or none, whatever stands in it."""
_OUTPUT = re.compile(r"pred|out|logit|prob|score|hat|recon|input|mask|imag|^(p|y|x|yp|z|h|o)\d?$", re.IGNORECASE)
"""How functions call what a model gave."""
_WHOLE = ("int32", "int64", "int8", "uint8", "bool", "long")


def _cut_parameter(function: ast.FunctionDef | ast.Lambda, at: int) -> tuple[ast.AST, str] | None:
    """(place, name) where a parameter loses its gradient, if nothing that is returned has it any more."""
    names = [one.arg for one in function.args.args]
    if at >= len(names) or any(called(one) in _PASSES_ON for one in ast.walk(function)):
        return None
    name = names[at]
    if isinstance(function, ast.Lambda):
        return (function, name) if name in names_in(function.body) and not _reaches(function.body, {name}) else None
    live, place, returned = {name}, None, False
    for node in own(function):
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.With | ast.Try):
            return None
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return) or value is None:
            continue
        reaches = _reaches(value, live)
        if not reaches and place is None and names_in(value) & live and not _is_size(value):
            place = node
        if isinstance(node, ast.Return):
            if reaches:
                return None
            returned = True
        elif not isinstance(node, ast.AugAssign):
            _assigned(node, live, reaches, node in function.body)
        elif reaches:
            live |= names_in(node.target)
    return (place, name) if place is not None and returned else None


def _assigned(node: ast.Assign | ast.AnnAssign, live: set[str], reaches: bool, always: bool) -> None:
    """Names that have the gradient after an assignment."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        found = names_in(target)
        second = (
            isinstance(target, ast.Tuple) and len(target.elts) == 2 and called(node.value) in ("max", "min", "topk")
        )
        if second and isinstance(target, ast.Tuple):  # the second is where the largest stands
            found = names_in(target.elts[0])
        if reaches:
            live |= found
        elif isinstance(target, ast.Name) and always:
            live -= found


def _reaches(node: ast.AST, live: set[str]) -> bool:
    """Whether a gradient comes back through an expression to one of these names."""
    if isinstance(node, ast.Name):
        return node.id in live
    if isinstance(node, ast.Compare | ast.Constant):
        return False
    if isinstance(node, ast.Attribute) and node.attr in ("shape", "data", "dtype", "ndim", "device"):
        return False
    if isinstance(node, ast.Subscript):
        return _reaches(node.value, live)
    if isinstance(node, ast.Call):
        name, given = called(node), [*node.args, *(one.value for one in node.keywords)]
        if name in _CUTS or (name == "cast" and given and written(given[-1]).rpartition(".")[2].strip("'\"") in _WHOLE):
            return False
        if name == "where" and len(given) == 3:
            given = given[1:]
        inner = held_by(node)
        return any(_reaches(one, live) for one in ([inner, *given] if inner is not None else given))
    return any(_reaches(one, live) for one in ast.iter_child_nodes(node))


def _is_size(node: ast.expr) -> bool:
    """Whether it only asks for how large something is."""
    words = {called(one) for one in ast.walk(node)} | {
        one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)
    }
    return bool(words & {"shape", "size", "len", "rank", "dtype", "device", "ndim"})


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
        judged = own_method(call.receiver, "forward") if isinstance(call.receiver, Instance) else None
        inner = [judged.node] if judged is not None and isinstance(judged.node, ast.FunctionDef) else []
        named = [one for one in program.each(ast.FunctionDef) if one.name == call.node.func.id]
        for function in inner or named:
            if function not in told:
                at = 1 if inner else 0
                named_so = [one.arg for one in function.args.args][at : at + 1]
                outputs = bool(named_so) and bool(_OUTPUT.search(named_so[0]))
                found = _cut_parameter(function, at) if outputs else None
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
        given, at = call.get("loss", 1), 1
        if isinstance(given, Instance) and (judged := own_method(given, "call")) is not None:
            given, at = judged, 2
        if isinstance(given, Function) and isinstance(given.node, ast.FunctionDef | ast.Lambda):
            found = _cut_parameter(given.node, at)
            name = getattr(given.node, "name", "it")
            if found is not None:
                yield found[0], f"{found[1]} loses its gradient here, and the model is to learn from {name}"


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
