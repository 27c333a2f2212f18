"""PyTorch: what a loss is given, and what it applies by itself.

Sources: PyTorch, documentation of each loss; Humbatova et al. 2020 (wrong loss, activation); Zhang et al. 2018.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import datasets, nets
from mlpilot.tools.diagnose.static.libraries.tensors import ACTIVATIONS
from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, number
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.state import ends_before

_HIDDEN = listed("relu tanh leaky_relu elu gelu selu silu prelu hardswish")


def losses(program: Program) -> Iterator[tuple[Call, str, Data]]:
    """(call, name of the loss, outputs of the model)."""
    seen = set()
    for call in program.trace.calls:
        result = call.result
        if isinstance(result, Data) and result.kind == "loss" and call.args and call.node not in seen:
            torch = call.library == "torch" or nets.is_loss(call.receiver)
            outputs = as_data(call.args[0])
            if torch and outputs is not None:
                seen.add(call.node)
                yield call, result.last, outputs


def _applied(outputs: Data, call: Call) -> ast.AST:
    """Where the last operation of a network stands, which the loss does not go with; else the loss."""
    return outputs.place or call.node


def _rest(name: str) -> str:
    return f"PyTorch, {name}"


@rule(
    "TORCH101",
    "softmax-before-cross-entropy",
    "warning",
    "softmax before a loss that applies it",
    remedy="return the raw outputs (logits) from the model; apply softmax only to look at probabilities",
    source=_rest("CrossEntropyLoss"),
)
def softmax_twice(program: Program) -> Iterator[Found]:
    """`nn.CrossEntropyLoss()(softmax(x), y)`."""
    for call, name, outputs in losses(program):
        if name == "CrossEntropyLoss" and outputs.last in ("softmax", "log_softmax", "sigmoid"):
            yield (
                _applied(outputs, call),
                f"CrossEntropyLoss applies log-softmax itself, and {call.text(0)} went through {outputs.last} already",
            )


@rule(
    "TORCH102",
    "sigmoid-before-logits-loss",
    "warning",
    "sigmoid before a loss that applies it",
    remedy="return the raw outputs, or take BCELoss",
    source=_rest("BCEWithLogitsLoss"),
)
def sigmoid_twice(program: Program) -> Iterator[Found]:
    """`BCEWithLogitsLoss()(sigmoid(x), y)`."""
    for call, name, outputs in losses(program):
        if name == "BCEWithLogitsLoss" and outputs.last in ("sigmoid", "softmax"):
            yield (
                _applied(outputs, call),
                f"BCEWithLogitsLoss applies sigmoid itself, and {call.text(0)} went through {outputs.last} already",
            )


@rule(
    "TORCH103",
    "bce-without-sigmoid",
    "error",
    "BCELoss of outputs that are no probabilities",
    remedy="take BCEWithLogitsLoss, or end the model with sigmoid",
    source=_rest("BCELoss"),
)
def no_sigmoid(program: Program) -> Iterator[Found]:
    """`BCELoss()(linear(x), y)`."""
    for call, name, outputs in losses(program):
        if name == "BCELoss" and outputs.last in ({"linear", "conv", "log_softmax"} | _HIDDEN):
            yield call.node, f"BCELoss takes probabilities, and {call.text(0)} is the output of a {outputs.last} layer"


@rule(
    "TORCH104",
    "nll-without-log-softmax",
    "error",
    "NLLLoss of outputs that are no log-probabilities",
    remedy="take CrossEntropyLoss, or end the model with log_softmax",
    source=_rest("NLLLoss"),
)
def no_log_softmax(program: Program) -> Iterator[Found]:
    """`NLLLoss()(softmax(x), y)`."""
    for call, name, outputs in losses(program):
        if name == "NLLLoss" and outputs.last in ({"linear", "softmax", "sigmoid", "conv"} | _HIDDEN):
            yield call.node, f"NLLLoss takes log-probabilities, and {call.text(0)} ends with {outputs.last}"


@rule(
    "TORCH105",
    "activation-before-loss",
    "warning",
    "an activation cuts off the outputs",
    remedy="no activation after the last layer",
    source="Humbatova et al. 2020, wrong activation; NeuraLint",
)
def cut_off(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss()(relu(linear(x)), y)`."""
    for call, name, outputs in losses(program):
        if name in ("CrossEntropyLoss", "BCEWithLogitsLoss") and outputs.last in ("relu", "tanh"):
            yield (
                _applied(outputs, call),
                f"{name} takes outputs of any size, and {call.text(0)} went through {outputs.last}",
            )
        elif name == "NLLLoss" and "cut off" in outputs.flags and outputs.last == "log_softmax":
            yield (
                call.node,
                f"{call.text(0)} went through relu before {outputs.last}: no class is told less than nothing",
            )


