"""A Solution's search space, read from its source without running it.

`SPACE = {"C": Float(1e-3, 1e3, log=True), "depth": Int(2, 12), "kernel": Choice([...]), "max_iter": 500}`: the values
must be written out as literals, so the host never executes generated code to learn what can be tuned.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = int | float | str | bool | None

_WIDEST = 2**63
"""Whole numbers lie within 64 bits: no library that is tuned takes larger ones."""


@dataclass(frozen=True)
class Float:
    """A real parameter in [low, high]; `default` is the middle of the range, geometric if `log`."""

    low: float
    high: float
    log: bool = False
    default: float | None = None

    def start(self) -> float:
        """The value to try first."""
        if self.default is not None:
            return float(self.default)
        return math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2


@dataclass(frozen=True)
class Int:
    """A whole parameter in [low, high]."""

    low: int
    high: int
    log: bool = False
    default: int | None = None

    def start(self) -> int:
        """The value to try first."""
        if self.default is not None:
            return int(self.default)
        return round(math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2)


@dataclass(frozen=True)
class Choice:
    """One of several plain values; the first is the default unless another is named."""

    options: tuple[Value, ...]
    default: Value = None

    def start(self) -> Value:
        """The value to try first."""
        return self.default if self.default is not None else self.options[0]


Dimension = Float | Int | Choice
Space = Mapping[str, Dimension | Value]


class SpaceError(ValueError):
    """SPACE cannot be read as literals, or a range makes no sense; the message says where."""


def read_space(source: str) -> dict[str, Dimension | Value]:
    """The SPACE of a Solution's source, `{}` if it has none. Raises `SpaceError` or `SyntaxError`."""
    tree = ast.parse(source)
    for node in tree.body:
        if any(isinstance(name, ast.Name) and name.id == "SPACE" for name in _targets(node)):
            return _read(getattr(node, "value", None))
    return {}


def defaults(space: Space) -> dict[str, Value]:
    """Parameters to start from: every key, each a plain value."""
    return {key: value.start() if isinstance(value, Float | Int | Choice) else value for key, value in space.items()}


def tunable(space: Space) -> dict[str, Dimension]:
    """The part of the space that has a choice to make."""
    return {key: value for key, value in space.items() if isinstance(value, Float | Int | Choice)}


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _read(node: ast.expr | None) -> dict[str, Dimension | Value]:
    if not isinstance(node, ast.Dict):
        raise SpaceError("SPACE must be a dictionary written out in full")
    space: dict[str, Dimension | Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = _literal(key, "a key of SPACE") if key is not None else None
        if not isinstance(name, str):
            raise SpaceError("the keys of SPACE must be strings")
        space[name] = _dimension(name, value)
    return space


def _dimension(name: str, node: ast.expr) -> Dimension | Value:
    if not isinstance(node, ast.Call):
        value = _literal(node, f"SPACE[{name!r}]")
        if not isinstance(value, int | float | str | bool | None):
            raise SpaceError(f"SPACE[{name!r}] must be a number, a string, a boolean, None, Float, Int or Choice")
        if not _usable(value):
            raise SpaceError(f"SPACE[{name!r}] must be finite, and a whole number must have at most 64 bits")
        return value
    kind = node.func.id if isinstance(node.func, ast.Name) else ""
    args = [_literal(arg, f"SPACE[{name!r}]") for arg in node.args]
    kwargs = {kw.arg or "**": _literal(kw.value, f"SPACE[{name!r}]") for kw in node.keywords}
    try:
        if kind == "Choice":
            return _choice(*args, **kwargs)
        if kind in ("Float", "Int"):
            return _checked(Float(*args, **kwargs) if kind == "Float" else Int(*args, **kwargs))
    except (TypeError, ValueError, OverflowError) as error:
        raise SpaceError(f"SPACE[{name!r}]: {error}") from error
    raise SpaceError(f"SPACE[{name!r}] must be a plain value, Float, Int or Choice")


def _usable(value: object) -> bool:
    """Whether a plain value can be written as JSON and read anywhere."""
    if isinstance(value, int):
        return -_WIDEST <= value < _WIDEST
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, str | None)


def _choice(options: Any, default: Value = None) -> Choice:
    options = tuple(options)
    if not options or not all(map(_usable, options)):
        raise ValueError("Choice takes a list of plain values: text, None, finite numbers of at most 64 bits")
    if default is not None and default not in options:
        raise ValueError("the default is not among the options")
    return Choice(options, default)


def _checked(dimension: Float | Int) -> Dimension:
    written = [dimension.low, dimension.high, *([] if dimension.default is None else [dimension.default])]
    if not all(isinstance(n, int | float) and _usable(n) for n in written) or not _usable(dimension.start()):
        raise ValueError("the bounds must be finite numbers, and whole ones have at most 64 bits")
    if not dimension.low <= dimension.start() <= dimension.high:
        raise ValueError(f"expected low <= default <= high, got {dimension.low}, {dimension.start()}, {dimension.high}")
    if dimension.log and dimension.low <= 0:
        raise ValueError("a log range must be above 0")
    return dimension


def _literal(node: ast.expr, where: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError) as error:
        raise SpaceError(f"{where} must be written as a literal") from error
