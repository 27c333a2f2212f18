"""PyTorch: a column of outputs against a row of labels, which broadcasting makes a square of.

Sources: PyTorch, MSELoss (size of the target) and Broadcasting semantics; pytorch/pytorch issue 16045.
"""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.reading.trace import as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.static.rules.torch.loss import losses


@rule(
    "TORCH111",
    "broadcast-in-loss",
    "warning",
    "a column against a row: every output meets every label",
    remedy="outputs.squeeze(1), or labels.unsqueeze(1): both of one shape",
    source="PyTorch, MSELoss; broadcasting semantics",
)
def broadcast(program: Program) -> Iterator[Found]:
    """`MSELoss()(outputs of (n, 1), labels of (n,))`; `outputs - labels` of these shapes."""
    yield from _subtracted(program)
    for call, name, outputs in losses(program):
        labels = as_data(call.args[1]) if len(call.args) > 1 else None
        if labels is None or outputs.shape is None or outputs.shape[-1:] != (1,):
            continue
        flat = labels.role == "y" and labels.shape is None and (len(labels.columns or ()) == 1 or labels.dataset)
        given = call.node.args[-1]
        several = isinstance(given, ast.Subscript) and isinstance(given.slice, ast.Tuple)  # y[rows, :1]: of two axes
        flat = flat and not several and "n_targets" not in program.text
        flat = flat or (labels.shape is not None and len(labels.shape) == 1)
        if (
            name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCEWithLogitsLoss", "BCELoss")
            and flat
            and (
                (not labels.flags & {"unsqueezed", "squeezed"} or labels.shape is not None)
                and not outputs.flags & {"squeezed"}
                and labels.form != "onehot"
            )
        ):
            yield (
                call.node,
                f"{call.text(0)} is of shape (n, 1), and {call.text(1)} of (n,): they are broadcast to (n, n)",
            )


def _subtracted(program: Program) -> Iterator[Found]:
    """A loss by hand: outputs of (n, 1) minus labels of (n,)."""
    seen = set()
    for node, left, right, _ in program.trace.operations:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub) or node in seen:
            continue
        seen.add(node)
        for outputs, labels in ((left, right), (right, left)):
            if isinstance(outputs, Data) and isinstance(labels, Data) and _column(outputs) and _row(labels):
                text = "one side is of shape (n, 1), outputs, and the other of (n,), labels"
                yield node, f"{written(node)}: {text}: they are broadcast to (n, n)"
                break


def _column(data: Data) -> bool:
    """Whether it is what a network gave, one number a row, with the axis of the numbers."""
    shape = data.shape or ()
    return data.last == "linear" and nets.is_module(data.made_by) and len(shape) == 2 and shape[1] == 1


def _row(data: Data) -> bool:
    """Whether it is labels that have one axis for certain."""
    moved = data.flags & {"unsqueezed", "squeezed", "moved axes"}
    return data.role == "y" and data.kind == "data" and len(data.shape or ()) == 1 and data.shape != (1,) and not moved
