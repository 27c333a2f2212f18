"""PyTorch: what a training loop has to do, and in which order.

Sources: PyTorch, "Optimizing Model Parameters", "Autograd mechanics", torch.optim and FAQ; Humbatova et al. 2020
(training process); Zhang et al. 2018 and Islam et al. 2019 (studies of bugs in deep-learning programs).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.judged import within
from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.naming import part_of, tokens
from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, constant
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import names_in

_LOOP = "PyTorch, Optimizing Model Parameters"
_FRAMEWORKS = listed("pytorch_lightning lightning transformers accelerate skorch ignite deepspeed fastai composer")
"""Libraries that run the loop, or parts of it."""


def is_torch(program: Program) -> bool:
    """Whether the program trains with PyTorch by a loop of its own."""
    piece = not program.trace.libraries and {"backward", "step", "optimizer"} <= program.names
    trains = "torch" in program.trace.libraries or "zero_grad" in program.names or piece
    return trains and not program.trace.libraries & _FRAMEWORKS and "LBFGS" not in program.names


def steps(program: Program) -> list[Call]:
    """`optimizer.step()`, not those of schedulers."""
    found = []
    for call in program.trace.of("step"):
        text = call.on().lower().rpartition(".")[2]
        scheduler = "sched" in text or (isinstance(call.receiver, Instance) and "lr_scheduler" in call.receiver.path)
        optimiser = isinstance(call.receiver, Instance) and call.receiver.path.startswith("torch.optim.")
        named = "optim" in text or text in ("opt", "scaler", "optimiser") or "opt" in tokens(text)
        if not scheduler and (optimiser or named):
            found.append(call)
    return found


def backwards(program: Program) -> list[Call]:
    """`loss.backward()`."""
    return list(program.trace.of("backward"))


def trained_on(program: Program, loader: Call) -> bool:
    """Whether the loss of rows of this loader is taken back."""
    for call in backwards(program):
        for loop in call.loops:
            if isinstance(loop, ast.For) and loader.alias and loader.alias in names_in(loop.iter):
                return True
    return part_of(loader.alias) == "train"


def _clears_otherwise(program: Program) -> bool:
    """Gradients are cleared by hand, or not kept at all."""
    if (
        program.names & {"autograd", "grad_fn", "functional_call"}
        and "grad" in program.names
        and "step" not in program.names
    ):
        return True
    return any(node.attr in ("zero_", "grad") and ".grad" in written(node, 80) for node in program.each(ast.Attribute))


@rule(
    "TORCH001",
    "zero-grad-missing",
    "error",
    "gradients are never cleared",
    remedy="call optimizer.zero_grad() once for each batch, before loss.backward()",
    source=_LOOP,
)
def zero_grad(program: Program) -> Iterator[Found]:
    """No `zero_grad`, or one that is outside of the loop over the batches."""
    if not is_torch(program) or program.only_shows:
        return
    taken, cleared = steps(program), list(program.trace.of("zero_grad"))
    for call in backwards(program):
        mine = [one for one in taken if _same_loop(one, call)]
        if not mine or _clears_otherwise(program):
            continue
        if not cleared:
            if call.loops or call.inside:
                yield call.node, "gradients are never cleared: each step adds those of all batches before"
                return
        elif call.loops and not any(call.loops[-1] in one.loops for one in cleared) and mine[0].loops == call.loops:
            text = f"zero_grad is outside of the loop that takes {call.on() or 'the loss'} back: gradients add up"
            yield cleared[0].node, text
            return


def _same_loop(one: Call, other: Call) -> bool:
    if other.loops:
        return other.loops[-1] in one.loops or (bool(one.loops) and one.loops[-1] in other.loops)
    return one.inside == other.inside


@rule(
    "TORCH002",
    "backward-missing",
    "error",
    "the loss is never taken back",
    remedy="call loss.backward() before optimizer.step()",
    source=_LOOP,
)
def backward(program: Program) -> Iterator[Found]:
    """`optimizer.step()` and no `backward()` anywhere."""
    if not is_torch(program) or "backward" in program.names or "manual_backward" in program.names:
        return
    lossy = any(isinstance(call.result, Data) and call.result.kind == "loss" for call in program.trace.calls)
    for call in steps(program):
        if "autograd" not in program.names and "grad" not in program.names and (call.loops or call.inside) and lossy:
            yield call.node, f"{call.on()}.step() moves nothing: no loss is taken back (backward) before"
            return


@rule(
    "TORCH003",
    "step-missing",
    "error",
    "the optimiser never steps",
    remedy="call optimizer.step() after loss.backward()",
    source=_LOOP,
)
def step(program: Program) -> Iterator[Found]:
    """`backward()` in a loop, an optimiser, and no `step()`."""
    if not is_torch(program) or steps(program):
        return
    made = [
        one for one in program.trace.instances if one.path.startswith("torch.optim.") and "lr_scheduler" not in one.path
    ]
    for call in backwards(program):
        if made and call.loops and not program.names & {"minimize", "apply_gradients"}:
            yield call.node, "the loss is taken back, and the optimiser never steps: nothing is learnt"
            return


@rule(
    "TORCH004",
    "zero-grad-between",
    "error",
    "gradients cleared between backward and step",
    remedy="zero_grad(), forward, backward(), step(): in this order",
    source=_LOOP,
)
def cleared_between(program: Program) -> Iterator[Found]:
    """`loss.backward(); optimizer.zero_grad(); optimizer.step()`."""
    if not is_torch(program):
        return
    back = backwards(program)
    for call in steps(program):
        before = [one for one in back if one.order < call.order and one.inside == call.inside]
        if not before:
            continue
        for one in program.trace.of("zero_grad"):
            same = one.on() == call.on() and one.inside == call.inside and one.conditions == call.conditions
            if same and before[-1].order < one.order < call.order:
                yield one.node, f"{one.on()}.zero_grad() throws the gradients away before {call.on()}.step() uses them"


@rule(
    "TORCH005",
    "step-before-backward",
    "error",
    "the optimiser steps before the loss is taken back",
    remedy="zero_grad(), forward, backward(), step(): in this order",
    source=_LOOP,
)
def step_first(program: Program) -> Iterator[Found]:
    """`optimizer.step(); loss.backward()` in one loop."""
    if not is_torch(program):
        return
    back = [one for one in backwards(program) if one.loops]
    taken = [one for one in steps(program) if one.loops]
    for loop in {one.loops[-1] for one in back}:
        mine, theirs = [one for one in taken if one.loops[-1] is loop], [one for one in back if one.loops[-1] is loop]
        if len({one.node for one in mine}) != 1 or len({one.node for one in theirs}) != 1:
            continue
        cleared = [one for one in program.trace.of("zero_grad") if one.loops and one.loops[-1] is loop]
        harmless = any(mine[0].order < one.order < theirs[0].order for one in cleared)
        if mine[0].order < theirs[0].order and mine[0].conditions == theirs[0].conditions:
            late = (
                "with the gradients of the batch before"
                if not harmless
                else "with gradients that are cleared afterwards"
            )
            yield mine[0].node, f"{mine[0].on()}.step() comes before backward(): it steps {late}"


@rule(
    "TORCH006",
    "loss-kept-with-graph",
    "warning",
    "losses added up with their graphs",
    remedy="add loss.item() (or loss.detach())",
    source="PyTorch, FAQ: My model reports out of memory",
)
def kept_loss(program: Program) -> Iterator[Found]:
    """`total += loss`, `losses.append(loss)`."""
    if not is_torch(program) or not backwards(program):
        return
    backed = {call.on() for call in backwards(program)}
    for node, _, right, _ in program.trace.operations:
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add) and _live_loss(right, node.value):
            name = written(node.target)
            if name not in backed and not any(name in one for one in backed) and _in_loop(program, node):
                yield node, f"{name} adds up {written(node.value)} with its graph: memory grows with every batch"
    if program.names & {"stack", "cat"} or "sum" in program.names:
        return
    for call in program.trace.of("append"):
        if call.loops and call.grad and call.args and _live_loss(call.args[0], call.node.args[0]):
            yield call.node, f"{call.on()} keeps {call.text(0)} with its graph: memory grows with every batch"


def _live_loss(value: object, node: ast.expr) -> bool:
    """Whether it is a loss with its graph, which `torch.tensor(...)` of its number and `loss.data[0]` never have."""
    anew = isinstance(node, ast.Call) and written(node.func) == "torch.tensor"
    anew |= any(isinstance(one, ast.Attribute) and one.attr == "data" for one in ast.walk(node))
    return isinstance(value, Data) and value.kind == "loss" and "detached" not in value.flags and not anew


def _in_loop(program: Program, node: ast.AST) -> bool:
    loops = [loop for call in backwards(program) for loop in call.loops]
    return any(within(node, loop) for loop in loops)


@rule(
    "TORCH007",
    "eval-missing",
    "warning",
    "judged in training mode",
    remedy="model.eval() before, model.train() after",
    source="PyTorch, Autograd mechanics: Evaluation Mode",
)
def eval_missing(program: Program) -> Iterator[Found]:
    """Dropout or batch norm, rows predicted without gradients or from a test loader, and no `eval()`."""
    if not is_torch(program) or "eval" in program.names or not backwards(program):
        return
    if any(call.name == "train" and call.args and constant(call.args[0]) is False for call in program.trace.calls):
        return
    meant = {call.inside for call in program.trace.of("train") if call.inside and not call.grad}  # dropout that samples
    moody = [one for one in program.trace.instances if _is_moody(one)]
    if not moody:
        return
    for call in program.trace.calls:
        if call.path == ".__call__" and is_model(call.receiver) and call.inside[-1:] != ("forward",):
            quiet, on_test = not call.grad, _over_test(call)
            if call.inside in meant or "forward" in call.inside:
                continue
            if quiet or on_test or _in_judge(program, call):
                what = "BatchNorm" if moody[0].name.startswith("BatchNorm") else "Dropout"
                yield call.node, f"the model has {what}, and predicts here in training mode: eval() is never called"
                return


_JUDGES = re.compile(r"^_?(eval|validat|test|infer|score|accuracy)")


def _in_judge(program: Program, call: Call) -> bool:
    """Whether it stands in a function that judges: by its name, and since nothing is taken back there."""
    home = call.inside[-1].rpartition(".")[2] if call.inside else ""
    return bool(_JUDGES.search(home)) and not any(one.inside == call.inside for one in program.trace.of("backward"))


def _is_moody(one: Instance) -> bool:
    return (
        one.library == "torch" and one.name.startswith(("Dropout", "BatchNorm", "AlphaDropout"))
    ) or one.path.startswith("torchvision.models.resnet")


def is_model(value: object) -> bool:
    """Whether it is a model of PyTorch, of the library's or of the program's own class."""
    return isinstance(value, Instance) and nets.is_module(value)


def _over_test(call: Call) -> bool:
    return (
        bool(call.loops)
        and isinstance(call.loops[-1], ast.For)
        and part_of_loop(call.loops[-1]) in ("test", "validation")
    )


def part_of_loop(loop: ast.For) -> str:
    """The part of a split that a loop's loader is called after."""
    parts = {found for node in ast.walk(loop.iter) if isinstance(node, ast.Name) and (found := part_of(node.id))}
    return parts.pop() if len(parts) == 1 else ""


