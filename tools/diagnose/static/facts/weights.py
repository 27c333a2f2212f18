"""Whose weights a line of a program sets: those of a layer with others after it, or of one that stands by itself."""

import ast

from mlpilot.tools.diagnose.static.reading.trace import Call, written
from mlpilot.tools.diagnose.static.rules.rule import Program

_ANY = frozenset(("m", "module", "mod", "layer", "l", "sub", "submodule", "child", "p", "param"))
"""What a layer is called where something is done to each of them."""
_WEIGHTED = ("Linear", "Conv", "LSTM", "GRU", "Bilinear")


def hidden_weights(program: Program, call: Call, owner: str) -> bool:
    """Whether a layer, as written, is any layer of a network, or one with others after it.

    Units of the last layer learn different things even where they start alike, since each has labels of its own.
    """
    if owner in _ANY and (call.inside or call.loops):
        return True
    home = _home(program, call.node)
    if owner.startswith("self."):
        return owner in _layers(home, "self.")[:-1]
    zeroed = {
        _owner(node)
        for node in ast.walk(home)
        if isinstance(node, ast.Call) and written(node.func).rpartition(".")[2] == call.name
    }
    return len({one for one in zeroed if ".bias" not in one}) > 1 or _is_indexed(program, owner)


def _owner(node: ast.Call) -> str:
    """Whose weights a call sets: `init.zeros_(layer.weight)`, `layer.weight.data.fill_(0)`."""
    method = isinstance(node.func, ast.Attribute) and node.func.attr in ("fill_", "zero_")
    given = node.func.value if method else node.args[0] if node.args else node  # type: ignore[attr-defined]
    return written(given).removesuffix(".data").removesuffix(".weight")


def _is_indexed(program: Program, owner: str) -> bool:
    """`net[0]`: a place in a Sequential that is not its last."""
    name, _, place = owner.removesuffix("]").partition("[")
    if not owner.endswith("]") or place == "-1":
        return False
    made = [one.value for one in program.sets.get(name, ()) if isinstance(one.value, ast.Call)]
    return not any(place == str(len(one.args) - 1) for one in made)


def _home(program: Program, node: ast.AST) -> ast.AST:
    """The class, or else the function, that a node stands in; the module, if it stands in none."""
    line = getattr(node, "lineno", 0)
    kinds = (ast.ClassDef, ast.FunctionDef)
    for kind in kinds:
        around = [one for one in program.nodes if isinstance(one, kind) and one.lineno <= line <= (one.end_lineno or 0)]
        if around:
            return around[-1]
    return program.tree


def _layers(home: ast.AST, start: str) -> list[str]:
    """Names that are bound to layers with weights, in their order."""
    return [
        written(node.targets[0])
        for node in ast.walk(home)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and written(node.value.func).rpartition(".")[2].startswith(_WEIGHTED)
        and written(node.targets[0]).startswith(start)
    ]
