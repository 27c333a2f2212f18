"""Finding in a training script what a repair would change: its optimiser, its layers, its model."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.syntax import called, calls, keyword

Edited = tuple[str, str]
"""(the whole text after an edit, what was changed)."""

OPTIMISERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "Nadam", "RAdam")
RATES = ("lr", "learning_rate")


@dataclass(frozen=True)
class Optimiser:
    """The call that makes one."""

    call: ast.Call
    name: str
    """Its class."""
    rate: ast.expr | None
    """Where the learning rate is written, a name's own value for a name; None where the framework's own is used."""
    torch: bool

    @property
    def number(self) -> float | None:
        """The learning rate, where it is a plain number."""
        return plain(self.rate)


def plain(node: ast.expr | None) -> float | None:
    """The number that is written there."""
    try:
        value = ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def parsed(source: str) -> ast.Module | None:
    """Its tree, None where there is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def imports(tree: ast.AST, package: str) -> bool:
    """Whether it imports a package, or something from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(one.name.split(".")[0] == package for one in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            return True
    return False


def optimisers(tree: ast.Module) -> list[Optimiser]:
    """All that the script makes, in the order of the text."""
    found = []
    for call in calls(tree):
        if called(call) not in OPTIMISERS:
            continue
        torch = _takes_parameters(call)
        written = next((one.value for name in RATES if (one := keyword(call, name)) is not None), None)
        if written is None:
            at = 1 if torch else 0
            written = call.args[at] if len(call.args) > at else None
        found.append(Optimiser(call, called(call), _value(tree, written), torch))
    return found


def _takes_parameters(call: ast.Call) -> bool:
    placed = bool(call.args) and not isinstance(call.args[0], ast.Constant | ast.Name)
    return placed or keyword(call, "params") is not None


def _value(tree: ast.Module, node: ast.expr | None) -> ast.expr | None:
    """What a name stands for, where it is set once in the script; the node itself for anything else."""
    if not isinstance(node, ast.Name):
        return node
    values = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign | ast.AnnAssign)
        and any(isinstance(target, ast.Name) and target.id == node.id for target in targets(one))
    ]
    return values[0] if len(values) == 1 and values[0] is not None else _default(tree, node.id)


def _default(tree: ast.Module, name: str) -> ast.expr | None:
    """The default of the one parameter of this name."""
    found: list[ast.expr] = []
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef):
            placed = [*one.args.posonlyargs, *one.args.args]
            with_default = placed[len(placed) - len(one.args.defaults) :]
            found += [value for arg, value in zip(with_default, one.args.defaults, strict=True) if arg.arg == name]
    return found[0] if len(found) == 1 else None


def targets(one: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    """What an assignment binds."""
    return one.targets if isinstance(one, ast.Assign) else [one.target]


def model_of(optimiser: Optimiser) -> str:
    """The name X of the `X.parameters()` that a PyTorch optimiser is given, or ""."""
    given = optimiser.call.args[0] if optimiser.call.args else None
    inner = given.func if isinstance(given, ast.Call) else None
    if isinstance(inner, ast.Attribute) and inner.attr == "parameters" and isinstance(inner.value, ast.Name):
        return inner.value.id
    return ""


def statement_of(tree: ast.Module, node: ast.AST) -> ast.stmt | None:
    """The innermost statement that a node stands in."""
    inside = [
        one for one in ast.walk(tree) if isinstance(one, ast.stmt) and any(part is node for part in ast.walk(one))
    ]
    return max(inside, key=lambda one: (one.lineno, one.col_offset), default=None)


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """Each node's parent."""
    return {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def above(node: ast.AST, parent: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """What a node stands in, from the inside."""
    while node in parent:
        node = parent[node]
        yield node


def dense(tree: ast.AST, names: tuple[str, ...]) -> list[ast.Call]:
    """Calls that make layers of these classes, the last one of each model left out: that one gives the answer.

    Models are told apart by the class, function or call of `Sequential` that their layers stand in.
    """
    parent = parents(tree)
    groups: dict[int, list[ast.Call]] = {}
    for call in calls(tree):
        if called(call) in names:
            groups.setdefault(id(_holder(call, parent, tree)), []).append(call)
    return [call for group in groups.values() for call in group[:-1]]


def _holder(node: ast.AST, parent: dict[ast.AST, ast.AST], tree: ast.AST) -> ast.AST:
    for one in above(node, parent):
        if isinstance(one, ast.ClassDef | ast.FunctionDef) and getattr(one, "name", "") != "__init__":
            return one
        if isinstance(one, ast.Call) and called(one) == "Sequential" and _is_outermost(one, parent):
            return one
    return tree


def _is_outermost(call: ast.Call, parent: dict[ast.AST, ast.AST]) -> bool:
    """A `Sequential` within a class or another one is a part of a model, not one."""
    return not any(
        isinstance(one, ast.ClassDef) or (isinstance(one, ast.Call) and called(one) in ("Sequential", "ModuleList"))
        for one in above(call, parent)
    )
