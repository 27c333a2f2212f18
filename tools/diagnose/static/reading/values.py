"""What an expression may stand for, while a program is read without being run.

Data is known by its rows (where they came from and which splits they went through) and by what was learnt from which
rows and written into it; libraries' objects by their class, arguments and what they were fitted on.
"""

import ast
import math
from dataclasses import dataclass, field, replace
from typing import Any

Step = tuple[str, object, object]
"""(kind, which one, which part) of one choice of rows: ("split", 3, "test"); the first names where rows came from."""
Rows = frozenset[tuple[Step, ...]]

NOWHERE: Rows = frozenset()
LARGEST_UNION = 12
"""Origins that one value keeps apart; beyond, it is not worth telling them from each other."""


class Value:
    """Something of which nothing is known."""


UNKNOWN = Value()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A number, a text, a truth value or None that is written in the program, or follows from such."""

    value: Any
    place: ast.AST | None = field(default=None, compare=False)
    """Where it is written."""


@dataclass(frozen=True, slots=True)
class Known(Value):
    """A name of a library, by its whole path: `sklearn.preprocessing.StandardScaler`."""

    path: str

    @property
    def name(self) -> str:
        """The last part."""
        return self.path.rpartition(".")[2]

    @property
    def library(self) -> str:
        """The first part."""
        return self.path.partition(".")[0]


@dataclass(eq=False, slots=True)
class Seq(Value):
    """A list, tuple or set. `whole` is false where it may hold more than `items`."""

    items: list[Value]
    kind: str = "list"
    whole: bool = True


@dataclass(eq=False, slots=True)
class Table(Value):
    """A dict with the keys that could be read."""

    items: dict[object, Value] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Bound(Value):
    """`receiver.name`, not called (yet)."""

    receiver: Value
    name: str


@dataclass(eq=False)
class Function(Value):
    """A function of the program, with the scope it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Any
    owner: "Value | None" = None
    """The instance that it is called on, for a method."""


@dataclass(eq=False)
class Class(Value):
    """A class of the program."""

    node: ast.ClassDef
    scope: Any
    bases: list[Value]
    attrs: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learning:
    """Something that was learnt from rows and went into data: a scaler's means, a choice of columns."""

    what: str
    """What learnt: `StandardScaler`, `mean`."""
    kind: str
    """scale, impute, reduce, select, vocabulary, resample, encode, target, statistic, extreme."""
    rows: Rows
    line: int
    column: int
    of: str = ""
    """What it was learnt from, as written."""
    into: frozenset[str] = frozenset()
    """Columns that it went into; all, if empty."""


@dataclass(frozen=True, slots=True)
class Data(Value):
    """Rows of data, or what was made of them."""

    rows: Rows = NOWHERE
    learned: frozenset[Learning] = frozenset()
    applied: frozenset[int] = frozenset()
    """Serial numbers of fitted transformers that it went through."""
    kind: str = "data"
    """data, stat, mask, picks (row numbers), labels (an index), names (of columns), predicted, probabilities, score,
    tensor, loss."""
    role: str = ""
    """X or y, where that is plain."""
    frame: int = 0
    """Which table it is (columns of); 0 for none."""
    columns: tuple[str, ...] | None = None
    """The columns chosen by name; None for all but `without`."""
    without: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    """For picks and masks: what choosing by it means."""
    made_by: "Value | None" = None
    """The model that predicted it."""
    dataset: str = ""
    """Name of the bundled data set."""
    form: str = ""
    """Of labels: int, onehot, float, text. Of tensors: long, float."""
    last: str = ""
    """The last operation of a network: softmax, log_softmax, sigmoid, relu, linear, ..."""
    place: ast.AST | None = field(default=None, compare=False)
    """Where that operation stands."""
    cut: ast.AST | None = field(default=None, compare=False)
    """Where the graph of a tensor was cut off: `detach()`."""
    shape: tuple[int | None, ...] | None = None
    flags: frozenset[str] = frozenset()
    """temporal (rows are in time order), mixed (one of several), shuffled, augmented, repeated, scaled, compared
    (predictions with what is true), dummies (with columns of categories), windowed (a stretch of rows that moves with a
    loop)."""

    def but(self, **changes: Any) -> "Data":
        """The same but for these fields."""
        return replace(self, **changes)

    def flagged(self, *flags: str) -> "Data":
        """With flags added."""
        return replace(self, flags=self.flags | set(flags))


