"""PyTorch: models, optimisers, loaders and data sets.

Sources: PyTorch, torch.nn and torch.optim; Humbatova et al. 2020 (model, tensors and inputs); NeuraLint.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.fitting import misfit, of_a_turn, through
from mlpilot.tools.diagnose.static.facts.syntax import method_of
from mlpilot.tools.diagnose.static.libraries import estimators, nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, path_of, written
from mlpilot.tools.diagnose.static.reading.values import (
    Class,
    Const,
    Data,
    Instance,
    Seq,
    Table,
    Value,
    constant,
    number,
)
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards


def optimisers(program: Program) -> list[Instance]:
    """Optimisers of PyTorch: not schedulers, nor averages of a model."""
    return [
        one
        for one in program.trace.instances
        if one.path.startswith("torch.optim.") and not one.path.startswith(("torch.optim.lr_", "torch.optim.swa_"))
    ]


def modules(program: Program) -> Iterator[tuple[ast.ClassDef, list[Value]]]:
    """Classes of the program that are models of PyTorch."""
    for node, bases in program.trace.bases:
        if any(path_of(base) in ("torch.nn.Module", "torch.nn.modules.Module") for base in bases):
            yield node, bases


@rule(
    "TORCH201",
    "forward-returns-nothing",
    "error",
    "forward returns nothing",
    remedy="return the output",
    source="PyTorch, nn.Module",
)
def forward_returns(program: Program) -> Iterator[Found]:
    """A `forward` without `return`."""
    for node, _ in modules(program):
        forward = method_of(node, "forward")
        if forward is None or (forward.returns is not None and written(forward.returns) == "None"):
            continue
        if all(isinstance(one, ast.Pass) or _is_text(one) for one in forward.body):
            continue  # to be written by those that inherit it
        inner = list(ast.walk(forward))
        if not any(isinstance(one, ast.Return | ast.Raise | ast.Yield) for one in inner):
            yield forward, f"{node.name}.forward returns nothing: the model's output is None"


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text or an ellipsis by itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@rule(
    "TORCH202",
    "super-init-missing",
    "error",
    "layers before super().__init__()",
    remedy="call super().__init__() first",
    source="PyTorch, nn.Module",
)
def super_init(program: Program) -> Iterator[Found]:
    """An `__init__` that makes layers and never calls that of `nn.Module`."""
    for node, bases in modules(program):
        start = method_of(node, "__init__")
        if start is None or any(isinstance(base, Class) for base in bases):
            continue
        called = any(isinstance(one, ast.Attribute) and one.attr == "__init__" for one in ast.walk(start))
        stores = any(isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) for one in ast.walk(start))
        if stores and not called:
            yield start, f"{node.name}.__init__ makes layers without super().__init__()"


@rule(
    "TORCH203",
    "layers-in-plain-list",
    "error",
    "layers in a plain list",
    remedy="nn.ModuleList([...]) (or nn.ModuleDict)",
    source="PyTorch, nn.ModuleList",
)
def plain_list(program: Program) -> Iterator[Found]:
    """`self.layers = [nn.Linear(...), ...]`."""
    held = {
        id(value)
        for one in program.trace.instances
        if one.library == "torch"
        for given in one.args
        for value in (given.items if isinstance(given, Seq) else [given])
    }
    for target, base, value, _ in program.trace.stored:
        listed = isinstance(value, Seq) and value.kind == "list"
        if not isinstance(target, ast.Attribute) or not (listed or isinstance(value, Table)):
            continue
        layers = [one for one in estimators.stacked(value) if nets.is_module(one)]
        mine = nets.is_module(base) and isinstance(base, Instance) and base.own is not None
        by_hand = not listed and program.names & {"add_module", "setattr", "register_module", "ModuleDict"}
        if layers and mine and not by_hand and not any(id(one) in held for one in layers):
            kind = "list" if listed else "dict"
            yield target, f"self.{target.attr} is a plain {kind}: its layers are not the model's, and are never trained"


@rule(
    "TORCH204",
    "layer-sizes-differ",
    "error",
    "a layer is given another size than it takes",
    remedy="let the sizes of consecutive layers fit",
    source="Humbatova et al. 2020, tensors and inputs: wrong shape",
)
def sizes(program: Program) -> Iterator[Found]:
    """`Linear(10, 20)` and then `Linear(30, 1)`."""
    for call in program.trace.calls:
        if call.path == ".__call__" and isinstance(call.receiver, Instance) and call.args and not of_a_turn(call):
            data = as_data(call.args[0])
            if data is not None and call.receiver.path == "torch.nn.Sequential" and len(data.shape or ()) in (2, 4):
                yield from through(call.receiver, data, call.node)
            wrong = misfit(call.receiver, data) if data is not None and call.receiver.library == "torch" else ""
            if wrong:
                place = call.receiver.node if data is not None and data.last else call.node
                yield place, f"{written(call.node.func)} {wrong}"
    for one in program.trace.instances:
        if one.path == "torch.nn.Sequential" and not any(
            isinstance(value, Seq) and not value.whole for value in one.args
        ):
            yield from through(one, Data(), one.node)


@rule(
    "TORCH205",
    "no-activation-between",
    "warning",
    "two linear layers and nothing between them",
    remedy="put an activation (nn.ReLU) between them",
    source="NeuraLint (Nikanjam et al. 2021); Humbatova et al. 2020",
)
def no_activation(program: Program) -> Iterator[Found]:
    """`Linear, Linear` in `nn.Sequential`, `fc2(fc1(x))` in `forward`."""
    for one in program.trace.instances:
        if one.path != "torch.nn.Sequential" or not program.names & _TRAINS:
            continue
        before: Instance | None = None
        for layer in nets.held_layers(one):  # of one within it, the answers may be wanted
            if isinstance(layer, Instance) and layer.name == "Linear" and layer.library == "torch":
                if before is not None and not _narrow(before, layer):
                    yield layer.node, "two Linear layers follow each other with no activation between: they are one"
                before = layer
            elif not (isinstance(layer, Instance) and layer.name in ("Dropout", "BatchNorm1d", "Flatten")):
                before = None
    yield from _bare_lists(program)
    for call in program.trace.calls if not program.only_shows else ():
        data = as_data(call.args[0]) if call.args else None
        called = call.receiver if call.path == ".__call__" else None
        if not isinstance(called, Instance) or called.path != "torch.nn.Linear" or data is None:
            continue
        name, numbered = _attribute(call), written((call.args and call.node.args[0]) or call.node)
        plain = _numbered(name) and data.last == "linear" and call.inside[-1:] == ("forward",)
        if plain and not program.names & {"MultiheadAttention", "bmm", "attention", "einsum", "matmul", "LayerNorm"}:
            yield call.node, f"{name}({numbered}) follows another Linear layer with no activation between: they are one"


def _bare_lists(program: Program) -> Iterator[Found]:
    """`for layer in self.layers: x = layer(x)`, where `self.layers` holds Linear layers alone, more than one."""
    for target, _, value, _ in program.trace.stored:
        if (
            not isinstance(value, Instance)
            or value.path != "torch.nn.ModuleList"
            or not isinstance(target, ast.Attribute)
        ):
            continue
        layers, given = nets.sequential_layers(value), value.args[0] if value.args else None
        several = len(layers) > 1 or (isinstance(given, Seq) and not given.whole)
        if not layers or not several or not all(getattr(one, "path", "") == "torch.nn.Linear" for one in layers):
            continue
        for node in program.each(ast.For):
            if written(node.iter) != written(target) or len(node.body) != 1:
                continue
            line, layer = node.body[0], written(node.target)
            call = line.value if isinstance(line, ast.Assign) and len(line.targets) == 1 else None
            plain = isinstance(call, ast.Call) and written(call.func) == layer and len(call.args) == 1
            if plain and written(call.args[0]) == written(line.targets[0]):  # type: ignore[union-attr,attr-defined]
                yield (
                    line,
                    f"{written(line)} for one Linear layer after the other, and no activation between: they are one",
                )


_TRAINS = listed("forward backward optim optimizer criterion Module")
"""What a program mentions that means to train: without, two layers in a row only show how something is called."""


def _narrow(before: Instance, after: Instance) -> bool:
    """A bottleneck on purpose: narrower than what is on both sides."""
    middle, first, last = (
        number(one)
        for one in (
            before.argument("out_features", 1),
            before.argument("in_features", 0),
            after.argument("out_features", 1),
        )
    )
    return None not in (middle, first, last) and middle < first and middle < last  # type: ignore[operator]


def _attribute(call: Call) -> str:
    return call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""


def _numbered(name: str) -> bool:
    words = tokens(name)
    return bool(words) and words[0] in (
        "fc",
        "linear",
        "lin",
        "layer",
        "dense",
        "hidden",
        "l",
        "out",
        "output",
        "input",
    )


@rule(
    "TORCH206",
    "optimiser-of-nothing",
    "error",
    "the optimiser is not given the model's parameters",
    remedy="optim.Adam(model.parameters(), lr=...)",
    source="PyTorch, torch.optim: Constructing it",
)
def of_nothing(program: Program) -> Iterator[Found]:
    """`optim.SGD(model, lr=0.1)`; the parameters of another model than the one that is trained."""
    trained = {
        data.made_by.serial: data.made_by
        for call in program.trace.calls
        if isinstance(call.result, Data)
        and call.result.kind == "loss"
        and call.args
        and (data := as_data(call.args[0])) is not None
        and isinstance(data.made_by, Instance)
    }
    found = optimisers(program)
    for one in found:
        given = one.argument("params", 0)
        if nets.is_module(given):
            yield one.node, f"{one.name} is given the model itself instead of its parameters()"
        elif (
            isinstance(given, Data)
            and given.kind == "parameters"
            and isinstance(given.made_by, Instance)
            and len(found) == 1
        ):
            owner = given.made_by
            if len(trained) == 1 and owner.serial not in trained and owner.own is not None and owner.fits == []:
                other = next(iter(trained.values()))
                if other.own is not None and not _part_of(owner, other) and not _part_of(other, owner):
                    yield (
                        one.node,
                        f"{one.name} is given the parameters of another model than the one whose loss is computed",
                    )


def _part_of(owner: Instance, whole: Instance) -> bool:
    return any(value is owner for value in whole.attrs.values()) or any(value is owner for value in whole.args)


@rule(
    "TORCH207",
    "model-changed-after-optimiser",
    "error",
    "the model is changed after the optimiser was made",
    remedy="make the optimiser after the last change of the model",
    source="PyTorch, torch.optim: Constructing it",
)
def changed_later(program: Program) -> Iterator[Found]:
    """`optimizer = Adam(model.parameters()); model.fc = nn.Linear(...)`."""
    known = optimisers(program)
    last = max((call.order for call in program.trace.calls if call.result in known), default=0)
    for one in known:
        given = one.argument("params", 0)
        owner = given.made_by if isinstance(given, Data) else None
        if not isinstance(owner, Instance):
            continue
        made = next((call.order for call in program.trace.calls if call.result is one), 0)
        for order, name, value in owner.notes.get("stored", []):
            if order > made and last <= order and nets.is_module(value) and made:
                line = getattr(one.node, "lineno", 0)
                yield (
                    value.node,
                    f"{name} is replaced after {one.name} was given the parameters (line {line}): it is never trained",
                )


@rule(
    "TORCH208",
    "everything-frozen",
    "error",
    "every parameter is frozen",
    remedy="leave the last layers trainable, or put a new layer in after freezing",
    source="PyTorch, Transfer Learning tutorial",
)
def frozen(program: Program) -> Iterator[Found]:
    """`for p in model.parameters(): p.requires_grad = False`, and nothing after it."""
    if not backwards(program):
        return
    ons = any(
        isinstance(value, Const)
        and value.value is True
        and isinstance(target, ast.Attribute)
        and target.attr == "requires_grad"
        for target, _, value, _ in program.trace.stored
    )
    for node in program.nodes:
        plain = isinstance(node, ast.For) and len(node.body) == 1 and isinstance(node.body[0], ast.Assign)
        if not plain or ons:
            continue
        stored = next((one for one in program.trace.stored if one[0] is node.body[0].targets[0]), None)  # type: ignore[attr-defined]
        if stored is None or not isinstance(stored[0], ast.Attribute) or stored[0].attr != "requires_grad":
            continue
        base = stored[1]
        owner = base.made_by if isinstance(base, Data) and base.kind == "parameters" else None
        if constant(stored[2]) is False and isinstance(owner, Instance) and _trained_whole(program, owner):
            later = [value for _, _, value in owner.notes.get("stored", []) if nets.is_module(value)]
            if not any(getattr(value.node, "lineno", 0) > node.lineno for value in later):  # type: ignore[attr-defined]
                yield (
                    node,
                    f"every parameter of {owner.name} is frozen, and nothing new is put in after: nothing is learnt",
                )


def _trained_whole(program: Program, owner: Instance) -> bool:
    """Whether each optimiser has this model's parameters: it is no teacher of another."""
    parts = [owner, *owner.attrs.values()]
    found = [one.argument("params", 0) for one in optimisers(program)]
    return bool(found) and all(
        isinstance(given, Data) and any(given.made_by is part for part in parts) for given in found
    )


