"""What a GGUF file says of its model, read with bounds: such a file comes from anywhere until it is checked.

The format: a magic word, a version, two counts, then keys with typed values; everything little-endian. Only plain
numbers and short strings are kept; arrays (a vocabulary has hundreds of thousands of strings) are passed over.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mlpilot.sandbox.errors import UserError

MOST_KEYS, MOST_ITEMS, MOST_BYTES, LONGEST_STRING = 10_000, 4_000_000, 1 << 26, 1 << 24
_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_LARGEST_LAYERS, _LARGEST_CONTEXT, _LARGEST_WIDTH = 10_000, 1 << 31, 1 << 24


class _Wrong(Exception):
    """The file is no GGUF file that we can read; the message says why."""


@dataclass(frozen=True)
class Header:
    """What is needed to place a model in memory."""

    architecture: str
    layers: int
    context: int
    """Tokens it was trained for."""
    cache_bytes: int
    """Of the key-value cache, per token, in 16-bit floats; rather too many than too few."""


def read_header(path: Path) -> Header:
    """The header of a GGUF file. Raises `UserError` where it is none, or holds what cannot be."""
    try:
        with path.open("rb") as file:
            return _header(_values(_Reader(file)))
    except OSError as error:
        raise UserError(f"{path.name}: cannot be read: {error.strerror or error}") from error
    except _Wrong as error:
        raise UserError(f"{path.name} is not a GGUF model that can be used: {error}") from error


class _Reader:
    """Takes bytes from a file, and only so many."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, MOST_BYTES

    def take(self, size: int) -> bytes:
        """Exactly so many bytes."""
        self._left -= size
        if self._left < 0:
            raise _Wrong("its header is too long")
        data = self._file.read(size)
        if len(data) < size:
            raise _Wrong("it ends within its header")
        return data

    def number(self, layout: str) -> int | float | bool:
        """One number."""
        value: int | float | bool = struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        return value

    def count(self, most: int, what: str) -> int:
        """A length that must not exceed `most`."""
        value = int(self.number("<Q"))
        if value > most:
            raise _Wrong(f"it claims {value} {what}")
        return value

    def string(self) -> str:
        """A string with its length before it."""
        return self.take(self.count(LONGEST_STRING, "bytes of one string")).decode("utf-8", "replace")


def _values(reader: _Reader) -> dict[str, int | float | str]:
    """The plain values by their keys."""
    if reader.take(4) != b"GGUF":
        raise _Wrong("it does not begin as one")
    version = reader.number("<I")
    if version not in (2, 3):
        raise _Wrong(f"its version is {version}, not 2 or 3 (little-endian)")
    reader.number("<Q")  # tensors: they are llama-server's matter
    values: dict[str, int | float | str] = {}
    for _ in range(reader.count(MOST_KEYS, "keys")):
        key, type_ = reader.string(), int(reader.number("<I"))
        if type_ == _ARRAY:
            _pass_over(reader)
        elif type_ == _STRING:
            values[key] = reader.string()
        else:
            values[key] = reader.number(_layout(type_))
    return values


def _pass_over(reader: _Reader) -> None:
    """Read past an array."""
    type_, items = int(reader.number("<I")), reader.count(MOST_ITEMS, "items of one array")
    if type_ == _STRING:
        for _ in range(items):
            reader.take(reader.count(LONGEST_STRING, "bytes of one string"))
    else:
        reader.take(items * struct.calcsize(_layout(type_)))


def _layout(type_: int) -> str:
    if type_ not in _NUMBERS:
        raise _Wrong(f"it has a value of type {type_}, which is not known")
    return _NUMBERS[type_]


def _header(values: dict[str, int | float | str]) -> Header:
    architecture = str(values.get("general.architecture", ""))
    if not architecture.isascii() or not architecture.isprintable() or not 0 < len(architecture) <= 64:
        raise _Wrong("it does not name its architecture")

    def whole(key: str, most: int, default: Callable[[], int] | None = None) -> int:
        value = values.get(f"{architecture}.{key}")
        if value is None and default:
            return default()
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise _Wrong(f"its {key} is {'missing' if value is None else str(value)[:30]}")
        return value

    layers, context = whole("block_count", _LARGEST_LAYERS), whole("context_length", _LARGEST_CONTEXT)
    width = whole("embedding_length", _LARGEST_WIDTH)
    # Where heads differ by layer, their numbers stand in an array, and are taken for as many as can be.
    heads = whole("attention.head_count", _LARGEST_WIDTH, lambda: 1)
    cached_heads = whole("attention.head_count_kv", _LARGEST_WIDTH, lambda: heads)
    key_width = whole("attention.key_length", _LARGEST_WIDTH, lambda: max(width // heads, 1))
    value_width = whole("attention.value_length", _LARGEST_WIDTH, lambda: key_width)
    return Header(architecture, layers, context, layers * cached_heads * (key_width + value_width) * 2)
