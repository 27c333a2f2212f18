"""PyTorch: weights that are kept, tensors that are moved or changed in place, and the order of a loop's steps.

Sources: PyTorch, "Saving and Loading Models", "Autograd mechanics: In-place operations with autograd", Tensor.to,
clip_grad_norm_; Humbatova et al. 2020; Islam et al. 2019.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import gradients, nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, constant, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, cause, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, is_torch, steps
from mlpilot.tools.diagnose.static.rules.torch.model import optimisers
from mlpilot.tools.diagnose.syntax import called

_COPYING = listed(
    "to cuda cpu float double long half detach squeeze unsqueeze view reshape permute transpose flatten t"
)
_NEEDED_BACKWARD = listed("sigmoid tanh softmax exp relu sqrt")
"""Operations whose gradient is computed from what they gave."""


@rule(
    "TORCH222",
    "tensor-method-thrown-away",
    "error",
    "a tensor's copy is thrown away",
    remedy="x = x.to(device): only modules are moved in place",
    source="PyTorch, Tensor.to: returns a tensor",
)
def thrown_away(program: Program) -> Iterator[Found]:
    """`x.to(device)` on a line of its own."""
    if "torch" not in program.trace.libraries:
        return
    alone = {node.value for node in program.each(ast.Expr) if isinstance(node.value, ast.Call)}
    told = set()
    for call in program.trace.of(*_COPYING):
        if call.node in alone and call.node not in told and isinstance(call.receiver, Data) and call.path[0] == ".":
            told.add(call.node)
            yield call.node, f"{call.on()}.{call.name}(...) gives a copy, which is not kept"


@rule(
    "TORCH223",
    "best-weights-by-reference",
    "error",
    "the best weights go on changing",
    remedy="copy.deepcopy(model.state_dict()), or torch.save at once",
    source="PyTorch, Saving and Loading Models: best_model_state = model.state_dict() is a reference",
)
def best_by_reference(program: Program) -> Iterator[Found]:
    """`best = model.state_dict()` in the loop, `model.load_state_dict(best)` after it."""
    used = {call.text(0) for call in program.trace.of("load_state_dict") if not call.loops}
    used |= {call.text(0) for call in program.trace.of("save") if not call.loops}
    for loop in (node for node in program.nodes if isinstance(node, ast.For | ast.While)):
        for node in ast.walk(loop):
            for target, value in _bound(node):
                kept = isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "state_dict"
                if kept and (written(target) in used or "best" in written(target).lower()):
                    text = f"{written(target)} refers to the weights themselves, which later steps change"
                    yield node, f"{text}: state_dict() gives no copy"
                    return
    yield from _kept_by_an_object(program)


def _kept_by_an_object(program: Program) -> Iterator[Found]:
    """`self.best_state = model.state_dict()` in an object that stops early, and `load_state_dict(stop.best_state)`."""
    given = [node.args[0] for node in program.each(ast.Call) if called(node) == "load_state_dict" and node.args]
    loaded = {written(one).rpartition(".")[2] for one in given}
    for node in program.each(ast.Assign):
        target, value = node.targets[0], node.value
        own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
        if own and called(value) == "state_dict" and target.attr in loaded and "best" in target.attr:  # type: ignore[attr-defined]
            text = f"{written(target)} refers to the weights themselves, which later steps change"
            yield node, f"{text}: state_dict() gives no copy"
            return


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) of an assignment, one for each of several."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


@rule(
    "TORCH224",
    "checkpoint-of-a-wrapped-model",
    "warning",
    "keys that do not match are passed over",
    remedy="save model.module.state_dict(), and load with strict=True",
    source="PyTorch, Saving and Loading Models: Saving torch.nn.DataParallel Models",
)
def wrapped_checkpoint(program: Program) -> Iterator[Found]:
    """A `DataParallel`'s state_dict, and `load_state_dict(state, strict=False)` into a plain model."""
    if not program.names & {"DataParallel", "DistributedDataParallel"} or "module" in program.names:
        return
    if any(node.value == "module." for node in program.each(ast.Constant)):
        return
    for call in program.trace.of("load_state_dict"):
        wrapped = isinstance(call.receiver, Instance) and call.receiver.name.endswith("DataParallel")
        if constant(call.get("strict", 1)) is False and not wrapped:
            text = "the keys of a DataParallel begin with 'module.', and strict=False passes over all that do not fit"
            yield call.node, f"{text}: nothing is loaded"
            return


@rule(
    "TORCH225",
    "activation-changed-in-place",
    "error",
    "an activation is changed in place, and its gradient needs it",
    remedy="gate = gate * 0.9: a new tensor",
    source="PyTorch, Autograd mechanics: In-place operations with autograd",
)
def changed_in_place(program: Program) -> Iterator[Found]:
    """`gate = torch.sigmoid(x); gate *= 0.9`."""
    if "torch" not in program.trace.libraries:
        return
    for function in (node for node in program.each(ast.FunctionDef) if node.name == "forward"):
        made: dict[str, str] = {}
        for node in function.body:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in made:
                name = node.target.id
                yield node, f"{name} is the output of {made[name]}, whose gradient is computed from it: backward fails"
                break
            for target, value in _bound(node):
                if isinstance(target, ast.Name):
                    made.pop(target.id, None)
                    called = _called(value)
                    if called in _NEEDED_BACKWARD:
                        made[target.id] = called


