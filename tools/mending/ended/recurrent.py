"""Recurrent layers of PyTorch, and tables of words: sizes, axes and first states."""

import ast
import re

from mlpilot.tools.diagnose.syntax import called, calls, keyword, with_keyword
from mlpilot.tools.mending.ended.layers import (
    SIZES,
    argument_of_layer,
    at_work,
    before,
    makers,
    makes,
    numbers,
    resized,
    size,
)
from mlpilot.tools.mending.ended.scene import Scene
from mlpilot.tools.mending.ended.state import Value
from mlpilot.tools.mending.forms import Edits

_RECURRENT = ("LSTM", "GRU", "RNN")


def batch_first(scene: Scene) -> Edits:
    """Recurrent layers that take the rows of a batch first."""
    for name in _RECURRENT:
        for call in calls(scene.tree, name):
            if keyword(call, "batch_first") is None:
                text = with_keyword(scene.source, call, "batch_first", "True")
                yield text, f"the {name} takes the rows of a batch first"


def _recurrent_size(scene: Scene, found: re.Match[str]) -> Edits:
    wanted, given = int(found.group(1)), int(found.group(2))
    layer = at_work(scene, *_RECURRENT, "LSTMCell", "GRUCell", "RNNCell")
    shape = layer.given.shape if layer is not None and layer.given is not None else None
    call = argument_of_layer(scene)
    if shape is not None and call is not None and len(shape) == 3 and shape[1] == wanted:
        yield from scene.suffixed(call, 0, ".transpose(1, 2)")
    if shape is not None and call is not None and wanted == 1 and len(shape) == 2:
        yield from scene.suffixed(call, 0, ".unsqueeze(-1)")
    if layer is not None:
        yield from resized(scene, layer, "input_size", given)
        yield from before(scene, layer, given, wanted)
    yield from numbers(scene, wanted, given)


def _recurrent_axes(scene: Scene, _: re.Match[str]) -> Edits:
    """Series without the axis of their columns."""
    call = argument_of_layer(scene)
    layer = at_work(scene, *_RECURRENT)
    shape = layer.given.shape if layer is not None and layer.given is not None else None
    if call is None or shape is None:
        return
    for suffix in (".unsqueeze(-1)", ".unsqueeze(1)") if len(shape) < 3 else (".squeeze(1)", ".flatten(2)"):
        yield from scene.suffixed(call, 0, suffix)


def _hidden(scene: Scene, _: re.Match[str]) -> Edits:
    """A first state of another shape than the layer wants."""
    yield from batch_first(scene)
    for node in calls(scene.tree):
        if called(node) in ("zeros", "randn") and len(node.args) >= 3:
            base = next((name for name in ("x", "input", "inputs", "seq") if scene.named(name).shape), "")
            for layer in scene.state.layers[:1]:
                rows = 0 if layer.sizes.get("batch_first") else 1
                if base:
                    yield scene.put((node.args[1], f"{base}.size({rows})")), "the first state has the batch's rows"
                deep = layer.sizes.get("num_layers", 1) * (1 + layer.sizes.get("bidirectional", 0))
                yield scene.put((node.args[0], str(deep))), f"the first state has {deep} layers"
                width = layer.sizes.get("hidden_size", 0)
                if width:
                    yield scene.put((node.args[2], str(width))), f"the first state has {width} columns"


def _embedding(scene: Scene, _: re.Match[str]) -> Edits:
    """More words than the table has rows."""
    layer = at_work(scene, "Embedding")
    most = layer.given.most if layer is not None and layer.given is not None else None
    if layer is None or most is None:
        return
    rows = layer.sizes.get("num_embeddings", 0)
    for call in makers(scene, layer)[:2]:
        node = size(call, "num_embeddings")
        if node is not None and not isinstance(node, ast.Constant):
            one_more = f"{scene.text(node)} + 1"
            yield scene.put((node, one_more)), f"num_embeddings of {layer.path or layer.kind} is one more"
    yield from _vocabulary(scene, rows, int(most) + 1)
    larger = max((int(one.most) + 1 for one in _indices(scene) if one.most is not None), default=0)
    for new in dict.fromkeys([larger, int(most) + 1]):
        if new > rows:
            yield from resized(scene, layer, "num_embeddings", new)


def _vocabulary(scene: Scene, rows: int, most: int) -> Edits:
    """The number of words, where it is handed to a model of the script's own or has a name."""
    if most == rows + 1:
        for call in calls(scene.tree):
            if makes(scene, call) and called(call) not in SIZES:
                for one in [*call.args, *(one.value for one in call.keywords)]:
                    text = scene.text(one)
                    if scene.number(one) == rows or re.fullmatch(r"len\(\w*(?:vocab|word|idx|index|stoi)\w*\)", text):
                        yield scene.put((one, f"{text} + 1")), f"{text} + 1 rows, as the highest number asks for"
        for name, value in scene.constants.items():
            if isinstance(value, ast.Call) and called(value) == "len" and scene.named(name).number == rows:
                yield scene.put((value, f"{scene.text(value)} + 1")), f"{name} is one more"
    yield from numbers(scene, rows, most)


def _indices(scene: Scene) -> list[Value]:
    held = [one for frame in scene.frames for one in frame.values.values()]
    return [one for one in held if one.tensor and "int" in one.dtype and one.shape and len(one.shape) > 1]


RULES = (
    (r"input\.size\(-1\) must be equal to input_size\. Expected (\d+), got (\d+)", _recurrent_size),
    (r"input has inconsistent input_size: got \d+ expected", _recurrent_axes),
    (r"(?:RNN|LSTM|GRU): Expected input to be 2D or 3D|input must have 3 dimensions", _recurrent_axes),
    (r"Expected hidden\[?\d?\]? ?size|For batched 3-D input, hx|hidden.{0,20}size \(", _hidden),
    (r"index out of range in self", _embedding),
)
"""(what the error says, its edits)."""
