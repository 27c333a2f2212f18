"""Edits of imports of Keras: modules that are gone, and the names that stand in others now."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.forms import Edits, indent
from mlpilot.tools.text import Edit, apply_edits, span

_LAYERS = re.compile(
    r"layers\.(?:core|convolutional|recurrent|normalization|embeddings|advanced_activations|wrappers|merge|pooling|noise"
    r"|local|experimental(?:\.preprocessing)?|convolutional_recurrent|cudnn_recurrent|attention)"
)
_SMALL = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "adagrad": "Adagrad", "adadelta": "Adadelta",
          "adamax": "Adamax", "nadam": "Nadam"}  # fmt: skip
_RENAMED = {
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "Convolution2D": "Conv2D",
    "Convolution1D": "Conv1D",
    "Deconvolution2D": "Conv2DTranspose",
}


def moved_imports(source: str, tree: ast.Module, found: Diagnosis) -> Edits:
    """`from keras.layers.core import Dense` becomes `from keras.layers import Dense`; all of a program at once."""
    del found
    edits, told = [], []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
            continue
        head, _, rest = node.module.partition("keras")
        if head not in ("", "tensorflow.", "tensorflow.python.") or (rest and not rest.startswith(".")):
            continue
        places = [(*_place(head + "keras", rest.lstrip("."), one.name), one.asname or one.name) for one in node.names]
        if all(module == node.module and name == one.name
               for (module, name, _), one in zip(places, node.names, strict=True)):  # fmt: skip
            continue
        lines: dict[str, list[str]] = {}
        for module, name, alias in places:
            lines.setdefault(module, []).append(name if name == alias else f"{name} as {alias}")
        pad = indent(source, node)
        text = f"\n{pad}".join(f"from {module} import {', '.join(names)}" for module, names in lines.items())
        edits.append(Edit(*span(source, node), text))
        told.append(node.module)
    if edits:
        yield apply_edits(source, edits), f"names of {', '.join(dict.fromkeys(told))} come from where they are now"


def _place(keras: str, module: str, name: str) -> tuple[str, str]:
    """(module, name) where something of Keras is now."""
    if _LAYERS.fullmatch(module) or (module == "layers" and name in _RENAMED):
        if name == "preprocessing":
            return keras, "layers"
        return f"{keras}.layers", _RENAMED.get(name, name)
    if module.startswith("utils.") or (module == "utils" and name in ("np_utils", "vis_utils", "generic_utils")):
        return (f"{keras}.utils", name) if module != "utils" else (keras, "utils")
    if module == "optimizers" and name in _SMALL:
        return f"{keras}.optimizers", _SMALL[name]
    if module == "preprocessing.text" or (module == "preprocessing.image" and name == "ImageDataGenerator"):
        return f"tensorflow.keras.{module}", name
    if module.startswith("engine"):
        return (f"{keras}.models", name) if name == "Model" else (f"{keras}.layers", name)
    if module in ("objectives", "metrics_impl"):
        return f"{keras}.losses", name
    return f"{keras}.{module}" if module else keras, name
