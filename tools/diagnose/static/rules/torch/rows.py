"""PyTorch: which rows a step learns from, what it carries on to the next, and in which type they come.

Sources: PyTorch, Optimizing Model Parameters; Word-level language modeling example (hidden states are detached);
torch.from_numpy (keeps float64); Yang et al. 2022, overlap leakage; Islam et al. 2019 (types of tensors).
"""

import ast
import difflib
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Instance, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loop import backwards, part_of_loop, steps
from mlpilot.tools.diagnose.static.rules.torch.loss import losses
from mlpilot.tools.diagnose.static.rules.torch.model import modules


@rule(
    "TORCH250",
    "trained-on-validation-rows",
    "error",
    "the model is trained on the rows that it is validated on",
    remedy="with torch.no_grad(): around the validation, without backward() and step()",
    source="PyTorch, Optimizing Model Parameters: test_loop; Yang et al. 2022, overlap leakage",
)
def validation_trained(program: Program) -> Iterator[Found]:
    """`for x, y in val_loader: ...; loss.backward(); optimizer.step()`."""
    loops = {loop for call in steps(program) for loop in call.loops[-1:]}
    trained = {part_of_loop(loop) for loop in loops if isinstance(loop, ast.For)}
    for call in backwards(program):
        loop = call.loops[-1] if call.loops else None
        both = "train" in trained and isinstance(loop, ast.For) and loop in loops
        if both and isinstance(loop, ast.For) and part_of_loop(loop) in ("test", "validation"):
            yield (
                call.node,
                f"{call.on()} of rows of {written(loop.iter)} is taken back: the model learns from them",
            )
            return


@rule(
    "TORCH277",
    "trained-in-every-phase",
    "error",
    "the model learns in the validation phase, too",
    remedy='if phase == "train": loss.backward(); optimizer.step()',
    source="PyTorch, Transfer Learning tutorial: backward + optimize only if in training phase",
)
def every_phase(program: Program) -> Iterator[Found]:
    """`for phase in ["train", "val"]: ...; loss.backward()`, whatever the phase."""
    for loop in program.each(ast.For):
        if not isinstance(loop.iter, ast.List | ast.Tuple):
            continue
        words = {one.value for one in loop.iter.elts if isinstance(one, ast.Constant)}
        if "train" not in words or not words & {"val", "valid", "validation", "test", "eval"}:
            continue
        asked = [node for node in ast.walk(loop) if isinstance(node, ast.If)]
        guarded = {id(one) for node in asked for part in (*node.body, *node.orelse) for one in ast.walk(part)}
        leaves = any(isinstance(one, ast.Continue | ast.Break) for one in ast.walk(loop))
        for node in ast.walk(loop):
            taken = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "backward"
            if taken and id(node) not in guarded and not leaves:
                yield node, f"{written(node)} happens in each {written(loop.target)}: the model learns from all rows"
                return


def _weighs(program: Program, call: Call) -> bool:
    """Whether something is multiplied by what softmax gave: they are weights of steps, a column for each row."""
    return bool(call.alias) and any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult | ast.MatMult)
        and call.alias in (written(node.left), written(node.right))
        for node in program.nodes
    )


@rule(
    "TORCH253",
    "softmax-of-one",
    "error",
    "softmax of one output",
    remedy="torch.sigmoid for one output, or one output a class",
    source="PyTorch, functional.softmax: the outputs along dim sum to 1; UMLAUT",
)
def softmax_of_one(program: Program) -> Iterator[Found]:
    """`F.softmax(self.fc(x), dim=1)`, where `fc` has one output."""
    for call in program.trace.calls:
        layer = call.receiver if call.path == ".__call__" and isinstance(call.receiver, Instance) else None
        soft = layer is not None and layer.path in ("torch.nn.Softmax", "torch.nn.LogSoftmax")
        if not soft and call.path not in (
            "torch.nn.functional.softmax",
            "torch.softmax",
            "torch.nn.functional.log_softmax",
        ):
            continue
        given = layer.argument("dim", 0) if layer is not None else call.get("dim", 1)
        data = as_data(call.args[0]) if call.args else None
        one = data is not None and data.shape is not None and data.shape[-1] == 1 and data.last == "linear"
        steps_too = re.search(r"scor|att|energ|align|weight|alpha", call.text(0) + " " + call.alias.lower())
        if one and number(given) != -1 and (steps_too or _weighs(program, call)):
            continue  # over the steps of a sequence, whose scores are a column
        if one and data is not None and data.shape is not None and number(given) == (-1 if -1 in data.shape else 1):
            yield call.node, f"{call.text(0)} has one column: softmax of one output is always 1"
            return
    for call, name, outputs in losses(program):
        if outputs.last in ("softmax", "log_softmax") and outputs.shape is not None and outputs.shape[-1] == 1:
            yield call.node, f"{name} is given {call.text(0)}, softmax of one output, which is always 1"
            return


