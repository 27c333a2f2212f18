"""What was in memory where a script ended, as `mlpilot_state` told it: taken only as far as it has the form."""

import json
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 2**16
_WORDS, _CHARACTERS = 200, 100


@dataclass(frozen=True)
class Value:
    """What a name held."""

    type: str = ""
    """`torch.Tensor`."""
    bases: tuple[str, ...] = ()
    shape: tuple[int, ...] | None = None
    """-1 for an axis whose size is not known yet."""
    dtype: str = ""
    number: float | None = None
    text: str | None = None
    length: int | None = None
    names: tuple[str, ...] = ()
    """Columns, keys, names of features."""
    kinds: tuple[str, ...] = ()
    """Kinds of the columns, as many as names."""
    inner: tuple[str, ...] = ()
    """Types of what an array of objects holds."""
    sizes: dict[str, int] = field(default_factory=dict)
    """How a layer or an estimator was made."""
    items: tuple["Value", ...] = ()
    """The first of a list."""
    least: float | None = None
    most: float | None = None
    distinct: int | None = None
    missing: bool = False
    grad: bool = False
    given: "Value | None" = None
    """What a layer or an estimator was given."""
    path: str = ""
    """Under which name a model holds it."""

    @property
    def kind(self) -> str:
        """The last part of the type."""
        return self.type.rpartition(".")[2]

    @property
    def home(self) -> str:
        """The package of the type."""
        return self.type.split(".")[0]

    @property
    def tensor(self) -> bool:
        """Whether it is one of PyTorch's."""
        return self.home == "torch" and self.shape is not None

    @property
    def table(self) -> bool:
        """Whether it is a table of pandas."""
        return self.home == "pandas" and self.kind == "DataFrame"

    @property
    def column(self) -> bool:
        """Whether it is a column of pandas."""
        return self.home == "pandas" and self.kind == "Series"

    @property
    def array(self) -> bool:
        """Whether it is one of NumPy's."""
        return self.home == "numpy" and self.shape is not None and self.kind == "ndarray"


@dataclass(frozen=True)
class Frame:
    """One of the script's own frames."""

    function: str
    line: int
    place: tuple[int, int, int, int] | None
    """First and last line, first and last column (in bytes) of what was being computed."""
    values: dict[str, Value]
    """Text (a name, or a dotted one) → what it held."""


@dataclass(frozen=True)
class State:
    """All that is known of the moment; empty where nothing is."""

    frames: tuple[Frame, ...] = ()
    """The innermost first."""
    layers: tuple[Value, ...] = ()
    """Layers and estimators that were at work, the innermost first."""
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """A word that was unknown → the nearest that are known there."""


def read(data: bytes) -> State:
    """The state that was sent, which the script could have sent in its place."""
    try:
        found = json.loads(data.decode()) if 0 < len(data) <= MOST_BYTES else {}
    except (ValueError, RecursionError):
        return State()
    if not isinstance(found, dict):
        return State()
    frames = [_frame(one) for one in _list(found.get("frames"))[:6] if isinstance(one, dict)]
    layers = [_value(one, 2) for one in _list(found.get("layers"))[:4] if isinstance(one, dict)]
    choices = found.get("choices")
    choices = choices if isinstance(choices, dict) else {}
    words = {_text(key): tuple(filter(str.isprintable, map(_text, _list(ones))))[:20] for key, ones in choices.items()}
    return State(tuple(frames), tuple(layers), words)


def _frame(said: dict[str, Any]) -> Frame:
    place = _list(said.get("place"))
    whole = len(place) == 4 and all(type(one) is int and 0 <= one < 2**31 for one in place)
    values = said.get("values")
    values = values if isinstance(values, dict) else {}
    return Frame(
        _text(said.get("function")),
        _number(said.get("line")),
        (place[0], place[1], place[2], place[3]) if whole else None,
        {_text(name): _value(one, 2) for name, one in list(values.items())[:120] if isinstance(one, dict)},
    )


def _value(said: dict[str, Any], deep: int) -> Value:
    shape, sizes, given = said.get("shape"), said.get("sizes"), said.get("given")
    number = said.get("number")
    return Value(
        _text(said.get("type")),
        tuple(map(_text, _list(said.get("bases"))))[:8],
        tuple(int(one) for one in shape[:8] if type(one) is int) if isinstance(shape, list) else None,
        _text(said.get("dtype")),
        number if isinstance(number, int | float) else None,
        said["text"][:_CHARACTERS] if isinstance(said.get("text"), str) else None,
        _number(said.get("length")) if "length" in said else None,
        _words(said.get("names")),
        _words(said.get("kinds")),
        _words(said.get("inner")),
        {_text(name): _number(one) for name, one in sizes.items()} if isinstance(sizes, dict) else {},
        tuple(_value(one, deep - 1) for one in _list(said.get("items"))[:4] if isinstance(one, dict)) if deep else (),
        _real(said.get("least")),
        _real(said.get("most")),
        _number(said.get("distinct")) if "distinct" in said else None,
        said.get("missing") is True,
        said.get("grad") is True,
        _value(given, deep - 1) if isinstance(given, dict) and deep else None,
        _text(said.get("path")),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)[:_WORDS]))


def _text(value: Any) -> str:
    return value[:_CHARACTERS] if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int) and 0 <= value < 2**31 else 0


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < 2**53 else None
