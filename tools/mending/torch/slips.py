"""Edits of slips that Python lets pass in PyTorch and Keras: names that nothing reads, masks that mask nothing, seeds
that repeat, outputs that lose their gradient, schedulers that wait for the wrong direction."""

import ast
import difflib

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword, names_in, with_keyword, without_keyword
from mlpilot.tools.mending.forms import (
    Edits,
    above,
    alone,
    around,
    at,
    below,
    block_of,
    given_to,
    method_calls,
    moved,
    owner,
    without,
)
from mlpilot.tools.mending.torch.ends import whole_graph
from mlpilot.tools.mending.torch.modes import loops_around
from mlpilot.tools.text import Edit, apply_edits, replace, span, text_of

_READ = ("requires_grad", "trainable")
_LOW = 'float("-inf")'
_FLAT = ("round", "sign", "heaviside")
"""Functions whose gradient is 0 wherever they have one."""


def _assignment(tree: ast.Module, found: Diagnosis) -> ast.Assign | None:
    node = next((one for one in around(tree, found.line)[::-1]), None)
    return node if isinstance(node, ast.Assign) else None


def read_name(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`parameter.require_grad = False` becomes `parameter.requires_grad = False`; of a module, `requires_grad_`."""
    node = _assignment(tree, found)
    target = node.targets[0] if node is not None else None
    if node is None or not isinstance(target, ast.Attribute):
        return
    meant = difflib.get_close_matches(target.attr, _READ, 1, 0.85)
    holder = text_of(source, target.value)
    if meant and meant[0] != target.attr:
        end = span(source, target)[1]
        yield apply_edits(source, [Edit(end - len(target.attr), end, meant[0])]), f"{holder}.{meant[0]} is set"
    if meant == ["requires_grad"]:
        text = f"{holder}.requires_grad_({text_of(source, node.value)})"
        yield replace(source, node, text), f"{holder}.requires_grad_() for all its parameters"


def masked_out(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Scores that are masked are minus infinity before the softmax; probabilities that are masked are 0 after it."""
    node = _assignment(tree, found)
    masks = [one for one in calls(node) if called(one).startswith("masked_fill")] if node is not None else []
    for call in masks[:1]:
        one = keyword(call, "value")
        value = one.value if one is not None else call.args[1] if len(call.args) > 1 else None
        if value is None:
            continue
        if text_of(source, value) in ("0", "0.0"):
            yield replace(source, value, _LOW), "what is masked has no weight: -inf before the softmax"
        elif node is not None:
            yield from _before_softmax(source, tree, node, call)
            yield replace(source, value, "0.0"), "what is masked has no weight: 0 after the softmax"


def _before_softmax(source: str, tree: ast.Module, node: ast.Assign, mask: ast.Call) -> Edits:
    """`weights = scores.softmax(-1); weights = weights.masked_fill(...)`: the mask goes first."""
    held = mask.func.value if isinstance(mask.func, ast.Attribute) else None
    if not isinstance(held, ast.Name) or node.value is not mask or not alone(source, node):
        return
    made = [one for one in given_to(tree, held.id) if one.lineno < node.lineno]
    soft = made[-1].value if made else None
    if not (isinstance(soft, ast.Call) and called(soft) == "softmax" and isinstance(soft.func, ast.Attribute)):
        return
    module = text_of(source, soft.func.value) in ("F", "torch", "nn.functional", "torch.nn.functional")
    scores = soft.args[0] if module and soft.args else soft.func.value
    inner = text_of(source, scores)
    inner = inner if isinstance(scores, ast.Name | ast.Call | ast.Attribute) else f"({inner})"
    arguments = ", ".join(text_of(source, one) for one in mask.args)
    method = text_of(source, mask.func).rpartition(".")[2].rstrip("_")
    edits = [Edit(*span(source, scores), f"{inner}.{method}({arguments})"), without(source, node)]
    yield apply_edits(source, edits), "what is masked is taken out before the softmax"


def right_way(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`ReduceLROnPlateau` is told whether more or less is better."""
    more = "takes less for better" in found.message
    steps = [owner(source, one) for one in method_calls(tree, "step") if at(one, found.line)]
    made = calls(tree, "ReduceLROnPlateau")
    named = [one.value for one in ast.walk(tree) if isinstance(one, ast.Assign)
             and text_of(source, one.targets[0]) in steps]  # fmt: skip
    for call in [one for one in made if one in named] or made[:1]:
        word = '"max"' if more else '"min"'
        said = f"the scheduler takes {'more' if more else 'less'} for better"
        if len(call.args) > 1:
            yield replace(source, call.args[1], word), said
        elif more:
            yield with_keyword(source, call, "mode", word), said
        elif (text := without_keyword(source, call, "mode")) is not None:
            yield text, said


def as_tensor(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Weights of classes that are a list or an array become a tensor of floats."""
    for call in [one for one in calls(tree) if at(one, found.line)]:
        for name in ("weight", "pos_weight"):
            one = keyword(call, name)
            if one is not None:
                text = f"torch.tensor({text_of(source, one.value)}, dtype=torch.float32)"
                yield replace(source, one.value, text), f"{name} is a tensor"


def seeded_before(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A seed that is set in each epoch is set once, above the loop; one that is set for each row is not."""
    node = next((one for one in around(tree, found.line)[::-1]), None)
    if not isinstance(node, ast.Expr) or not alone(source, node):
        return
    loops = loops_around(tree, node)
    function = next((one for one in around(tree, found.line)[::-1] if isinstance(one, ast.FunctionDef)), None)
    if loops and alone(source, loops[0]):
        text = text_of(source, node)
        text_after = apply_edits(source, [without(source, node), above(source, loops[0], text)])
        yield text_after, f"{text} once, before the loop"
    elif function is not None and len(function.body) > 1:
        yield apply_edits(source, [without(source, node)]), "no seed is set for each row"


def not_flattened(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`criterion(torch.round(out), y)` becomes `criterion(out, y)`, in the call or where the name was given."""
    for call in [one for one in calls(tree) if at(one, found.line) and len(one.args) > 1]:
        given = call.args[0]
        made = given
        if isinstance(given, ast.Name):
            named = [one.value for one in given_to(tree, given.id) if one.lineno <= call.lineno]
            made = named[-1] if named else given
        inner = _flattened(source, made)
        if inner is None:
            continue
        said = f"the loss is given what was not rounded: {inner}"
        yield replace(source, given, inner), said
        if made is not given:
            yield replace(source, made, inner), said


def _flattened(source: str, node: ast.expr) -> str | None:
    """What `torch.round(x)`, `x.round()` and `(x > 0.5).float()` were made of."""
    if isinstance(node, ast.Call) and called(node) in _FLAT:
        function = node.func
        module = isinstance(function, ast.Attribute) and text_of(source, function.value) in ("torch", "tf", "tf.math")
        if module or isinstance(function, ast.Name):
            return text_of(source, node.args[0]) if node.args else None
        return text_of(source, function.value)  # type: ignore[attr-defined]
    if isinstance(node, ast.Call) and called(node) in ("float", "to", "type", "cast", "double", "int", "long"):
        held = node.func.value if isinstance(node.func, ast.Attribute) else None
        held = node.args[0] if called(node) == "cast" and node.args else held
        return _flattened(source, held) if held is not None else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Gt | ast.GtE):
        return text_of(source, node.left)
    return None


def without_threshold(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss of one's own is computed of the probabilities themselves: `pred = (pred > 0.5).float()` goes."""
    node = next((one for one in around(tree, found.line)[::-1]), None)
    if node is None:
        return
    for one in ast.walk(node):
        inner = _flattened(source, one) if isinstance(one, ast.expr) else None
        if inner is None:
            continue
        said = "the loss is computed of the outputs themselves"
        whole = isinstance(node, ast.Assign) and node.value is one and text_of(source, node.targets[0]) == inner
        if whole and alone(source, node):
            yield apply_edits(source, [without(source, node)]), said
        yield replace(source, one, inner), said
        return


def own_graph(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """What is taken back is the loss itself, and no new tensor of its value."""
    names = {owner(source, one) for one in method_calls(tree, "backward")}
    here = [one for one in around(tree, found.line)[-1:] if isinstance(one, ast.Assign)]
    names &= names_in(here[0].targets[0]) if here else {owner(source, one) for one in method_calls(tree, "backward")
                                                       if at(one, found.line)}  # fmt: skip
    for name in sorted(names):
        for one in given_to(tree, name)[::-1]:
            stacked = _stacked(source, one.value)
            changes = [Edit(*span(source, one.value), stacked)] if stacked else whole_graph(source, one, name)
            if changes:
                yield apply_edits(source, changes), f"{name} keeps its graph"


def _stacked(source: str, value: ast.expr) -> str:
    """`torch.tensor([a, b]).sum()` as `torch.stack([a, b]).sum()`; "" for anything else."""
    inner = value
    while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and called(inner) in ("sum", "mean"):
        inner = inner.func.value
    many = isinstance(inner, ast.Call) and inner.args and isinstance(inner.args[0], ast.List | ast.ListComp)
    if not many or called(inner) not in ("tensor", "FloatTensor", "as_tensor"):
        return ""
    start, end = (one - span(source, value)[0] for one in span(source, inner))
    text = text_of(source, value)
    items = text_of(source, inner.args[0]).replace(".item()", "")  # type: ignore[attr-defined]
    return f"{text[:start]}torch.stack({items}){text[end:]}"


def assigned(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`x.to(device)` on a line of its own becomes `x = x.to(device)`."""
    for node in around(tree, found.line)[-1:]:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            name = owner(source, call)
            yield replace(source, node, f"{name} = {text_of(source, node)}"), f"{name} is what {called(call)} gives"


def head_learns(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """Where every parameter is frozen, the layer that was put in above is put in below; or the last one learns on."""
    frozen = [one for one in around(tree, found.line) if isinstance(one, ast.For)][-1:]
    for loop in frozen:
        model = text_of(source, loop.iter).partition(".parameters")[0].partition(".named_parameters")[0]
        body = block_of(tree, loop)
        before = [one for one in body[: body.index(loop)] if isinstance(one, ast.Assign)]
        made = [one for one in before if isinstance(one.value, ast.Call)
                and text_of(source, one.targets[0]).startswith(f"{model}.")]  # fmt: skip
        for one in made[::-1]:
            if alone(source, one) and alone(source, loop):
                name = text_of(source, one.targets[0])
                yield moved(source, one, loop, under=True), f"{name} is put in once the others are frozen"
        head = _last_layer(source, tree, model)
        if head and alone(source, loop):
            yield apply_edits(source, [below(source, loop, f"{head}.requires_grad_(True)")]), f"{head} goes on learning"


def _last_layer(source: str, tree: ast.Module, model: str) -> str:
    """`model[-1]` of a Sequential, `model.head` of a class whose last layer is called so; "" where neither is seen."""
    made = [one.value for one in ast.walk(tree) if isinstance(one, ast.Assign)
            and text_of(source, one.targets[0]) == model and isinstance(one.value, ast.Call)]  # fmt: skip
    if made and called(made[-1]) == "Sequential":
        return f"{model}[-1]"
    kinds = [one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and made and one.name == called(made[-1])]
    held = [one for kind in kinds for one in ast.walk(kind) if isinstance(one, ast.Assign)]
    layers = [text_of(source, one.targets[0]) for one in held if isinstance(one.value, ast.Call)
              and called(one.value) in ("Linear", "Sequential", "Conv2d")]  # fmt: skip
    return model + layers[-1].removeprefix("self") if layers and layers[-1].startswith("self.") else ""
