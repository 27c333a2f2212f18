"""What a person may write as the value of an option, and what it means. Shared by the command line and the API."""

import math
import re
from urllib.parse import urlsplit

from mlpilot.sandbox.errors import UserError

DEFAULT_BUDGET = 300.0
"""Seconds, when neither a budget nor a number of experiments is given."""

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smh])", re.ASCII)
_MOST_GPUS = 255
_LARGEST = 2**31 - 1
_LONGEST = 365 * 24 * 3600.0


def seconds(text: str | float) -> float:
    """`90s`, `10m`, `1h`, `1h30m` or a plain number of seconds, as seconds. Raises `UserError`."""
    wrong = UserError(f"{text!r} is not a length of time above zero: write it like 90s, 10m, 1h or 1h30m")
    if isinstance(text, str):
        value = _sum_of_parts(text.strip().lower().replace(" ", ""))
        if value is None:
            raise wrong
    elif isinstance(text, bool) or not isinstance(text, int | float):
        raise wrong
    else:
        value = float(text)
    if not math.isfinite(value) or value <= 0:
        raise wrong
    if value > _LONGEST:
        raise UserError(f"{text!r} is more than a year: write it like 90s, 10m, 1h or 1h30m")
    return value


def whole(text: str | int, least: int = 0) -> int:
    """A whole number of at least `least`. Raises `UserError`."""
    wrong = UserError(f"{text!r} is not a whole number of {least} or more")
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise wrong
    if isinstance(text, str) and not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise wrong
    value = int(text) if isinstance(text, int) or len(text) < 20 else _LARGEST + 1
    if value > _LARGEST:
        raise UserError(f"{str(text)[:40]} is too large: a whole number from {least} to {_LARGEST} is expected")
    if value < least:
        raise wrong
    return value


def money(text: str | float) -> float:
    """An amount in US dollars, zero or more. Raises `UserError`."""
    wrong = UserError(f"{text!r} is not an amount in dollars: write it like 0.50")
    try:
        value = float(text.strip().removeprefix("$")) if isinstance(text, str) else float(text)
    except (TypeError, ValueError):
        raise wrong from None
    if isinstance(text, bool) or not math.isfinite(value) or value < 0:
        raise wrong
    return value


def gpus(text: str | int) -> str:
    """`all`, or the numbers of some: `0`, `0,1`. Raises `UserError`."""
    if str(text).strip().lower() == "all":
        return "all"
    parts = [text] if isinstance(text, int) else str(text).split(",")
    try:
        numbers = [whole(part) for part in parts]
    except UserError:
        raise UserError(f"{text!r} names no GPUs: write 'all', or their numbers, like 0 or 0,1") from None
    if max(numbers) > _MOST_GPUS or len(set(numbers)) < len(numbers):
        raise UserError(f"{text!r} names a GPU twice, or one that no machine has: write numbers from 0 on, like 0,1")
    return ",".join(map(str, sorted(numbers)))


def url(text: str) -> str:
    """The address of an endpoint, http or https. Raises `UserError`."""
    wrong = UserError(f"{text!r} is not the address of an endpoint: write it like http://localhost:8000/v1")
    if not isinstance(text, str) or not re.fullmatch(r"https?://[^\s/?#]+[^\s]*", text.strip(), re.IGNORECASE):
        raise wrong
    try:
        parts = urlsplit(text.strip())
        if not parts.hostname or parts.port == 0:
            raise wrong
    except ValueError:  # a port that is none, half a pair of brackets
        raise wrong from None
    return text.strip()


def _sum_of_parts(text: str) -> float | None:
    """`1h30m` as seconds; None where it is anything else. A bare number is seconds."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII):
        return float(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    order = [list(_UNITS).index(unit) for _, unit in parts]
    if order != sorted(set(order), reverse=True):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