@rule(
    "TORCH106",
    "loss-arguments-swapped",
    "error",
    "the loss is given labels and outputs in the wrong order",
    remedy="loss(outputs, labels)",
    source=_rest("CrossEntropyLoss"),
)
def swapped(program: Program) -> Iterator[Found]:
    """`criterion(labels, outputs)`."""
    for call, name, first in losses(program):
        second = as_data(call.args[1]) if len(call.args) > 1 else None
        if second is None or name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"):
            continue
        if first.role == "y" and first.made_by is None and nets.is_module(second.made_by) and second.last != "argmax":
            yield call.node, f"{name} takes the outputs first, and {call.text(0)} are labels"


@rule(
    "TORCH107",
    "loss-built-with-data",
    "error",
    "the loss is made with what it should be called with",
    remedy="criterion = nn.CrossEntropyLoss(), then criterion(outputs, labels)",
    source="PyTorch, torch.nn",
)
def built_with_data(program: Program) -> Iterator[Found]:
    """`loss = nn.CrossEntropyLoss(outputs, labels)`, `x = nn.ReLU(x)`."""
    for one in program.trace.instances:
        if one.library != "torch" or not one.args or one.own is not None:
            continue
        given = [as_data(value) for value in one.args]
        tensors = [data for data in given if data is not None and data.kind in ("data",) and data.rows]
        if nets.is_loss(one) and len(one.args) >= 2 and len(tensors) >= 2:
            yield one.node, f"nn.{one.name} is made with the data: it has to be called with it"
        elif (
            (one.name in ACTIVATIONS or one.name in ("Flatten", "Dropout", "MaxPool2d"))
            and tensors
            and given[0] in tensors
        ):
            yield one.node, f"nn.{one.name} is a layer: it is made with the data here, and has to be called with it"