def _called(node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@rule(
    "TORCH013",
    "clipped-at-the-wrong-time",
    "error",
    "gradients are clipped where it changes nothing",
    remedy="loss.backward(), clip_grad_norm_(...), optimizer.step(): in this order",
    source="PyTorch, clip_grad_norm_; AMP examples: Gradient clipping",
)
def clipped_late(program: Program) -> Iterator[Found]:
    """`optimizer.step(); clip_grad_norm_(...)`."""
    clips = list(program.trace.of("clip_grad_norm_", "clip_grad_value_"))
    for call in clips:
        loop = call.loops[-1] if call.loops else None
        taken = [one.order for one in steps(program) if loop is not None and loop in one.loops]
        back = [one.order for one in backwards(program) if loop is not None and loop in one.loops]
        if not taken or not back or len(clips) > 1:
            continue
        if max(taken) < call.order and max(back) < min(taken):
            yield call.node, "gradients are clipped after the optimiser has stepped: it took them as they were"
        elif call.order < min(back):
            yield call.node, "gradients are clipped before there are any: backward() comes after"


def ends_before(program: Program, outputs: Data) -> bool:
    """Whether no gradient comes back from outputs, or none to a part of the model that is to learn."""
    if "detached" in outputs.flags:
        return True
    cut = next((call for call in program.trace.of("detach") if call.node is outputs.cut), None)
    before = as_data(cut.receiver) if cut is not None and gradients.CUT_BEFORE in outputs.flags else None
    learning = [given for one in optimisers(program) if isinstance(given := one.argument("params", 0), Data)]
    owners = [given.made_by for given in learning if isinstance(given.made_by, Instance)]
    return before is not None and any(before.made_by is part for one in owners for part in one.attrs.values())


@rule(
    "TORCH014",
    "step-for-another-model",
    "error",
    "the loss does not reach the weights that are stepped",
    remedy="leave out detach() where this model is to learn",
    source="PyTorch, DCGAN tutorial: detach only in the discriminator's step",
)
def another_model(program: Program) -> Iterator[Found]:
    """`loss_g = bce(D(fake.detach()), ones); loss_g.backward(); opt_g.step()`."""
    losses = [one for one in program.trace.calls if isinstance(one.result, Data) and one.result.kind == "loss"]
    for call in steps(program):
        given = call.receiver.args[0] if isinstance(call.receiver, Instance) and call.receiver.args else None
        before = [one for one in backwards(program) if one.order < call.order]
        if not isinstance(given, Data) or not isinstance(given.made_by, Instance) or not before:
            continue
        made = [one for one in losses if one.alias == before[-1].on() and one.order < before[-1].order and one.args]
        outputs = made[-1].args[0] if made else None
        cut = isinstance(outputs, Data) and bool(outputs.flags & {"detached", gradients.CUT_BEFORE})
        if not isinstance(outputs, Data) or not cut or not nets.is_module(outputs.made_by):
            continue
        if outputs.made_by is not given.made_by:
            text = f"{made[-1].text(0)} is cut off by detach() from the weights that {call.on()}.step() is to move"
            yield outputs.cut or made[-1].node, text


@rule(
    "TORCH015",
    "model-never-set-to-eval",
    "warning",
    "one of the models is judged in training mode",
    remedy="call eval() on this model, too, before it predicts",
    source="PyTorch, Saving and Loading Models: call model.eval() before running inference",
)
def other_model_in_training(program: Program) -> Iterator[Found]:
    """Weights are loaded into a new model, which predicts without `eval()`, where another model had it."""
    if not is_torch(program) or "eval" not in program.names:
        return
    quieted = [call.receiver for call in program.trace.of("eval", "train")]
    if not all(isinstance(one, Instance) for one in quieted):
        return
    loaded = [call.receiver for call in program.trace.of("load_state_dict") if isinstance(call.receiver, Instance)]
    for call in program.trace.of("__call__"):
        model = call.receiver
        if model in loaded and model not in quieted and not call.grad and _has_moods(program, model):
            yield call.node, "the weights were loaded into this model, and eval() was never called on it"
            return


def _has_moods(program: Program, model: object) -> bool:
    """Whether layers that differ in training were made for its class."""
    if not isinstance(model, Instance) or model.own is None:
        return False
    first, last = model.own.node.lineno, model.own.node.end_lineno or 0
    moody = ("Dropout", "BatchNorm", "AlphaDropout")
    return any(
        one.name.startswith(moody) and first <= getattr(one.node, "lineno", 0) <= last
        for one in program.trace.instances
    )


@rule(
    "TORCH016",
    "hits-of-the-last-batch",
    "warning",
    "what is counted is that of the last batch alone",
    remedy="correct += ..., total += ...: add up over the batches, from 0",
    source="PyTorch, Training a Classifier: correct += (predicted == labels).sum().item()",
)
def last_batch(program: Program) -> Iterator[Found]:
    """`correct = (...).sum().item()` in the loop over batches, `correct / total` after it."""
    if "torch" not in program.trace.libraries:
        return
    for loop in (node for node in program.each(ast.For) if _over_batches(node)):
        inside = set(ast.walk(loop))
        added = {written(one.target) for one in inside if isinstance(one, ast.AugAssign)}
        read = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        for node in loop.body:
            for target, value in _bound(node):
                counts = "sum" in {one.attr for one in ast.walk(value) if isinstance(one, ast.Attribute)}
                name = target.id if isinstance(target, ast.Name) else ""
                if counts and name and name not in added | read and _divided_after(program, loop, name):
                    yield node, f"{name} is counted anew for each batch, and read after the loop: only the last counts"
                    return


def _over_batches(loop: ast.For) -> bool:
    text = written(loop.iter).lower()
    return "load" in text or "batches" in text


def _divided_after(program: Program, loop: ast.For, name: str) -> bool:
    """Whether the number is first read after the loop, as what is divided."""
    end = loop.end_lineno or 0
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and node.lineno > end
        and any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node.left))
        for node in program.nodes
    )


