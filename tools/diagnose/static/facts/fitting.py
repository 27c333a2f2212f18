"""Whether layers of PyTorch fit each other, and what they are given."""

import ast
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.libraries import nets
from mlpilot.tools.diagnose.static.libraries.tensors import torch_input, torch_layer
from mlpilot.tools.diagnose.static.reading.trace import Call
from mlpilot.tools.diagnose.static.reading.values import Data, Instance
from mlpilot.tools.diagnose.syntax import names_in


def through(model: Instance, data: Data, call: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The first layer of a Sequential that does not fit what comes before it; the call, where it is the first."""
    for layer in nets.sequential_layers(model):
        if not isinstance(layer, Instance) or layer.library != "torch" or layer.own is not None:
            data = Data()
            continue
        wrong = misfit(layer, data)
        if wrong:
            yield layer.node if data.last else call, f"nn.{layer.name} {wrong}"
            return
        data = torch_layer(layer, data)


def misfit(layer: Instance, data: Data) -> str:
    """What a layer takes and what it is given, where these differ; nothing where they fit, or cannot be told."""
    size, place, what = torch_input(layer)
    shape = data.shape
    if (
        size is None
        or not shape
        or (place == 1 and len(shape) < 2)
        or (layer.name.startswith("Conv") and shape[0] == -1)
    ):
        return ""
    rank = {"Conv1d": 3, "Conv2d": 4, "Conv3d": 5}.get(layer.name)
    if rank is not None and len(shape) not in (rank, rank - 1):
        return f"takes {rank - 2} dimensions and channels, and is given a shape of {len(shape)}"
    if rank is not None and len(shape) == rank - 1:
        return ""
    given = shape[place]
    if given is None or given == -1 or given == size:
        return ""
    return f"takes {size} {what}, and is given {given}"


def of_a_turn(call: Call) -> bool:
    """`for layer in self.layers: x = layer(x)`: the layer of one turn is not that of the first."""
    function = call.node.func
    loops = [loop for loop in call.loops if isinstance(loop, ast.For)]
    return isinstance(function, ast.Name) and any(function.id in names_in(loop.target) for loop in loops)
