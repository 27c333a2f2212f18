"""Mends for sizes that do not fit, where the error of PyTorch, Keras or TensorFlow says which size would."""

import ast
import re

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.syntax import called, calls, keyword
from mlpilot.tools.mending.forms import Edits
from mlpilot.tools.text import replace


def number_of(node: ast.expr | None) -> int | None:
    """The whole number that products and sums of written numbers come to; None for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Add):
        one, other = number_of(node.left), number_of(node.right)
        if one is not None and other is not None and max(abs(one), abs(other)) < 2**31:
            return one * other if isinstance(node.op, ast.Mult) else one + other
    return None


def linear(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`nn.Linear(300, 40)` that is given 108 columns: `nn.Linear(108, 40)`."""
    del broken
    given, wanted, outputs = (int(found.group(place)) for place in (1, 2, 3))
    for call in calls(tree, "Linear"):
        sizes = [*call.args, *(one.value for name in ("in_features", "out_features") if (one := keyword(call, name)))]
        if len(sizes) == 2 and number_of(sizes[0]) == wanted and number_of(sizes[1]) in (outputs, None):
            yield replace(source, sizes[0], str(given)), f"the layer takes the {given} columns that it is given"


def inputs(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """`Input(shape=(8,))` of a table of 13 columns: `Input(shape=(13,))`."""
    del broken
    wanted, given = int(found.group(1)), found.group(2)
    for call in calls(tree):
        for name in ("shape", "input_shape", "input_dim"):
            one = keyword(call, name)
            size = one.value if one is not None else call.args[0] if called(call) == "Input" and call.args else None
            size = size.elts[-1] if isinstance(size, ast.Tuple) and len(size.elts) == 1 else size
            if size is not None and number_of(size) == wanted:
                yield replace(source, size, given), f"the model takes the {given} columns that it is given"
                return


def classes(source: str, tree: ast.Module, broken: Diagnosis, found: re.Match[str]) -> Edits:
    """A last layer of as many outputs as there are classes, as far as the labels that were met say."""
    del broken
    met, outputs = int(found.group(1)), int(found.group(2))
    layers = [call for call in calls(tree, "Dense") if call.args and number_of(call.args[0]) == outputs]
    for call in layers[-1:]:
        yield replace(source, call.args[0], str(met + 1)), f"the last layer has {met + 1} outputs, one for each class"
