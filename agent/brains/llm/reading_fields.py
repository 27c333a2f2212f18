"""Fields of an object that a model wrote, each of the kind that is asked for, or what is wrong with it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from mlpilot.agent.data.phrases import shown
from mlpilot.agent.models.protocol import Unreadable

_WHOLE = re.compile(r"#?\s?([+-]?[0-9]{1,400})(?:\.0{1,20})?")


def field_text(found: Mapping[str, Any], key: str, *, most: int = 200) -> str:
    """A text as one clean line of at most `most` characters: longer ones are cut.

    Nothing in it acts on a terminal or reorders what stands around it. Raises `Unreadable` if it is no text, or empty.
    """
    value = _value(found, key, "a text")
    if not isinstance(value, str):
        raise _wrong(key, "a text in quotes", value)
    line = shown(value[: 8 * most], most)
    if not line:
        raise Unreadable(f"`{key}` is empty; it must be a text")
    return line


def field_whole(found: Mapping[str, Any], key: str) -> int:
    """A whole number; `3.0`, `"3"` and `"#3"` are 3 as well. Raises `Unreadable`."""
    wanted = "a whole number"
    value = _value(found, key, wanted)
    number: int | None = None
    if isinstance(value, str):
        written = _WHOLE.fullmatch(value.strip())
        number = int(written[1]) if written else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = int(value) if isinstance(value, int) or value.is_integer() else None
    if number is None:
        raise _wrong(key, wanted, value)
    return number


def field_list(found: Mapping[str, Any], key: str, *, most: int = 100) -> list[Any]:
    """A list of at most `most` items, whatever they are. Raises `Unreadable`."""
    value = _value(found, key, "a list")
    if not isinstance(value, list):
        raise _wrong(key, "a list", value)
    if len(value) > most:
        raise Unreadable(f"`{key}` has {len(value):,} items; it may have at most {most:,}")
    return value


def _value(found: Mapping[str, Any], key: str, wanted: str) -> Any:
    value = found.get(key)
    if value is None:
        raise Unreadable(f"`{key}` is missing; it must be {wanted}")
    return value


def _wrong(key: str, wanted: str, value: Any) -> Unreadable:
    return Unreadable(f"`{key}` must be {wanted}; you sent {shown(json.dumps(value, ensure_ascii=False), 80)}")
