"""What the observers of PyTorch know of its functions, modules and tensors."""

import functools
import weakref
from typing import Any

LOSSES = (
    "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss",
    "smooth_l1_loss", "huber_loss", "kl_div", "hinge_embedding_loss", "multi_margin_loss",
)  # fmt: skip
THRESHOLDS = {"binary_cross_entropy": 0.5, "binary_cross_entropy_with_logits": 0.0}
ACTIVATIONS = {"relu": "relu", "relu_": "relu", "relu6": "relu", "sigmoid": "sigmoid", "tanh": "tanh",
               "softmax": "softmax", "log_softmax": "softmax"}  # fmt: skip


class Scaled:
    """Mixed precision multiplies the loss for its gradients' sake; what is told is the loss itself."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self._last: tuple[Any, Any] | None = None

    def start(self) -> None:
        """Listen to the scalers."""
        scaler = getattr(self.torch.amp, "GradScaler", None) or self.torch.cuda.amp.GradScaler
        scale, watch = scaler.scale, self

        @functools.wraps(scale)
        def noted(self: Any, outputs: Any) -> Any:
            given = scale(self, outputs)
            if isinstance(given, watch.torch.Tensor):
                watch._last = weakref.ref(given), outputs.detach()
            return given

        scaler.scale = noted

    def plain(self, loss: Any) -> Any:
        """A loss as it was before it was scaled."""
        return self._last[1] if self._last is not None and self._last[0]() is loss else loss


def right_share(name: str, outputs: Any, targets: Any) -> float | None:
    """The share of rows whose class is right, by the function of the loss; None where there are no classes."""
    if outputs.ndim == 2 and outputs.shape[1] > 1 and targets.ndim == 1 and not targets.is_floating_point():
        return float((outputs.argmax(1) == targets).float().mean())
    if name in THRESHOLDS and outputs.shape == targets.shape:
        return float(((outputs > THRESHOLDS[name]) == (targets > 0.5)).float().mean())
    return None


def activated(kind: str, output: Any, is_spatial: bool) -> dict[str, Any]:
    """What an activation gave: its kind, and the share of units that are dead or of values that are saturated."""
    found: dict[str, Any] = {"activation": kind}
    if kind == "relu" and output.ndim > 1:
        axis = 1 if is_spatial else output.ndim - 1
        others = [one for one in range(output.ndim) if one != axis]
        found["dead"] = 1.0 - float((output > 0).amax(dim=others).float().mean())
    elif kind == "sigmoid":
        found["saturated"] = float(((output < 0.01) | (output > 0.99)).float().mean())
    elif kind == "tanh":
        found["saturated"] = float((output.abs() > 0.98).float().mean())
    elif kind == "softmax" and output.ndim == 2:
        sharp = output if float(output.max()) > 0 else output.exp()
        found["saturated"] = float((sharp.amax(dim=1) > 0.99).float().mean())
    return found


def kernels_of(module: Any) -> list[Any]:
    """The trainable weights of the module itself, without biases where it has others."""
    own = [one for one in module.parameters(recurse=False) if one.requires_grad]
    return [one for one in own if one.ndim > 1] or own


def largest(called: list[tuple[Any, Any, Any]]) -> tuple[Any, Any, Any]:
    """Of modules with what they were given and gave, that with the most weights: the model."""
    return max(called, key=lambda one: sum(1 for _ in one[0].parameters()))


def is_spatial(module: Any, output: Any) -> bool:
    """Whether channels are the second axis."""
    return output.ndim > 2 and any(word in type(module).__name__ for word in ("Conv", "BatchNorm", "Instance", "Group"))


def array(tensor: Any) -> Any:
    """The tensor as a numpy array."""
    kept = tensor.detach().cpu()
    return (kept.float() if kept.is_floating_point() else kept).numpy()