@dataclass(frozen=True, slots=True)
class Fit:
    """One `fit` of an object: on what, where."""

    X: Value
    y: Value
    node: ast.AST
    order: int


@dataclass(eq=False)
class Instance(Value):
    """An object of a library's class, or of the program's."""

    path: str
    """The library's class, by its whole path; for a class of the program, the path of the library's class below it."""
    args: list[Value]
    kwargs: dict[str, Value]
    node: ast.AST
    serial: int
    own: Class | None = None
    """The program's class, where it is one."""
    attrs: dict[str, Value] = field(default_factory=dict)
    fits: list[Fit] = field(default_factory=list)
    parts: list[Value] = field(default_factory=list)
    """Steps of a pipeline, layers of a network."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What else was done to it: `compile`, `mode`, `device`."""

    @property
    def name(self) -> str:
        """The class's name, without its module."""
        return self.path.rpartition(".")[2]

    @property
    def library(self) -> str:
        """The library that its class belongs to."""
        return self.path.partition(".")[0]

    def argument(self, name: str, position: int | None = None) -> Value | None:
        """What was given for an argument."""
        if name in self.kwargs:
            return self.kwargs[name]
        if position is not None and position < len(self.args):
            return self.args[position]
        return None


def own_method(instance: Instance, name: str) -> Function | None:
    """A method of the program's class that an object is of, or of the program's classes below it."""
    own, seen = instance.own, 0
    while own is not None and seen < 10:
        found = own.attrs.get(name)
        if isinstance(found, Function):
            return Function(found.node, found.scope, instance)
        own = next((one for one in own.bases if isinstance(one, Class)), None)
        seen += 1
    return None


def constant(value: Value | None, default: Any = None) -> Any:
    """The plain value, or the default where it is not known."""
    return value.value if isinstance(value, Const) else default


def number(value: Value | None) -> float | int | None:
    """The plain number, or None; what is infinite or no number is the size of nothing."""
    plain = constant(value)
    sound = isinstance(plain, int) or (isinstance(plain, float) and math.isfinite(plain))
    return plain if sound and not isinstance(plain, bool) else None


def words(value: Value | None) -> list[str]:
    """The texts of a text, or of a list of texts; empty where they are not known."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, Seq):
        found = [item.value for item in value.items if isinstance(item, Const) and isinstance(item.value, str)]
        return found if len(found) == len(value.items) else []
    return []


def covers(one: Rows, other: Rows) -> bool:
    """Whether some rows of `other` are certainly among `one`: `other` was chosen out of all that `one` holds."""
    return any(there[: len(here)] == here for here in one for there in other)


def overlap(one: Rows, other: Rows) -> bool:
    """Whether the two certainly share rows."""
    return covers(one, other) or covers(other, one)


def unrelated(one: Rows, other: Rows) -> bool:
    """Whether the two come from tables of which none is the other's."""
    return bool(one) and bool(other) and not {row[0] for row in one} & {row[0] for row in other}


def apart(one: Rows, other: Rows) -> bool:
    """Whether the two are certainly parts of the same rows that share none."""
    return bool(one) and bool(other) and all(_apart(here, there) for here in one for there in other)


def _apart(here: tuple[Step, ...], there: tuple[Step, ...]) -> bool:
    for mine, theirs in zip(here, there, strict=False):
        if mine != theirs:
            return mine[:2] == theirs[:2] and mine[2] != theirs[2]
    return False


def chosen(rows: Rows, *steps: Step) -> Rows:
    """The part of rows that these steps choose; a choice made twice is made once."""
    return frozenset(row if row[-len(steps) :] == steps else row + steps for row in rows)


def united(*many: Rows) -> Rows:
    """All rows together."""
    found: Rows = frozenset().union(*many)
    return found if len(found) <= LARGEST_UNION else frozenset(sorted(found, key=repr)[:LARGEST_UNION])