@rule(
    "TORCH008",
    "no-grad-missing",
    "note",
    "graphs built for rows that are only judged",
    remedy="with torch.no_grad(): around the evaluation",
    source="PyTorch, Autograd mechanics: No-grad Mode",
)
def no_grad_missing(program: Program) -> Iterator[Found]:
    """A loop over a test loader, with gradients on."""
    if (
        not is_torch(program)
        or not backwards(program)
        or program.names & {"no_grad", "inference_mode", "set_grad_enabled"}
    ):
        return
    for call in program.trace.calls:
        if (
            call.path == ".__call__"
            and is_model(call.receiver)
            and _over_test(call)
            and "forward" not in call.inside
            and not any(call.loops[-1] in one.loops for one in backwards(program))
        ):
            yield call.node, "the rows are only judged here, and a graph is built for each of them"
            return


@rule(
    "TORCH009",
    "train-mode-not-restored",
    "warning",
    "training goes on in evaluation mode",
    remedy="call model.train() at the start of every epoch",
    source="PyTorch, Module.train and Module.eval",
)
def train_missing(program: Program) -> Iterator[Found]:
    """`model.eval()` within the loop over epochs, and no `model.train()` in it."""
    if not is_torch(program):
        return
    trained = [call for call in program.trace.of("train") if not call.args or constant(call.args[0]) is not False]
    made = program.trace.instances
    known = [one for one in made if is_model(one) and one.path != "torch.nn.Module"]  # not one that is handed in
    moody = any(map(_is_moody, made)) or not known
    for call in program.trace.of("eval"):
        shared = [loop for loop in call.loops if any(loop in one.loops for one in backwards(program))]
        if shared and not call.args and not any(shared[0] in one.loops for one in trained) and moody:
            yield (
                call.node,
                f"{call.on()}.eval() within the epochs, and no train() after it: later epochs lack dropout",
            )
            return


