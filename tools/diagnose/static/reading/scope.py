"""Names of a program while it is read: scopes, and what a name is after two ways were joined."""

from dataclasses import dataclass, field

from mlpilot.tools.diagnose.static.libraries import indexes
from mlpilot.tools.diagnose.static.reading.values import UNKNOWN, Const, Data, Instance, Seq, Value, united


@dataclass(eq=False)
class Scope:
    """Names of the module, or of one call of a function."""

    parent: "Scope | None" = None
    names: dict[str, Value] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)
    """Names declared `global` or `nonlocal`."""
    returned: list[Value] = field(default_factory=list)
    comparing: bool = False
    serial: int = 0
    """Which call of a function it belongs to; 0 for the module."""
    given: dict[str, Value] = field(default_factory=dict)
    """What the function was called with, defaults among it."""
    loops: int = 0
    """Loops around the call."""

    def holder(self, name: str) -> "Scope | None":
        """The scope that holds a name, as it is read here, or None."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope

    def find(self, name: str) -> Value | None:
        """What the name stands for here, or None."""
        scope = self.holder(name)
        return scope.names[name] if scope is not None else None

    def bind(self, name: str, value: Value) -> None:
        """Let the name stand for the value."""
        scope = self
        if name in self.outer:
            while scope.parent is not None and (name not in scope.names or scope is self):
                scope = scope.parent
        scope.names[name] = value

    def replace(self, old: Value, new: Value) -> None:
        """Every name for `old` is one for `new`; in lists and attributes of objects too."""
        for name, value in self.names.items():
            if value is old:
                self.names[name] = new
            elif isinstance(value, Instance) and value.attrs:
                for key, held in value.attrs.items():
                    if held is old:
                        value.attrs[key] = new
            elif isinstance(value, Seq) and any(item is old for item in value.items):
                value.items[:] = [new if item is old else item for item in value.items]


def join(one: Value | None, other: Value | None) -> Value:
    """What a name stands for where it is `one` on one way and `other` on another."""
    if one is other or other is None or other is UNKNOWN:
        return one if one is not None else UNKNOWN
    if one is None or one is UNKNOWN:
        return other
    if isinstance(one, Data) and isinstance(other, Data):
        return _joined(one, other)
    if isinstance(one, Const) and isinstance(other, Const):
        return one if one.value == other.value and type(one.value) is type(other.value) else UNKNOWN
    if isinstance(one, Const) and one.value is None:
        return other
    if isinstance(other, Const) and other.value is None:
        return one
    return other


def _joined(one: Data, other: Data) -> Data:
    flags = indexes.certain(one, other)
    if one.rows != other.rows:
        flags |= {"mixed"}
    return other.but(
        rows=united(one.rows, other.rows),
        learned=one.learned | other.learned,
        applied=one.applied & other.applied,
        flags=flags,
        columns=one.columns if one.columns == other.columns else None,
        without=one.without | other.without if one.columns == other.columns else one.without & other.without,
        last=one.last if one.last == other.last else "",
        shape=one.shape if one.shape == other.shape else None,
        form=one.form if one.form == other.form else "",
        made_by=one.made_by if one.made_by is other.made_by and one.kind == other.kind else None,
        kind=one.kind if one.kind == other.kind else "data",
    )


def joined_names(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """All names after two ways."""
    return {name: join(one.get(name), other.get(name)) for name in {**one, **other}}
