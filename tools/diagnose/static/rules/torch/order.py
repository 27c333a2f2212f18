"""PyTorch: which axis of a batch is which, where a loader stacks rows and a layer or a view takes another order.

Sources: PyTorch, nn.LSTM (batch_first), DataLoader (default_collate stacks along the first axis), Tensor.view.
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import (
    argument,
    classes,
    held_by,
    methods,
    own,
    parameters,
    scopes,
    settings,
)
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.syntax import called, names_in

_RECURRENT = ("LSTM", "GRU", "RNN")
_KEEPS_AXES = listed(
    "float long int double half to cuda cpu relu tanh dropout detach clone contiguous Variable requires_grad_"
)
_MOVES = re.compile(r"permute|transpose|movedim|rearrange|swapaxes|\.t\(\)|\.T\b|\.mT\b")


def stacked_rows_for_steps(program: Program) -> Iterator[tuple[ast.AST, str]]:
    """Recurrent layers that take steps first, and are given what a loader stacked, rows first, as it came."""
    for home in classes(program):
        known = methods(home)
        body, start = known.get("forward"), known.get("__init__")
        if body is None or start is None:
            continue
        recurrent = {
            written(node.targets[0]): node.value
            for node in own(start)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _steps_first(node.value)
        }
        made = next(_untouched(body, recurrent), None) if recurrent else None
        if made is not None and (loader := _given_from_loader(program, home)):
            yield made, f"nn.{called(made)} takes steps first, and {loader} stacks rows first: batch_first=True"


def _steps_first(node: ast.Call) -> bool:
    if called(node) not in _RECURRENT or any(word.arg is None for word in node.keywords):
        return False
    told = argument(node, "batch_first", 4)
    return told is None or (isinstance(told, ast.Constant) and told.value is False)


def _untouched(body: ast.FunctionDef, recurrent: dict[str, ast.Call]) -> Iterator[ast.Call]:
    """Recurrent layers that get what forward was given, by way of layers that leave the axes where they are."""
    direct = set(parameters(body)[1:2])
    if _MOVES.search(" ".join(written(one, 2000) for one in body.body)) and _moved_before(body, recurrent):
        return
    for node in own(body):
        for call in ast.walk(node) if isinstance(node, ast.Assign | ast.Return) else ():
            layer = written(call.func) if isinstance(call, ast.Call) else ""
            if layer in recurrent and call.args and _as_given(call.args[0], direct):  # type: ignore[attr-defined]
                yield recurrent[layer]
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            (direct.add if _as_given(node.value, direct) else direct.discard)(name)


def _moved_before(body: ast.FunctionDef, recurrent: dict[str, ast.Call]) -> bool:
    """Whether axes are moved in a line before the first of these layers is called, or in that very line."""
    for line in body.body:
        if _MOVES.search(written(line, 2000)):
            return True
        if any(isinstance(one, ast.Call) and written(one.func) in recurrent for one in ast.walk(line)):
            return False
    return False


def _as_given(node: ast.expr, direct: set[str]) -> bool:
    """Whether an expression has its first two axes where the input has them."""
    if isinstance(node, ast.Name):
        return node.id in direct
    if not isinstance(node, ast.Call):
        return False
    if re.match(r"self\.\w*(emb|drop|norm|lin|fc|dense|proj|word|lookup)\w*$", written(node.func), re.IGNORECASE):
        return len(node.args) == 1 and _as_given(node.args[0], direct)
    if called(node) in _KEEPS_AXES:
        owner = held_by(node)
        module = owner is None or written(owner) in ("F", "torch", "nn.functional")
        return (
            _as_given(node.args[0], direct) if module and node.args else owner is not None and _as_given(owner, direct)
        )
    return False


def _given_from_loader(program: Program, home: ast.ClassDef) -> str:
    """The loader whose rows go into a model of this class as they come; nothing if there is none."""
    loaders = {
        call.alias
        for call in program.trace.of("DataLoader")
        if call.alias and not call.kwargs.keys() & {"collate_fn", "batch_sampler"} and call.get("batch_size", 1)
    }
    loops = {
        name: (loop, written(loop.iter))
        for loop in program.each(ast.For)
        if names_in(loop.iter) & loaders
        for name in names_in(loop.target)
    }
    for call in program.trace.calls:
        model = call.receiver if call.path == ".__call__" else None
        if not isinstance(model, Instance) or model.own is None or model.own.node is not home or not call.node.args:
            continue
        given = call.node.args[0]
        if isinstance(given, ast.Name) and given.id in loops:
            loop, text = loops[given.id]
            again = [one.value for one in ast.walk(loop) if isinstance(one, ast.Assign)
                     and given.id in {name.id for target in one.targets for name in ast.walk(target)
                                      if isinstance(name, ast.Name)}]  # fmt: skip
            if all(_plain(one, given.id) for one in again) and "enumerate" not in given.id:
                return next(iter(sorted(names_in(loop.iter) & loaders)), text)
    return ""


def _plain(node: ast.expr, name: str) -> bool:
    """`x.to(device)`, `(x.to(device), y.to(device))`, `Variable(x)`."""
    found = node.elts if isinstance(node, ast.Tuple) else [node]
    return all(_as_given(one, {name}) or name not in names_in(one) for one in found)


@rule(
    "TORCH323",
    "classes-torn-by-view",
    "error",
    "classes are the second axis, and a view takes them for the last",
    remedy="scores.permute(0, 2, 1).reshape(-1, classes), or loss(scores, labels) as they are",
    source="PyTorch, Tensor.view: keeps the order in memory; CrossEntropyLoss: input of shape (N, C, d1, ...)",
)
def classes_torn(program: Program) -> Iterator[Found]:
    """`n, c, t = scores.shape`, and `scores.reshape(-1, c)`; `loss(conv_out.view(-1, 21), masks.view(-1))`."""
    for scope in scopes(program):
        axes = [(written(node.value).partition(".")[0], [written(one) for one in node.targets[0].elts])
                for node in own(scope) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
                and len(node.targets[0].elts) in (3, 4)
                and re.match(r"\w+\.(shape|size\(\))$", written(node.value))]  # fmt: skip
        known = settings(scope)
        for node in own(scope) if axes else ():
            of = _flat(node)
            if of is None:
                continue
            for name, sizes in axes:
                derived = name in names_in(of[0]) or any(name in names_in(one) for one in _values(of[0], known))
                chain = " ".join([written(of[0], 400), *(written(one, 400) for one in _values(of[0], known))])
                if derived and of[1] == sizes[1] and not _MOVES.search(chain) and "mean" not in chain:
                    yield (
                        node,
                        f"{written(node, 60)} tears {sizes[1]} apart: they are axis 1 of {name}, and not the last",
                    )
    yield from _of_convolutions(program)


def _flat(node: ast.AST) -> tuple[ast.expr, str] | None:
    """(what is viewed, the size of the last axis) of `x.view(-1, c)`."""
    if not isinstance(node, ast.Call) or called(node) not in ("view", "reshape") or len(node.args) != 2:
        return None
    owner = held_by(node)
    return (owner, written(node.args[1])) if owner is not None and written(node.args[0]) == "-1" else None


def _values(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[ast.expr]:
    return [value for name in names_in(node) for value in known.get(name, [])]


def _of_convolutions(program: Program) -> Iterator[Found]:
    """A loss of `scores.view(-1, classes)`, where a convolution gave the scores for each pixel."""
    made = {call.node: call for call in program.trace.of("view", "reshape")}
    flat_labels = any(
        re.search(r"\.(view|reshape)\(-1\)$|\.flatten\(\)$", written(call.node.args[1], 200))
        for call, *_ in losses(program)
        if len(call.node.args) > 1
    )
    for call in made.values() if flat_labels else ():
        data, of = call.receiver, _flat(call.node)
        if of is None or not isinstance(data, Data) or data.last != "conv" or call.inside[-1:] != ("forward",):
            continue
        shape, last = data.shape or (), call.args[-1] if call.args else None
        pixels = len(shape) == 4 and shape[1] not in (None, 1) and shape[2:] != (1, 1)
        if pixels and getattr(last, "value", None) == shape[1] and "moved axes" not in data.flags:
            yield call.node, f"{written(call.node, 60)} mixes the pixels of the classes: they are axis 1, not the last"
            return
    for call, name, _ in losses(program):
        first = call.node.args[0] if call.node.args else None
        viewed = made.get(first) if isinstance(first, ast.Call) else None
        data = viewed.receiver if viewed is not None else None
        if name not in ("CrossEntropyLoss", "NLLLoss") or viewed is None or not isinstance(data, Data):
            continue
        shape, of = data.shape or (), _flat(viewed.node)
        last = viewed.args[-1] if viewed.args else None
        same = len(shape) == 4 and shape[1] is not None and getattr(last, "value", None) == shape[1]
        if of is not None and same and data.last == "conv" and "moved axes" not in data.flags:
            yield (
                viewed.node,
                f"{written(viewed.node, 60)} mixes the pixels of the classes: they are axis 1, not the last",
            )
