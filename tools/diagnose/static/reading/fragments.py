"""Names that a piece of a program uses and never binds: what was cut off before it, or stands further down.

People show the part that they believe to be wrong: the imports, the line that makes the model, or the order of the
cells of a notebook are missing. What a name is used for still tells what it is.
"""

import ast
import functools

from mlpilot.tools.diagnose.static.reading.listing import listed
from mlpilot.tools.diagnose.static.reading.resolve import LAYERS
from mlpilot.tools.diagnose.syntax import every_node

_STARTS = frozenset(("compile", "fit", "fit_generator", "summary"))


def defined_below(tree: ast.Module, name: str) -> ast.stmt | None:
    """The class or function of this name, where the file defines it further down."""
    kinds = ast.ClassDef | ast.FunctionDef
    return next((one for one in tree.body if isinstance(one, kinds) and one.name == name), None)


def grows_layers(tree: ast.Module, name: str) -> bool:
    """Whether the name is a Keras model whose first lines are missing: layers are added to it, and it is compiled."""
    asked = _asked(tree).get(name, set())
    if {"compile with a loss", "fit"} <= asked:
        return True
    return bool(asked & _STARTS) and any(f"add {layer}" in asked for layer in LAYERS)


@functools.lru_cache(maxsize=2)
def _asked(tree: ast.Module) -> dict[str, set[str]]:
    """Name → methods that are called on it, with the layers that are added; for the whole program at once."""
    found: dict[str, set[str]] = {}
    for node in every_node(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        on = node.func.value
        if isinstance(on, ast.Name):
            asked = found.setdefault(on.id, set())
            asked.add(node.func.attr if node.func.attr != "add" else f"add {_layer(node)}")
            if node.func.attr == "compile" and any(one.arg == "loss" for one in node.keywords):
                asked.add("compile with a loss")
    return found


_NETWORKS = listed("model net network cnn mlp generator discriminator netD netG G D gen disc")
_LOSSES = listed("criterion crit loss_fn loss_func loss_function lossfn loss_criterion")


def torch_part(tree: ast.Module, name: str) -> str:
    """The class of PyTorch that a name stands for which is called, and never made: a network or a loss, or nothing."""
    if name not in _NETWORKS | _LOSSES or not _takes_back(tree):
        return ""
    called = name in _called(tree)
    return ("torch.nn.Module" if name in _NETWORKS else "torch.nn.SomeLoss") if called else ""


@functools.lru_cache(maxsize=2)
def _called(tree: ast.Module) -> frozenset[str]:
    """Names that are called."""
    calls = (one for one in every_node(tree) if isinstance(one, ast.Call))
    return frozenset(one.func.id for one in calls if isinstance(one.func, ast.Name))


@functools.lru_cache(maxsize=2)
def _takes_back(tree: ast.Module) -> bool:
    """Whether a program names PyTorch, or takes gradients as it does."""
    return any(
        (isinstance(one, ast.Attribute) and one.attr == "backward") or (isinstance(one, ast.Name) and one.id == "torch")
        for one in every_node(tree)
    )


def _layer(node: ast.Call) -> str:
    made = node.args[0].func if node.args and isinstance(node.args[0], ast.Call) else None
    return made.id if isinstance(made, ast.Name) else made.attr if isinstance(made, ast.Attribute) else ""
