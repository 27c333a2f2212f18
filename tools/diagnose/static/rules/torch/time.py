"""PyTorch: schedules, recurrent states, weights that nobody optimises, checkpoints, starting values.

Sources: PyTorch, "How to adjust learning rate", nn.RNN, nn.LSTM, "Saving and Loading Models", nn.init, torch.load
(2.6); Glorot and Bengio 2010; Humbatova et al. 2020.
"""

import ast
from collections.abc import Iterator, Sequence

from mlpilot.tools.diagnose.static.facts.weights import hidden_weights
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Const, Data, Instance, Seq, constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, is_torch, steps

_BY_EPOCH = listed("StepLR MultiStepLR ExponentialLR ReduceLROnPlateau LambdaLR")
_BY_BATCH = listed("OneCycleLR CyclicLR")
_RATES = "PyTorch, How to adjust learning rate"
_WEIGHTLESS = listed("Flatten Identity Softmax LogSoftmax DataParallel Upsample ZeroPad2d Unflatten PixelShuffle")


def _schedulers(program: Program) -> list[Instance]:
    return [one for one in program.trace.instances if "lr_scheduler" in one.path]


@rule(
    "TORCH017",
    "schedule-at-the-wrong-time",
    "warning",
    "the learning rate changes with every batch, or too seldom",
    remedy="scheduler.step() once for each epoch; OneCycleLR and CyclicLR once for each batch",
    source=_RATES,
)
def schedule_time(program: Program) -> Iterator[Found]:
    """`StepLR`'s step in the loop over batches, `OneCycleLR`'s in the loop over epochs."""
    taken = [one for one in steps(program) if one.loops]
    for call in program.trace.of("step"):
        scheduler = call.receiver
        if not isinstance(scheduler, Instance) or "lr_scheduler" not in scheduler.path or not call.loops or not taken:
            continue
        inner = max(taken, key=lambda one: len(one.loops))
        if len(inner.loops) < 2 or not isinstance(inner.loops[-1], ast.For):
            continue
        in_batches = call.loops[-1] is inner.loops[-1]
        size = number(scheduler.argument("step_size", 1))
        slow = scheduler.name == "StepLR" and (size is None or size >= 100)
        with_steps = not call.conditions or call.conditions == inner.conditions
        if in_batches and scheduler.name in _BY_EPOCH - {"LambdaLR"} and not slow and with_steps:
            yield call.node, f"{scheduler.name} is stepped with every batch: the learning rate is gone within an epoch"
            return
        if (
            scheduler.name in _BY_BATCH
            and call.loops[-1] is inner.loops[-2]
            and not scheduler.argument("total_steps")
            and (scheduler.argument("epochs") is not None or scheduler.name == "CyclicLR")
        ):
            yield call.node, f"{scheduler.name} counts batches, and is stepped with every epoch"
            return


@rule(
    "TORCH018",
    "schedule-never-stepped",
    "warning",
    "a scheduler is made, and never stepped",
    remedy="scheduler.step() at the end of each epoch",
    source=_RATES,
)
def never_stepped(program: Program) -> Iterator[Found]:
    """`scheduler = StepLR(optimizer, 10)`, and that is all."""
    if not is_torch(program) or not backwards(program):
        return
    stepped = {call.on() for call in program.trace.of("step")}
    made = _schedulers(program)
    if len(made) == 1 and not any("sched" in name.lower() or "lr" in name.lower() for name in stepped):
        alias = next((call.alias for call in program.trace.calls if call.result is made[0]), "")
        alias = alias or _kept_as(program, made[0])
        if (
            alias
            and alias not in stepped
            and not any(
                isinstance(call.receiver, Instance) and call.receiver is made[0] for call in program.trace.of("step")
            )
        ):
            yield made[0].node, f"{made[0].name} is never stepped: the learning rate stays as it is"


def _kept_as(program: Program, made: Instance) -> str:
    """`self.scheduler` that an object is kept as, where nothing reads it again."""
    name = next((written(target) for target, _, value, _ in program.trace.stored if value is made), "")
    nodes = [one for one in program.each(ast.Attribute) if written(one) == name]
    return name if not any(isinstance(one.ctx, ast.Load) for one in nodes) else ""