@rule(
    "TORCH226",
    "one-row-at-a-time",
    "warning",
    "a training loader that is not told its batch size",
    remedy="DataLoader(..., batch_size=64, shuffle=True)",
    source="PyTorch, DataLoader: batch_size=1; Cao et al. 2022, performance problems in deep learning",
)
def one_row(program: Program) -> Iterator[Found]:
    """`DataLoader(dataset, shuffle=True)`."""
    for one in program.trace.instances:
        if (
            one.name == "DataLoader"
            and one.library == "torch"
            and constant(one.argument("shuffle", 2)) is True
            and (
                not any(
                    one.argument(name, at) for name, at in (("batch_size", 1), ("sampler", 3), ("batch_sampler", 4))
                )
            )
        ):
            yield one.node, "the loader shuffles, and gives one row at a time: batch_size is 1 if it is not said"


@rule(
    "TORCH227",
    "weight-decay-crushes",
    "warning",
    "a weight decay that can hardly be meant",
    remedy="weight_decay between 1e-5 and 1e-2",
    source="Loshchilov and Hutter 2019; Humbatova et al. 2020, wrong tuning of hyperparameters",
)
def heavy_decay(program: Program) -> Iterator[Found]:
    """`Adam(parameters, weight_decay=1.0)`."""
    for one in program.trace.instances:
        decay = number(one.argument("weight_decay")) if one.path.startswith("torch.optim.") else None
        if decay is not None and decay >= (1 if one.name == "AdamW" else 0.2):
            yield cause(one.argument("weight_decay"), one.node), f"weight_decay={decay:g} holds all weights near zero"


def _windows_one_apart(cuts: set[tuple[str, str]]) -> bool:
    """`data[i : i + block]` and `data[i + 1 : i + block + 1]`: each place's label is the token that comes after it."""
    for name, cut in cuts:
        start, _, end = cut.partition(":")
        wanted = {
            f"{start} + 1:{end} + 1",
            f"{start} + 1:1 + {end}",
            f"{start} + 1:{start} + 1 + {end.partition(' + ')[2]}",
        }
        if start and end and any((name, one) in cuts for one in wanted):
            return True
    return False


@rule(
    "TORCH228",
    "next-token-is-seen",
    "error",
    "the next token is predicted from itself",
    remedy="mask=nn.Transformer.generate_square_subsequent_mask(n), is_causal=True",
    source="Vaswani et al. 2017; PyTorch, TransformerEncoder: mask",
)
def sees_next(program: Program) -> Iterator[Found]:
    """A TransformerEncoder without mask, `text[:, :-1]` in, `text[:, 1:]` out."""
    cuts = {(written(node.value), written(node.slice)) for node in program.each(ast.Subscript)}
    shifted = any((name, cut.replace(":-1", "1:")) in cuts for name, cut in cuts if cut.endswith(", :-1)"))
    named = {name.lower() for name in program.names}
    named |= {node.arg or "" for node in program.each(ast.keyword)}
    shifted = shifted or _windows_one_apart(cuts)
    if not shifted or any("mask" in name or "causal" in name for name in named) or program.names & {"tril", "triu"}:
        return
    for call in program.trace.of("__call__"):
        if isinstance(call.receiver, Instance) and (
            call.receiver.name in ("TransformerEncoder", "TransformerEncoderLayer")
            or (
                call.receiver.path == "torch.nn.MultiheadAttention"
                and len({written(one) for one in call.node.args}) == 1
            )
        ):
            yield call.node, "every place sees those after it, and is to predict the next: there is no causal mask"
            return
