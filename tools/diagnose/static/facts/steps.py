"""Which axis of a sequence a program takes for its steps: what forward does with what such a layer gave."""

import ast

from mlpilot.tools.diagnose.static.facts.syntax import argument, classes, methods, own
from mlpilot.tools.diagnose.static.reading.trace import written
from mlpilot.tools.diagnose.static.reading.values import Instance
from mlpilot.tools.diagnose.static.rules.rule import Program
from mlpilot.tools.diagnose.syntax import called, names_in

_POOLS = ("mean", "max", "amax", "sum", "logsumexp")


def pooled_over_steps(program: Program, layer: Instance) -> ast.AST | None:
    """Where what comes after a layer is reduced over its second axis to one row each, or None."""
    line = getattr(layer.node, "lineno", 0)
    for home in classes(program):
        known = methods(home) if home.lineno <= line <= (home.end_lineno or 0) else {}
        body = known.get("forward")
        if body is None or "__init__" not in known:
            continue
        reached = _after(body, _attributes(known["__init__"], layer.node))
        for node in own(body):
            if _takes_second(node) and _root(node) in reached:
                return node
    return None


def _attributes(start: ast.FunctionDef, made: ast.AST) -> set[str]:
    """Attributes that a layer is kept as: by itself, or as a part of what is made of it."""
    found: set[str] = set()
    kept: set[str] = set()
    for node in own(start):
        if not isinstance(node, ast.Assign):
            continue
        if any(one is made for one in ast.walk(node.value)) or names_in(node.value) & kept:
            for target in node.targets:
                (found if isinstance(target, ast.Attribute) else kept).add(written(target))
    return found


def _after(body: ast.FunctionDef, layers: set[str]) -> set[str]:
    """Names that hold what such a layer gave, or what was made of it."""
    reached: set[str] = set()
    for node in own(body):
        if not isinstance(node, ast.Assign):
            continue
        made = any(isinstance(one, ast.Call) and written(one.func) in layers for one in ast.walk(node.value))
        names = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        if made or names_in(node.value) & reached:
            reached |= names if isinstance(node.targets[0], ast.Name) else names & _first(node.targets[0])
    return reached | layers


def _first(target: ast.expr) -> set[str]:
    return names_in(target.elts[0]) if isinstance(target, ast.Tuple) and target.elts else set()


def _takes_second(node: ast.AST) -> bool:
    """`h.mean(dim=1)`, `h[:, -1]`, `h[:, 0]`."""
    if isinstance(node, ast.Call) and called(node) in _POOLS and isinstance(node.func, ast.Attribute):
        axis = argument(node, "dim", 0)
        return isinstance(axis, ast.Constant) and axis.value == 1
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Tuple)
        and isinstance(node.slice.elts[0], ast.Slice)
    ):
        return len(node.slice.elts) in (2, 3) and written(node.slice.elts[1]) in ("0", "-1")
    return False


def _root(node: ast.AST) -> str:
    """The name, or the layer, whose result is reduced."""
    inner = node.value if isinstance(node, ast.Subscript) else node.func.value  # type: ignore[attr-defined]
    return written(inner.func) if isinstance(inner, ast.Call) else written(inner)
