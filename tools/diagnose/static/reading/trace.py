"""What happened while a program was read: one event for each call, in order, with all that was known of it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Bound, Const, Data, Instance, Known, Value


@dataclass(eq=False)
class Call(Value):
    """One call."""

    order: int
    node: ast.Call
    path: str
    """The library's function or class, by its whole path; for a method `.name`; for one of the program's `name`."""
    receiver: Value | None
    args: list[Value]
    kwargs: dict[str, Value]
    loops: tuple[ast.AST, ...]
    """Loops it stands in, those of its callers too, the innermost last."""
    inside: tuple[str, ...]
    """Functions of the program that it stands in, the innermost last."""
    result: Value = UNKNOWN
    conditions: tuple[ast.AST, ...] = ()
    grad: bool = True
    """False within `torch.no_grad()`."""
    alias: str = ""
    """The name that the result is bound to, where it is bound to one."""

    name: str = field(init=False)
    """The last part of the path."""
    library: str = field(init=False)
    """The first part of the path; empty for a method."""

    def __post_init__(self) -> None:
        self.name = self.path.rpartition(".")[2]
        self.library = self.path.partition(".")[0]

    def get(self, name: str, position: int | None = None) -> Value | None:
        """An argument by its name, or else its position."""
        if name in self.kwargs:
            return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return None

    def text(self, position: int, name: str = "") -> str:
        """An argument as written, cut to a line."""
        nodes: list[ast.expr] = [one.value for one in self.node.keywords if one.arg == name]
        if not nodes and position < len(self.node.args):
            nodes = [self.node.args[position]]
        return written(nodes[0]) if nodes else "the data"

    def on(self) -> str:
        """The receiver as written."""
        return written(self.on_node) if self.on_node is not None else ""

    @property
    def on_node(self) -> ast.expr | None:
        """The receiver's place in the tree."""
        return self.node.func.value if isinstance(self.node.func, ast.Attribute) else None


_READABLE = 2000
"""Characters of an expression beyond which nobody wants to read it."""

_TEXT = "_mlpilot_text"


def written(node: ast.AST, most: int = 40) -> str:
    """An expression as text, cut to a length."""
    if isinstance(node, ast.Name):
        return node.id
    if getattr(node, "end_col_offset", 0) - getattr(node, "col_offset", 0) > _READABLE:
        return "…"
    text: str | None = getattr(node, _TEXT, None)
    if text is None:
        try:
            text = " ".join(ast.unparse(node).split())
        except (RecursionError, ValueError):
            text = "…"
        setattr(node, _TEXT, text)  # many rules ask for the same
    return text if len(text) <= most else text[: most - 1] + "…"


@dataclass
class Trace:
    """A program that was read."""

    tree: ast.Module
    calls: list[Call] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    unpacked: list[tuple[ast.AST, ast.AST, Value]] = field(default_factory=list)
    """(targets, the expression, its value) of each assignment to several names."""
    attributes: list[tuple[ast.Attribute, Value]] = field(default_factory=list)
    """Attributes that were read, and of what."""
    compared: list[tuple[ast.Compare, list[Value]]] = field(default_factory=list)
    """Comparisons, and what was compared."""
    stored: list[tuple[ast.AST, Value, Value, Call | None]] = field(default_factory=list)
    """(target, container, value, None) of each assignment into something."""
    operations: list[tuple[ast.AST, Value, Value, Value]] = field(default_factory=list)
    """(node, left, right, result) of each binary operation on data."""
    libraries: set[str] = field(default_factory=set)
    bases: list[tuple[ast.ClassDef, list[Value]]] = field(default_factory=list)
    files: dict[str, Data] = field(default_factory=dict)
    """Tables that the program writes, by the names of their files."""
    sources: dict[str, int] = field(default_factory=dict)
    """Numbers of the rows of files that were read, by file and choice of rows."""
    starred: bool = False
    """A module's names were all imported."""
    exhausted: bool = False
    """The program was too large to be followed to its end."""

    def of(self, *names: str) -> Iterator[Call]:
        """Calls whose last part is one of these names."""
        found = [call for name in set(names) for call in self._by_name.get(name, ())]
        return iter(sorted(found, key=lambda call: call.order))

    @cached_property
    def _by_name(self) -> dict[str, list[Call]]:
        """Calls by the last part of their paths, once the program was read."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            found.setdefault(call.name, []).append(call)
        return found


class Context:
    """What the models of libraries may ask of the machine that reads the program."""

    trace: Trace
    order: int
    loops: tuple[ast.AST, ...]

    def rebind(self, old: Value, new: Value) -> None:
        """Every name that stands for `old` stands for `new` from now on: data was changed in place."""
        raise NotImplementedError

    def invoke(self, function: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Call something, and return what it returns."""
        raise NotImplementedError

    def lookup(self, name: str) -> Value | None:
        """What a name stands for now."""
        raise NotImplementedError

    def bind(self, name: str, value: Value) -> None:
        """Let a name stand for the value, where the program is now."""
        raise NotImplementedError

    def locally(self, node: ast.AST) -> str:
        """What names of a function stand for in this call of it, where an expression reads some; else nothing."""
        raise NotImplementedError

    def fresh(self) -> int:
        """A number that was not given before."""
        raise NotImplementedError


Model = Callable[[Context, Call], Value]
"""What a call of a library's function gives."""


def as_data(value: Value | None) -> Data | None:
    """The data that a value is, or holds in front: an attribute of data is a column of it."""
    if isinstance(value, Data):
        return value
    if isinstance(value, Bound) and isinstance(value.receiver, Data):
        base = value.receiver
        return base.but(columns=(value.name,)) if base.kind in ("data", "stat") else base
    return None


def path_of(value: Value | None) -> str:
    """The library path of a name or an instance, or nothing."""
    if isinstance(value, Known | Instance):
        return value.path
    return ""


def is_none(value: Value | None) -> bool:
    """Whether it is not given, or given as None."""
    return value is None or (isinstance(value, Const) and value.value is None)