@rule(
    "TORCH215",
    "unused-layer",
    "note",
    "a layer that forward does not use",
    remedy="use it, or leave it out",
    source="NeuraLint; Humbatova et al. 2020, missing layer",
)
def unused_layer(program: Program) -> Iterator[Found]:
    """`self.fc2 = nn.Linear(...)`, and no `fc2` in any method."""
    for node, bases in modules(program):
        start, forward = method_of(node, "__init__"), method_of(node, "forward")
        if start is None or forward is None or any(isinstance(base, Class) for base in bases):
            continue
        text = [one for method in node.body if method is not start for one in ast.walk(method)]
        used = {one.attr for one in text if isinstance(one, ast.Attribute)}
        if used & {"children", "modules", "named_children", "_modules"} or "getattr" in {
            one.id for one in text if isinstance(one, ast.Name)
        }:
            continue
        for target, base, value, _ in program.trace.stored:
            mine = isinstance(base, Instance) and base.own is not None and base.own.node is node
            inner = isinstance(value, Instance) and value.library == "torch" and value.own is None
            if (
                mine
                and inner
                and isinstance(target, ast.Attribute)
                and target.attr not in used
                and _once(program, target.attr)
            ):
                yield target, f"self.{target.attr} is made, and forward never uses it"


def _once(program: Program, name: str) -> bool:
    return sum(node.attr == name for node in program.each(ast.Attribute)) == 1