@rule(
    "TORCH255",
    "loss-of-a-new-tensor",
    "error",
    "a loss that is a new tensor, without history",
    remedy="torch.stack(losses).sum(): of tensors that have their graph",
    source="PyTorch, torch.tensor: a new leaf, without history",
)
def new_tensor(program: Program) -> Iterator[Found]:
    """`loss = torch.tensor([-p * r for p in log_probs]).sum()`, and `loss.backward()`."""
    backed = {call.on() for call in backwards(program)}
    for node in program.each(ast.Assign):
        if written(node.targets[0]) not in backed:
            continue
        value = node.value
        while (
            isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("sum", "mean")
        ):
            value = value.func.value
        many = isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.List | ast.ListComp)
        leaf = isinstance(value, ast.Call) and any(one.arg == "requires_grad" for one in value.keywords)
        if (
            many
            and not leaf
            and isinstance(value, ast.Call)
            and written(value.func) in ("torch.tensor", "torch.FloatTensor")
        ):
            yield (
                node,
                f"{written(node.targets[0])} is made of plain numbers: backward() finds no gradient to take back",
            )


@rule(
    "TORCH254",
    "forward-misspelt",
    "error",
    "a model without forward, and a method that is nearly called so",
    remedy="def forward(self, x)",
    source="PyTorch, nn.Module: forward should be overridden by all subclasses",
)
def misspelt(program: Program) -> Iterator[Found]:
    """`def foward(self, x)`."""
    for node, bases in modules(program):
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        if len(bases) != 1 or any(one.name == "forward" for one in methods) or "forward" in program.names:
            continue
        for one in methods:
            if one.name != "forward" and difflib.SequenceMatcher(None, one.name.lower(), "forward").ratio() > 0.85:
                yield one, f"{node.name} has no forward, but {one.name}: calling the model ends in NotImplementedError"


@rule(
    "TORCH251",
    "state-kept-with-its-graph",
    "error",
    "a model keeps its hidden state, and the state its graph",
    remedy="self.hidden = tuple(h.detach() for h in hidden), or a new state for each batch",
    source="PyTorch, Word-level language modeling example: repackage_hidden",
)
def state_kept(program: Program) -> Iterator[Found]:
    """`out, self.hidden = self.lstm(x, self.hidden)` within forward, and nothing that cuts or renews it."""
    if not backwards(program) or {"detach", "detach_", "init_hidden", "reset_hidden", "no_grad"} & program.names:
        return
    renewed = {
        one.targets[0].attr
        for one in program.each(ast.Assign)
        if isinstance(one.targets[0], ast.Attribute) and written(one.targets[0].value) != "self"
    }
    for node, _ in modules(program):
        forward = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "forward"), None)
        for one in ast.walk(forward) if forward is not None else ():
            target = one.targets[0] if isinstance(one, ast.Assign) else None
            if (
                not isinstance(one, ast.Assign)
                or not isinstance(target, ast.Tuple)
                or not isinstance(one.value, ast.Call)
            ):
                continue
            given = {written(arg) for arg in one.value.args}
            kept = [part.attr for part in target.elts if isinstance(part, ast.Attribute) and written(part) in given]
            if kept and kept[0] not in renewed:
                yield (
                    one,
                    f"self.{kept[0]} carries the graph of all batches before: the second backward() fails",
                )


@rule(
    "TORCH252",
    "doubles-for-a-float-model",
    "error",
    "a model of floats is given doubles",
    remedy="torch.from_numpy(X).float(), or dtype=torch.float32",
    source="PyTorch, torch.from_numpy: the tensor has the type of the array; Islam et al. 2019",
)
def doubles(program: Program) -> Iterator[Found]:
    """`net(torch.from_numpy(np.random.randn(100, 4)))`."""
    if {"double", "float64", "set_default_dtype", "DoubleTensor"} & program.names or "float32" in program.text:
        return
    for call in program.trace.calls:
        data = as_data(call.args[0]) if call.args and call.path == ".__call__" else None
        if data is None or not nets.is_module(call.receiver) or "forward" in call.inside:
            continue
        if "double" in data.flags and "cast" not in data.flags:
            yield call.node, f"{call.text(0)} holds doubles, as numpy and pandas do, and the weights are floats"
            return
