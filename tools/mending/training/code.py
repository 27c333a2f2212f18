"""Finding in a training script what a repair would change: its optimiser, its layers, its model."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.syntax import called, calls, keyword, parents

Edited = tuple[str, str]
"""(the whole text after an edit, what was changed)."""

OPTIMISERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "Nadam", "RAdam")
RATES = ("lr", "learning_rate")
_DEEPEST = 5
"""Names that are followed, one to the next."""


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
    placed = bool(call.args) and not isinstance(call.args[0], ast.Constant | ast.Name | ast.Subscript | ast.Attribute)
    return placed or keyword(call, "params") is not None


def _value(tree: ast.Module, node: ast.expr | None, depth: int = 0) -> ast.expr | None:
    """Where a value is written: what a name, an entry of a table of settings, an attribute or an argument of the
    command line stands for, where it is set once in the script; the node itself for anything else."""
    if node is None or isinstance(node, ast.Constant) or depth > _DEEPEST:
        return node
    found: list[ast.expr] = []
    if isinstance(node, ast.Name):
        found = _bound(tree, node.id) or _defaults(tree, node.id, node)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        found = _entries(tree, str(node.slice.value))
    elif isinstance(node, ast.Call) and called(node) == "get" and node.args and isinstance(node.args[0], ast.Constant):
        found = _entries(tree, str(node.args[0].value)) or node.args[1:2]
    elif isinstance(node, ast.Attribute):
        found = _settings(tree, node.attr)
    return _value(tree, found[0], depth + 1) if len(found) == 1 and found[0] is not node else node


def _bound(tree: ast.Module, name: str) -> list[ast.expr]:
    return [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign | ast.AnnAssign)
        and one.value is not None
        and any(isinstance(target, ast.Name) and target.id == name for target in targets(one))
    ]


def _entries(tree: ast.Module, key: str) -> list[ast.expr]:
    """Values of a key in the tables of the script, written in braces or by `dict`."""
    pairs = [(one, value) for table in ast.walk(tree) if isinstance(table, ast.Dict)
             for one, value in zip(table.keys, table.values, strict=True)]  # fmt: skip
    found = [value for one, value in pairs if isinstance(one, ast.Constant) and one.value == key]
    return found + [one.value for call in calls(tree, "dict") for one in call.keywords if one.arg == key]


def _settings(tree: ast.Module, name: str) -> list[ast.expr]:
    """What `args.lr`, `Config.lr` or `self.lr` was given: a default of the command line, a field, an attribute."""
    found: list[ast.expr] = []
    for call in calls(tree, "add_argument"):
        words = [str(one.value).lstrip("-").replace("-", "_") for one in call.args if isinstance(one, ast.Constant)]
        found += [one.value for one in call.keywords if one.arg == "default" and name in words]
    found += [one.value for call in calls(tree) if called(call) in ("SimpleNamespace", "Namespace")
              for one in call.keywords if one.arg == name]  # fmt: skip
    for one in ast.walk(tree):
        if isinstance(one, ast.ClassDef):
            found += [value for node in one.body if isinstance(node, ast.Assign | ast.AnnAssign)
                      for target in targets(node) if isinstance(target, ast.Name) and target.id == name
                      if (value := node.value) is not None]  # fmt: skip
        elif isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None:
            found += [one.value for target in targets(one) if isinstance(target, ast.Attribute) and target.attr == name]
    return found


def _defaults(tree: ast.Module, name: str, node: ast.Name) -> list[ast.expr]:
    """What the parameter of this name is given: by the one call of its function, else its default."""
    found: list[ast.expr] = []
    for one in ast.walk(tree):
        if not isinstance(one, ast.FunctionDef) or not any(inner is node for inner in ast.walk(one)):
            continue
        placed = [*one.args.posonlyargs, *one.args.args]
        names = [arg.arg for arg in placed]
        kinds = [other for other in ast.walk(tree) if isinstance(other, ast.ClassDef) and one in other.body]
        owner = kinds[0].name if kinds else ""
        used = calls(tree, owner if one.name == "__init__" else one.name)
        given = [key.value for call in used for key in call.keywords if key.arg == name]
        if name in names:
            at = names.index(name) - (names[:1] == ["self"])
            given += [call.args[at] for call in used if 0 <= at < len(call.args)]
            with_default = placed[len(placed) - len(one.args.defaults) :]
            usual = [value for arg, value in zip(with_default, one.args.defaults, strict=True) if arg.arg == name]
        else:
            usual = [value for arg, value in zip(one.args.kwonlyargs, one.args.kw_defaults, strict=True)
                     if arg.arg == name and value is not None]  # fmt: skip
        found += given or usual
    return found


def targets(one: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    """What an assignment binds."""
    return one.targets if isinstance(one, ast.Assign) else [one.target]


def model_of(optimiser: Optimiser) -> str:
    """The name X (`net`, `self.model`) of the `X.parameters()` that a PyTorch optimiser is given, or ""."""
    given = optimiser.call.args[0] if optimiser.call.args else None
    inner = given.func if isinstance(given, ast.Call) else None
    if isinstance(inner, ast.Attribute) and inner.attr == "parameters":
        return ast.unparse(inner.value)
    return ""


def value_of(tree: ast.Module, node: ast.expr | None) -> ast.expr | None:
    """Where the value of an expression is written; see `_value`."""
    return _value(tree, node)


def root_of_keras(tree: ast.Module) -> str:
    """How Keras is called in this script: `keras`, `tf.keras`; "" where only parts of it are imported."""
    for node in ast.walk(tree):
        for one in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            whole = f"{node.module}.{one.name}" if isinstance(node, ast.ImportFrom) else one.name
            by_itself = "." not in whole or one.asname or isinstance(node, ast.ImportFrom)
            if whole in ("keras", "tensorflow.keras") and by_itself:
                return one.asname or one.name
    for node in ast.walk(tree):
        for one in node.names if isinstance(node, ast.Import) else ():
            if one.name == "tensorflow":
                return f"{one.asname or one.name}.keras"
    return ""


def statement_of(tree: ast.Module, node: ast.AST) -> ast.stmt | None:
    """The innermost statement that a node stands in."""
    inside = [
        one for one in ast.walk(tree) if isinstance(one, ast.stmt) and any(part is node for part in ast.walk(one))
    ]
    return max(inside, key=lambda one: (one.lineno, one.col_offset), default=None)


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