@rule(
    "TORCH019",
    "plateau-without-a-measure",
    "error",
    "ReduceLROnPlateau is not told the loss",
    remedy="scheduler.step(val_loss)",
    source="PyTorch, ReduceLROnPlateau: step(metrics)",
)
def plateau(program: Program) -> Iterator[Found]:
    """`ReduceLROnPlateau(optimizer)` and `scheduler.step()`."""
    told = {call.on() for call in program.trace.of("step") if call.args or call.kwargs}
    for call in program.trace.of("step"):
        made = isinstance(call.receiver, Instance) and call.receiver.name == "ReduceLROnPlateau"
        made = made and call.on() not in told  # one of several schedulers, and each is stepped in its own way
        if made and "lr_scheduler" in call.receiver.path and not call.args and not call.kwargs:  # type: ignore[union-attr]
            yield call.node, f"{call.on()}.step() has to be given what it watches"


@rule(
    "TORCH020",
    "state-keeps-its-graph",
    "error",
    "a hidden state is carried on with its graph",
    remedy="hidden = hidden.detach() at the start of each batch",
    source="PyTorch, Word-level language modelling example: repackage_hidden; Autograd mechanics",
)
def state_with_graph(program: Program) -> Iterator[Found]:
    """`out, hidden = model(x, hidden)` in the loop, and `backward()` for each batch; `out, (h, c) = lstm(x, (h, c))`.

    With `retain_graph=True` the second step fails all the same where the first has changed the weights in place.
    """
    if not is_torch(program) or program.names & {"detach", "detach_", "retain_graph"}:
        return
    loops = {call.loops[-1] for call in backwards(program) if call.loops and not _retained_alone(program, call)}
    for loop in loops:
        own = loop.body if isinstance(loop, ast.For | ast.While) else []
        made = {name for node in own for name in _set_plainly(node)}
        for node in own:
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            targets = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else []
            given = _names(node.value.args[1:])
            if len(targets) == 2 and (kept := sorted((_names(targets) & given) - made)):
                yield node, f"{kept[0]} holds the graph of the batch before, which is gone after its backward()"
                return


def _names(nodes: Sequence[ast.expr]) -> set[str]:
    """Names that stand by themselves, or in a tuple."""
    parts = [part for node in nodes for part in (node.elts if isinstance(node, ast.Tuple) else [node])]
    return {one.id for one in parts if isinstance(one, ast.Name)}


def _retained_alone(program: Program, backward: Call) -> bool:
    """Whether the graph is kept, and no step changes the weights before it is gone through again."""
    kept = constant(backward.get("retain_graph")) is True
    return kept and not any(call.loops[-1:] == backward.loops[-1:] for call in program.trace.of("step"))


def _set_plainly(node: ast.stmt) -> set[str]:
    """Names that a statement binds by themselves, or of anything but a call that takes them: a state made anew."""
    if not isinstance(node, ast.Assign):
        return set()
    plain = {target.id for target in node.targets if isinstance(target, ast.Name)}
    nested = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else []
    taken = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
    return plain | (_names(nested) - taken if isinstance(node.value, ast.Call) else _names(nested))


@rule(
    "TORCH229",
    "last-step-of-the-wrong-axis",
    "error",
    "the last row of a batch is taken for the last step",
    remedy="outputs[:, -1] with batch_first=True, outputs[-1] without",
    source="PyTorch, nn.LSTM: batch_first; nn.RNN",
)
def last_step(program: Program) -> Iterator[Found]:
    """`self.lstm = nn.LSTM(..., batch_first=True)`, and `out, _ = self.lstm(x); out[-1]`."""
    layers = {}
    for target, _, value, _ in program.trace.stored:
        if (
            isinstance(target, ast.Attribute)
            and isinstance(value, Instance)
            and value.name in ("LSTM", "GRU", "RNN")
            and value.library == "torch"
        ):
            layers[written(target)] = constant(value.argument("batch_first", 4)) is True
    for function in (node for node in program.each(ast.FunctionDef) if node.name == "forward"):
        outputs = {}
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Tuple)
                and isinstance(node.value, ast.Call)
            ):
                first, layer = node.targets[0].elts[0], written(node.value.func)
                if isinstance(first, ast.Name) and layer in layers:
                    outputs[first.id] = layers[layer]
        moved = {one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute)} & {"permute", "transpose"}
        for node in ast.walk(function):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and not moved:
                first_axis = outputs.get(node.value.id)
                if first_axis is True and written(node.slice) == "-1":
                    yield node, f"{written(node)} is the last row of the batch: with batch_first=True steps are axis 1"


