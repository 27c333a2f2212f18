"""The part of the probe that asks what made the outputs that PyTorch's losses are given, and what they can reach."""

import functools
from typing import Any

_VALUES = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
_REACH = {"Relu": (0.0, float("inf")), "Sigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0), "Softmax": (0.0, 1.0)}
_SHAPES = (
    "View",
    "UnsafeView",
    "Squeeze",
    "Unsqueeze",
    "Reshape",
    "Flatten",
    "T",
    "Transpose",
    "Alias",
    "ToCopy",
    "Select",
)
_DEEPEST, _NEARLY = 6, 1e-6


class Reach:
    """Hooks on losses of values and of classes."""

    def __init__(self, sets: Any) -> None:
        self.probe = sets.probe
        functional = sets.torch.nn.functional
        for name in _VALUES:
            sets._after(functional, name, functools.partial(self._loss, "values"))
        sets._after(functional, "cross_entropy", functools.partial(self._loss, "classes"))

    def _loss(self, of: str, _: Any, out: Any, target: Any, *__: Any, **___: Any) -> None:
        made = made_by(out)
        if not made:
            return
        count = self.probe.count
        count(f"losses of {of} that have a graph")
        if of == "values":
            low, high = _REACH.get(made, (-float("inf"), float("inf")))
            beyond = bool(((target < low - _NEARLY) | (target > high + _NEARLY)).any())
            count("losses of targets beyond what outputs reach", int(beyond))
        else:
            count("losses of outputs that are cut off", int(made in ("Relu", "Sigmoid", "Tanh")))


def made_by(out: Any) -> str:
    """The operation that a tensor comes from, whatever its shape was made after: `Relu`; "" without a graph."""
    step = out.grad_fn
    for _ in range(_DEEPEST):
        name = type(step).__name__.partition("Backward")[0].lstrip("_")
        if name not in _SHAPES or not step.next_functions:
            break
        step = step.next_functions[0][0]
    return name if step is not None else ""