@rule(
    "TORCH010",
    "scheduler-before-optimiser",
    "warning",
    "the scheduler steps before the optimiser",
    remedy="optimizer.step() first, then scheduler.step()",
    source="PyTorch, torch.optim: How to adjust learning rate",
)
def scheduler_first(program: Program) -> Iterator[Found]:
    """`scheduler.step(); ...; optimizer.step()` in one loop."""
    for call in program.trace.of("step"):
        if not (isinstance(call.receiver, Instance) and "lr_scheduler" in call.receiver.path) or not call.loops:
            continue
        inner = [one for one in steps(program) if call.loops[-1] in one.loops]
        if inner and min(one.order for one in inner) > call.order:
            yield call.node, f"{call.on()}.step() comes before optimizer.step(): the first learning rate is skipped"
            return


_CALLED = frozenset(
    ("backward", "step", "zero_grad", "eval", "train", "fit", "compile", "dropna", "reset_index", "cuda")
)


_KEEPS = ("save", "load_state_dict", "deepcopy")


@rule(
    "TORCH011",
    "not-called",
    "error",
    "a method is named, and not called",
    remedy="add the parentheses: ()",
    source="Python; Islam et al. 2019, API misuse",
)
def not_called(program: Program) -> Iterator[Found]:
    """`loss.backward`, `optimizer.step`."""
    for node in program.nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and node.value.attr in _CALLED:
            yield node, f"{written(node.value)} is not called: the parentheses are missing"
        kept = isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] in _KEEPS and node.args
        if isinstance(node, ast.Call) and kept and getattr(node.args[0], "attr", "") == "state_dict":
            yield node, f"{written(node.args[0])} is not called: the parentheses are missing"