@rule(
    "TORCH108",
    "label-type",
    "error",
    "labels of a type that the loss does not take",
    remedy="whole numbers (.long()) for CrossEntropyLoss and NLLLoss, floats (.float()) for BCE and MSE",
    source=_rest("losses"),
)
def label_type(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss()(outputs, labels.float())`."""
    for call, name, outputs in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        if labels is None or labels.kind != "data":
            continue
        squeezed = outputs.shape is not None and outputs.shape[-1:] == (1,)
        shares = labels.last in ("softmax", "one hot") or (labels.shape is not None and labels.shape == outputs.shape)
        if name == "CrossEntropyLoss" and shares:
            continue  # it takes the share of each class, too
        if name in ("CrossEntropyLoss", "NLLLoss") and labels.form == "float" and labels.role == "y" and not squeezed:
            if labels.shape is None or len(labels.shape) == 1:
                yield call.node, f"{name} takes classes as whole numbers, and {call.text(1)} is of floats"
        elif name in ("CrossEntropyLoss", "NLLLoss") and labels.shape is not None and labels.shape[-1:] == (1,):
            if len(labels.shape) == 2 and labels.role == "y":
                yield call.node, f"{name} takes one number a row, and {call.text(1)} is a column of shape (n, 1)"
        elif name in ("BCELoss", "BCEWithLogitsLoss", "MSELoss") and (
            labels.form == "long" or (labels.form == "int" and labels.dataset and "cast" not in labels.flags)
        ):
            yield call.node, f"{name} takes floats, and {call.text(1)} is of whole numbers"


@rule(
    "TORCH109",
    "cross-entropy-of-one",
    "error",
    "cross-entropy of one output",
    remedy="one output for each class, or BCEWithLogitsLoss for one output",
    source=_rest("CrossEntropyLoss"),
)
def one_output(program: Program) -> Iterator[Found]:
    """`nn.Linear(64, 1)` and `CrossEntropyLoss`."""
    for call, name, outputs in losses(program):
        if (
            name in ("CrossEntropyLoss", "NLLLoss")
            and outputs.shape is not None
            and outputs.shape[-1:] == (1,)
            and outputs.last in ("linear", "softmax", "log_softmax", "sigmoid")
            and "moved axes" not in outputs.flags
        ):
            yield (
                call.node,
                f"{call.text(0)} has one column, and {name} wants one for each class: the loss is always 0",
            )


@rule(
    "TORCH110",
    "outputs-and-classes-differ",
    "error",
    "fewer outputs than classes",
    remedy="one output for each class",
    source="Humbatova et al. 2020, wrong number of neurons",
)
def classes_differ(program: Program) -> Iterator[Found]:
    """`nn.Linear(128, 5)` for MNIST."""
    for call, name, outputs in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        classes = datasets.CLASSES.get(labels.dataset, 0) if labels is not None else 0
        width = outputs.shape[-1] if outputs.shape else None
        if labels is not None and any(step[0] == "order" for row in labels.rows for step in row):
            continue  # those of some classes alone: y[y < 5]
        if name in ("CrossEntropyLoss", "NLLLoss") and classes and width is not None and 1 < width < classes:
            assert labels is not None
            yield call.node, f"{call.text(0)} has {width} columns, and {labels.dataset} has {classes} classes"


@rule(
    "TORCH112",
    "softmax-dimension",
    "warning",
    "softmax over the wrong dimension, or over one that is guessed",
    remedy="softmax(x, dim=1) for rows of outputs",
    source=_rest("functional.softmax"),
)
def softmax_dimension(program: Program) -> Iterator[Found]:
    """`F.softmax(x)`, `nn.Softmax(dim=0)`."""
    for call in program.trace.calls:
        function = call.path in ("torch.nn.functional.softmax", "torch.nn.functional.log_softmax", "torch.softmax")
        if function and call.get("dim", 1) is None and call.args:
            yield call.node, f"{call.name} without dim= guesses over which dimension to sum"
        elif function and number(call.get("dim", 1)) == 0 and _is_rows(call):
            yield call.node, f"{call.name}(dim=0) sums over the rows of the batch, not over the classes"
    for one in program.trace.instances:
        if one.path in ("torch.nn.Softmax", "torch.nn.LogSoftmax"):
            if one.argument("dim", 0) is None:
                yield one.node, f"nn.{one.name}() without dim= guesses over which dimension to sum"
            elif number(one.argument("dim", 0)) == 0:
                yield one.node, f"nn.{one.name}(dim=0) sums over the rows of the batch, not over the classes"


def _is_rows(call: Call) -> bool:
    data = as_data(call.args[0]) if call.args else None
    rows = data is None or data.last in ("linear", "")
    return rows and call.inside[-1:] == ("forward",)


@rule(
    "TORCH113",
    "loss-not-reduced",
    "error",
    "a loss of many numbers is taken back",
    remedy='leave reduction at "mean", or take loss.mean().backward()',
    source="PyTorch, Tensor.backward",
)
def not_reduced(program: Program) -> Iterator[Found]:
    """`CrossEntropyLoss(reduction="none")` and `loss.backward()`."""
    for call in program.trace.of("backward"):
        data = call.receiver
        if isinstance(data, Data) and data.kind == "loss" and data.form == "none" and not call.args and not call.kwargs:
            made = [one for one in program.sets.get(call.on(), []) if one.lineno < call.node.lineno]
            text = f"{call.on()} holds a number for each row (reduction='none'), and is taken back without mean()"
            yield made[-1] if made else call.node, text


@rule(
    "TORCH114",
    "mse-of-softmax",
    "warning",
    "a loss for values, and outputs that are probabilities of classes",
    remedy="take CrossEntropyLoss of the raw outputs",
    source="Humbatova et al. 2020, wrong loss function",
)
def mse_of_softmax(program: Program) -> Iterator[Found]:
    """`MSELoss()(softmax(x), y)`."""
    for call, name, outputs in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        alike = labels is not None and labels.last == outputs.last
        if name in ("MSELoss", "L1Loss") and outputs.last in ("softmax", "log_softmax") and not alike:
            yield call.node, f"{name} is for values, and {call.text(0)} went through {outputs.last}"


@rule(
    "TORCH115",
    "loss-of-labels",
    "error",
    "a loss of what has no gradient",
    remedy="give the loss the raw outputs; argmax and detach only to look at them",
    source="PyTorch, Autograd mechanics; Islam et al. 2019",
)
def no_gradient(program: Program) -> Iterator[Found]:
    """`criterion(outputs.argmax(1), labels)`, `criterion(outputs.detach(), labels)`."""
    taken_back = {call.on() for call in program.trace.of("backward")}
    for call, name, outputs in losses(program):
        backed = call.alias in taken_back
        if outputs.last == "argmax" and nets.is_module(outputs.made_by):
            yield _applied(outputs, call), f"{name} is given {call.text(0)}, labels that no gradient comes back from"
        elif backed and "thresholded" in outputs.flags:
            yield call.node, f"{name} is given {call.text(0)}, answers of yes or no that no gradient comes back from"
        elif backed and nets.is_module(outputs.made_by) and len(taken_back) == 1 and ends_before(program, outputs):
            yield (
                outputs.cut or call.node,
                f"{name} is given {call.text(0)}, which is detached: no gradient comes back from it",
            )


@rule(
    "TORCH116",
    "loss-wrapped-anew",
    "error",
    "a loss that has lost its graph",
    remedy="call backward() on the loss itself",
    source="PyTorch, torch.tensor: a new leaf, without history",
)
def wrapped_anew(program: Program) -> Iterator[Found]:
    """`loss = torch.tensor(loss.item(), requires_grad=True); loss.backward()`."""
    for call in program.trace.of("backward"):
        if isinstance(call.receiver, Data) and "rewrapped" in call.receiver.flags:
            yield call.node, f"{call.on()} was made anew from a number: nothing before it gets a gradient"


@rule(
    "TORCH117",
    "backward-without-graph",
    "error",
    "backward where gradients are off",
    remedy="train outside of torch.no_grad()",
    source="PyTorch, Autograd mechanics: No-grad Mode",
)
def no_graph(program: Program) -> Iterator[Found]:
    """`with torch.no_grad(): loss = ...; loss.backward()`."""
    for call in program.trace.of("backward"):
        if not call.grad and isinstance(call.receiver, Data) and call.receiver.kind == "loss":
            yield call.node, f"{call.on()} is computed within no_grad, and has no graph to go back through"
