"""What a call used: as the endpoint says, where that can be true, else as estimated."""

import math
from collections.abc import Mapping, Sequence

from mlpilot.agent.models.protocol import Endpoint, Message, Usage, tokens

_PER_MESSAGE = 4
"""Tokens around each message."""


def count(
    endpoint: Endpoint,
    messages: Sequence[Message],
    reply_tokens: int,
    reported: Mapping[str, object] | None,
    written: str,
) -> Usage:
    """The usage of a call that was allowed `reply_tokens`; `written`: its text and its visible thinking."""
    fields = reported or {}
    size = sum(len(message.content.encode(errors="replace")) for message in messages)
    prompt = _plausible(fields.get("prompt_tokens"), 1, 2 * size + 1000)
    most = 2 * max(reply_tokens, tokens(written)) + 1000
    completion = _plausible(fields.get("completion_tokens"), 1 if written else 0, most)
    estimated = prompt is None or completion is None
    if prompt is None:
        prompt = sum(tokens(message.content) + _PER_MESSAGE for message in messages)
    if completion is None:
        completion = tokens(written)
    cost = _amount(fields.get("cost"))
    if cost is None:
        cost = endpoint.price.of(prompt, completion) if endpoint.price else 0.0
    return Usage(prompt, completion, cost, estimated)


def _plausible(value: object, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None


def _amount(value: object) -> float | None:
    """US dollars, as OpenRouter says them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = float(value)
    except OverflowError:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None