@rule(
    "TORCH230",
    "weights-nobody-optimises",
    "warning",
    "a model takes part, and no optimiser has its weights",
    remedy="optim.Adam([*encoder.parameters(), *decoder.parameters()])",
    source="PyTorch, torch.optim: constructing it; Humbatova et al. 2020, wrong optimiser parameters",
)
def unoptimised(program: Program) -> Iterator[Found]:
    """`encoder` and `decoder`, and `Adam(decoder.parameters())`."""
    if not is_torch(program) or not steps(program) or program.names & {"param_groups", "add_param_group"}:
        return
    asked = {id(call.receiver) for call in program.trace.of("parameters", "named_parameters", "requires_grad_", "eval")}
    if not any(isinstance(call.receiver, Instance) for call in program.trace.of("parameters")):
        return
    owners = {id(call.receiver) for call in program.trace.of("parameters") if not isinstance(call.receiver, Instance)}
    held = (value for one in program.trace.instances for value in (*one.args, *one.attrs.values(), *one.parts))
    inside = {id(one) for value in held for one in (value.items if isinstance(value, Seq) else [value])}
    if owners or any(node.attr == "modules" for node in program.each(ast.Attribute)):
        return
    for call in program.trace.of("__call__"):
        model = call.receiver
        if not isinstance(model, Instance) or not nets.is_module(model) or not call.grad or not call.loops:
            continue
        if model.path == "torch.nn.Module" and model.own is None:
            continue  # a name that the program is given: what else holds it is not seen
        if _is_weightless(model) or id(model) in asked | inside or call.inside[-1:] == ("forward",):
            continue
        if any(id(one) in asked for one in model.attrs.values()):
            continue
        parts = [one for one in model.attrs.values() if isinstance(one, Instance)]
        if model.own is not None and all(_is_weightless(one) for one in parts):
            continue  # a loss of the program's own, say
        if any(call.loops[-1] in one.loops for one in backwards(program)):
            yield call.node, f"{written(call.node.func)} has weights that no optimiser was given"
            return


def _is_weightless(layer: Instance) -> bool:
    """Whether it has nothing to learn: an activation, a pool, a loss, what is no part of torch.nn at all."""
    ends = ("Pool1d", "Pool2d", "LU", "Loss", "oid", "anh")
    named = layer.name in _WEIGHTLESS or layer.name.startswith("Dropout") or layer.name.endswith(ends)
    return named or (layer.own is None and layer.library != "torch")


@rule(
    "TORCH231",
    "answer-of-loading-taken-for-a-model",
    "error",
    "what load_state_dict answers is taken for the model",
    remedy="model.load_state_dict(torch.load(path)): on a line of its own",
    source="PyTorch, Module.load_state_dict: returns the keys that do not fit; takes a dict, not a path",
)
def loading(program: Program) -> Iterator[Found]:
    """`model = Net().load_state_dict(state)`, `model.load_state_dict("model.pt")`."""
    called = {node.func.id for node in program.each(ast.Call) if isinstance(node.func, ast.Name)}
    called |= {
        node.value.id
        for node in program.each(ast.Attribute)
        if isinstance(node.value, ast.Name) and node.attr == "eval"
    }
    for node in program.each(ast.Assign):
        if (
            isinstance(node.value, ast.Call)
            and isinstance(node.targets[0], ast.Name)
            and getattr(node.value.func, "attr", "") == "load_state_dict"
            and node.targets[0].id in called
        ):
            yield node, f"{node.targets[0].id} is a list of keys, not the model"
    for call in program.trace.of("load_state_dict"):
        if call.args and isinstance(call.args[0], Const) and isinstance(call.args[0].value, str):
            yield call.node, f"load_state_dict({call.text(0)}) takes a dict of weights, not the path of a file"


