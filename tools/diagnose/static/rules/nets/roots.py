"""Roots and norms whose gradient is infinite at zero.

Sources: PyTorch, Autograd mechanics (gradients of non-differentiable functions: sqrt at 0 is inf); Keras, Image
similarity estimation using a Siamese network (epsilon under the root); Wang et al. 2022 (numerical bugs).
"""

import ast
import re
from collections.abc import Iterator

from mlpilot.tools.diagnose.static.facts.syntax import argument, own, scopes, settings
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, rule
from mlpilot.tools.diagnose.syntax import called

_SQUARES = frozenset(("square", "pow"))
_SUMS = frozenset(("sum", "reduce_sum"))


@rule(
    "TORCH267",
    "root-of-zero",
    "warning",
    "the root of a sum of squares that is 0 where both are alike",
    remedy="torch.sqrt(squares.sum(dim=1) + 1e-8), or F.pairwise_distance",
    source="PyTorch, Autograd mechanics: the gradient of sqrt at 0 is infinite; Keras, Siamese network: epsilon",
)
def root_of_zero(program: Program) -> Iterator[Found]:
    """`torch.sqrt(((u - v) ** 2).sum(dim=1))`, of which a gradient is taken."""
    if not program.names & {"backward", "GradientTape", "compile", "training_step"}:
        return
    if program.names & {"manual_backward", "detect_anomaly", "nan_to_num"}:
        return
    for scope in scopes(program):
        name = getattr(scope, "name", "")
        if re.search(r"metric|eval|rmse|score|accuracy|test|plot|gradient_penalty|penalty|norm", name):
            continue
        known = settings(scope)
        quiet = _without_gradient(scope)
        for node in own(scope):
            inner = _rooted(node)
            if inner is not None and _row_distance(inner, known) and id(node) not in quiet:
                yield node, f"{written(node)} has an infinite gradient where both are alike: the loss becomes NaN"


def _without_gradient(scope: ast.AST) -> set[int]:
    return {
        id(one)
        for node in own(scope)
        if isinstance(node, ast.With) and "no_grad" in written(node.items[0])
        for one in ast.walk(node)
    }


def _rooted(node: ast.AST) -> ast.expr | None:
    """What a root of a framework is taken of."""
    if not isinstance(node, ast.Call) or called(node) != "sqrt" or not isinstance(node.func, ast.Attribute):
        return None
    owner = written(node.func.value)
    if owner in ("torch", "tf", "K", "tf.math", "ops", "keras.ops", "keras.backend", "tf.keras.backend"):
        return node.args[0] if node.args else None
    return None if owner in ("np", "math", "numpy", "jnp") or node.args else node.func.value


def _row_distance(node: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    """Whether it is a sum along an axis of squared differences, and nothing keeps it from 0."""
    if isinstance(node, ast.Name) and len(known.get(node.id, [])) == 1 and depth < 3:
        return _row_distance(known[node.id][0], known, depth + 1)
    if not isinstance(node, ast.Call) or called(node) not in _SUMS or not isinstance(node.func, ast.Attribute):
        return False
    module = written(node.func.value) in ("torch", "tf", "K", "tf.math", "ops", "keras.ops", "keras.backend")
    inner = (node.args[0] if node.args else None) if module else node.func.value
    axis = argument(node, "dim", 1 if module else 0) or argument(node, "axis")
    return inner is not None and axis is not None and _squared_difference(inner, known, depth)


def _squared_difference(node: ast.expr, known: dict[str, list[ast.expr]], depth: int) -> bool:
    if isinstance(node, ast.Name) and len(known.get(node.id, [])) == 1 and depth < 5:
        return _squared_difference(known[node.id][0], known, depth + 1)
    base: ast.expr | None = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base = node.left
    elif isinstance(node, ast.Call) and called(node) in _SQUARES and isinstance(node.func, ast.Attribute):
        module = written(node.func.value) in ("torch", "tf", "K", "tf.math", "ops", "keras.ops", "keras.backend")
        base = (node.args[0] if node.args else None) if module else node.func.value
    if isinstance(base, ast.Name) and len(known.get(base.id, [])) == 1:
        base = known[base.id][0]
    return isinstance(base, ast.BinOp) and isinstance(base.op, ast.Sub) and not isinstance(base.right, ast.Constant)
