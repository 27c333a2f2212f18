"""Rows that are cut by their places: `rows[:800]`, `both[len(train):]`, and which cuts are one and the same."""

import ast

from mlpilot.tools.diagnose.static.reading.trace import Context, as_data, written
from mlpilot.tools.diagnose.static.reading.values import Data, Rows, Step


def taken_apart(context: Context, data: Data, node: ast.Slice) -> Rows | None:
    """The rows of `both[:len(train)]` and `both[len(train):]`, where `both` was put together of train and others."""
    bound = node.upper if node.lower is None else node.lower if node.upper is None else None
    if bound is None or node.step is not None or len(data.rows) < 2:
        return None
    if isinstance(bound, ast.BinOp) and isinstance(bound.right, ast.Constant):  # .loc[: n - 1]
        bound = bound.left
    while isinstance(bound, ast.Subscript | ast.Attribute):  # train.shape[0]
        bound = bound.value
    if isinstance(bound, ast.Call) and written(bound.func) == "len" and bound.args:
        bound = bound.args[0]
    counted = as_data(context.lookup(bound.id)) if isinstance(bound, ast.Name) else None
    if counted is None or not counted.rows or not counted.rows < data.rows:
        return None
    return counted.rows if node.lower is None else data.rows - counted.rows


def cut(context: Context, node: ast.Slice) -> Step | None:
    """The choice of rows that a slice makes; None where it moves with a loop, or takes all."""
    lower, upper = node.lower, node.upper
    if isinstance(lower, ast.Constant) and lower.value in (0, None):
        lower = None
    skips = node.step is not None and not (isinstance(node.step, ast.Constant) and node.step.value in (1, None))
    if skips or (lower is None and upper is None):
        return None
    counters = {
        name.id
        for loop in context.loops
        for target in _targets(loop)
        for name in ast.walk(target)
        if isinstance(name, ast.Name) and not _is_fold(context, name.id)
    }
    bounds = [one for one in (lower, upper) if one is not None]
    used = {name.id for bound in bounds for name in ast.walk(bound) if isinstance(name, ast.Name)}
    if used & counters or any(isinstance(loop, ast.While) for loop in context.loops):
        return None
    here = "".join(context.locally(bound) for bound in bounds)
    if lower is not None and upper is not None:
        return ("range", f"{written(lower)}:{written(upper)}{here}", "in")
    if lower is not None:
        return ("cut", written(lower) + here, "tail")
    return ("cut", written(bounds[0]) + here, "head")


def _is_fold(context: Context, name: str) -> bool:
    """Whether it stands for the rows of a fold: `y[: train[-1] + 1]` is a part of the rows, and does not slide."""
    value = context.lookup(name)
    return isinstance(value, Data) and value.kind == "picks" and any(step[0] == "split" for step in value.steps)


def _targets(loop: ast.AST) -> list[ast.AST]:
    if isinstance(loop, ast.For | ast.AsyncFor):
        return [loop.target]
    return [one.target for one in getattr(loop, "generators", [])]


def is_cut(data: Data) -> bool:
    """Whether rows were cut or chosen by a condition, rather than split."""
    return bool(data.rows) and all(
        row[-1][0] in ("cut", "range", "order", "equal", "test", "some") for row in data.rows
    )