@rule(
    "TORCH232",
    "whole-model-loaded",
    "error",
    "torch.load refuses whole models since 2.6",
    remedy="save model.state_dict() and load that; or weights_only=False for a file of your own",
    source="PyTorch 2.6, torch.load: weights_only=True by default",
)
def whole_model(program: Program) -> Iterator[Found]:
    """`torch.save(model, "m.pt")`, `torch.load("m.pt")`."""
    saved = {
        call.text(1)
        for call in program.trace.of("save")
        if call.path == "torch.save" and call.args and nets.is_module(call.args[0])
    }
    for call in program.trace.of("load"):
        if call.path == "torch.load" and call.text(0) in saved and call.get("weights_only") is None:
            yield (
                call.node,
                f"{call.text(0)} holds a whole model, which torch.load does not read without weights_only=False",
            )


@rule(
    "TORCH233",
    "weights-that-start-alike",
    "warning",
    "weights start alike, or far too large",
    remedy="leave the starting values at their default, or nn.init.kaiming_normal_",
    source="Glorot and Bengio 2010; PyTorch, nn.init; Humbatova et al. 2020, wrong weights initialisation",
)
def starting_values(program: Program) -> Iterator[Found]:
    """`nn.init.zeros_(layer.weight)`, `nn.init.normal_(layer.weight, std=10)`."""
    for call in program.trace.calls:
        name = call.name
        if name not in ("zeros_", "ones_", "constant_", "normal_", "uniform_", "fill_", "zero_"):
            continue
        method = name in ("fill_", "zero_") or (call.path[:1] == "." and name in ("normal_", "uniform_"))
        given = call.on() if method else (written(call.node.args[0]) if call.node.args else "")
        plain = given.removesuffix(".data")
        words = plain.lower()
        if not plain.endswith(".weight") or any(
            part in words for part in ("bn", "norm", "embed", "head", "out", "last")
        ):
            continue
        if _about_norms(call.conditions):
            continue
        values = call.args if method else call.args[1:]
        spread = number(call.kwargs.get("std") or call.kwargs.get("b") or (values[1] if len(values) > 1 else None))
        if name in ("zeros_", "ones_", "constant_", "fill_", "zero_"):
            if not hidden_weights(program, call, plain.removesuffix(".weight")):
                continue  # the only layer, or the last one: the gradients of its units differ all the same
            yield call.node, f"all weights of {plain.removesuffix('.weight')} start alike: its units learn the same"
        elif (
            spread
            if spread is not None
            else 1
            if not method and len(values) < 2 and "std" not in call.kwargs and name == "normal_"
            else 0
        ) >= 1:
            yield (
                call.node,
                f"weights of {plain.removesuffix('.weight')} start with a spread of 1 or more: outputs explode",
            )


def _about_norms(conditions: tuple[ast.AST, ...]) -> bool:
    """Whether it stands under a question for layers of normalisation."""
    tests = [written(one.test, 200) for one in conditions if isinstance(one, ast.If)]
    return any("Norm" in text and "Linear" not in text and "Conv" not in text for text in tests)


@rule(
    "TORCH234",
    "outputs-kept-with-graph",
    "warning",
    "outputs are kept with their graphs",
    remedy="with torch.no_grad(): around it, or outputs.append(out.detach())",
    source="PyTorch, FAQ: My model reports out of memory",
)
def kept_outputs(program: Program) -> Iterator[Found]:
    """`outputs.append(model(x))`, in a loop that trains nothing."""
    if not is_torch(program):
        return
    for call in program.trace.of("append"):
        value = call.args[0] if call.args else None
        if not isinstance(value, Data) or not call.loops or not call.grad or "forward" in call.inside:
            continue
        graph = nets.is_module(value.made_by) and value.kind == "data" and not {"detached", "moved"} & value.flags
        trains = any(
            call.loops[-1] in one.loops or (one.order > call.order and set(call.loops) & set(one.loops))
            for one in backwards(program)
        )
        if graph and value.last not in ("argmax", "") and not trains and backwards(program):
            yield call.node, f"{call.on()} keeps {call.text(0)} with its graph: memory grows with every batch"
