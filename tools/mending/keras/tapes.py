"""Edits of where gradients are lost: NumPy within a loss or a model, a loss that the tape does not see."""

import ast

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, names_in
from mlpilot.tools.mending.forms import (
    Edits,
    alone,
    around,
    block_of,
    imported_as,
    indent,
    statement_of,
    without,
    written_as,
)
from mlpilot.tools.text import Edit, apply_edits, span, text_of

_TENSORFLOW = {
    "mean": "reduce_mean", "sum": "reduce_sum", "max": "reduce_max", "min": "reduce_min", "prod": "reduce_prod",
    "log": "math.log", "abs": "abs", "sqrt": "sqrt", "square": "square", "exp": "exp", "maximum": "maximum",
    "minimum": "minimum", "where": "where", "power": "pow", "sign": "sign", "tanh": "tanh", "dot": "tensordot",
    "concatenate": "concat", "stack": "stack", "clip": "clip_by_value", "round": "round", "log1p": "math.log1p",
}  # fmt: skip
_TORCH = {
    **{name: name for name in ("mean", "sum", "log", "abs", "sqrt", "square", "exp", "maximum", "minimum", "where",
                               "sign", "tanh", "stack", "clip", "sin", "cos", "log1p", "matmul", "prod")},
    "concatenate": "cat", "power": "pow",
}  # fmt: skip
_OUT = ("numpy", "detach", "cpu", "tolist")
_BACK = ("from_numpy", "as_tensor", "tensor", "convert_to_tensor", "constant", "Tensor", "FloatTensor")


def of_tensors(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """A loss, a layer or a model computes with tensors from its first line to its last."""
    functions = [one for one in around(tree, found.line) if isinstance(one, ast.FunctionDef)]
    if not functions:
        return
    torch = any(isinstance(one, ast.Import) and any(name.name == "torch" for name in one.names) for one in tree.body)
    numpy = written_as(tree, "numpy", "np")
    for module, names in _modules(tree, torch):
        edits, unknown = _with_tensors(source, functions[-1], numpy, module, names)
        if edits and not unknown:
            yield apply_edits(source, edits), f"{functions[-1].name} computes with tensors"


def _modules(tree: ast.Module, torch: bool) -> list[tuple[str, dict[str, str] | None]]:
    """What may take NumPy's place: (how it is called, its names for NumPy's; None where they are the same)."""
    if torch:
        return [("torch", _TORCH)]
    found: list[tuple[str, dict[str, str] | None]] = []
    if ops := imported_as(tree, "keras.ops"):
        found.append((ops, None))
    if tensorflow := imported_as(tree, "tensorflow"):
        found.append((tensorflow, _TENSORFLOW))
    if keras := imported_as(tree, "keras"):
        found.append((f"{keras}.ops", None))
    return found


def _with_tensors(
    source: str, function: ast.FunctionDef, numpy: str, module: str, names: dict[str, str] | None
) -> tuple[list[Edit], bool]:
    """The edits, and whether something of NumPy is left that has no other name."""
    edits, unknown = [], False
    for call in calls(function):
        held = call.func.value if isinstance(call.func, ast.Attribute) else None
        if held is None:
            continue
        if called(call) in _OUT and not call.args and text_of(source, held) != numpy:
            edits.append(Edit(span(source, held)[1], span(source, call)[1], ""))
        elif called(call) in _BACK and call.args and isinstance(held, ast.Name) and held.id == module:
            start, end = span(source, call.args[0])
            edits += [Edit(span(source, call)[0], start, ""), Edit(end, span(source, call)[1], "")]
        elif text_of(source, held) == numpy:
            name = called(call) if names is None else names.get(called(call), "")
            unknown |= not name
            edits.append(Edit(*span(source, call.func), f"{module}.{name}"))
    return edits, unknown


def within_the_tape(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """The model is called, and its loss computed, while the tape runs."""
    del found
    tapes = [one for one in ast.walk(tree) if isinstance(one, ast.With)
             and any("GradientTape" in text_of(source, item.context_expr) for item in one.items)]  # fmt: skip
    for tape in tapes:
        body = block_of(tree, tape)
        named = {one.optional_vars.id for one in tape.items if isinstance(one.optional_vars, ast.Name)}
        asked = [one for node in body for one in calls(node, "gradient") if names_in(one.func) & named and one.args]
        if not asked:
            continue
        last = statement_of(tree, asked[0])
        wanted = names_in(asked[0].args[0]) | {name for one in tape.body for name in names_in(one)}
        moved: list[ast.stmt] = []
        for one in body[: body.index(last)][::-1]:
            if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call | ast.BinOp):
                bound = {name for target in one.targets for name in names_in(target)}
                if bound & wanted:
                    moved.insert(0, one)
                    wanted |= names_in(one.value)
        if moved and all(alone(source, one) for one in moved):
            yield _into(source, tape, moved), "the loss is computed while the tape runs"


def _into(source: str, tape: ast.With, moved: list[ast.stmt]) -> str:
    """These statements of the block as the first or last of what the tape runs over, by where they stood."""
    pad = indent(source, tape.body[0])
    idle = [one for one in tape.body if isinstance(one, ast.Pass)]
    kept = [text_of(source, one) for one in tape.body if one not in idle]
    texts = [[text_of(source, one) for one in moved if (one.lineno < tape.lineno) is first] for first in (True, False)]
    start, end = span(source, tape.body[0])[0], span(source, tape.body[-1])[1]
    watched = [one for one in kept if ".watch(" in one]
    rest = [one for one in kept if one not in watched]
    lines = f"\n{pad}".join([*watched, *texts[0], *rest, *texts[1]])
    return apply_edits(source, [Edit(start, end, lines), *(without(source, one) for one in moved)])
