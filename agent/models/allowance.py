"""What a Run may still spend on models, in tokens and in dollars; the limits are hard."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mlpilot.agent.calls import Spent
from mlpilot.agent.models.prices import UNKNOWN
from mlpilot.agent.models.protocol import Endpoint, Message, Price, Usage

LEAST_REPLY = 256
"""Tokens: a shorter reply is not worth asking for."""
FRAME = 16
"""Tokens that an endpoint adds to each message, at most."""


@dataclass(frozen=True)
class Allowance:
    """Looks at what was spent before each call, so that a limit holds after it."""

    max_tokens: int | None
    max_cost: float | None
    spent: Callable[[], Spent]

    def reply_tokens(self, endpoint: Endpoint, prompt: int, wanted: int) -> int:
        """How many tokens of reply to a prompt of so many are paid for: `wanted` or fewer; 0: not enough."""
        by_tokens, by_cost = self._rooms(endpoint, prompt)
        room = int(min(wanted, by_tokens, by_cost))
        return room if room >= min(LEAST_REPLY, wanted) else 0

    def used_up(self, endpoint: Endpoint, prompt: int) -> str:
        """Which limit stands in the way of this call, for a person."""
        by_tokens, by_cost = self._rooms(endpoint, prompt)
        spent = self.spent()
        if self.max_cost is not None and by_cost < by_tokens:
            return f"--max-cost {self.max_cost:g} leaves too little for a call: ${spent.cost_usd:.2g} are spent"
        return f"--max-tokens {self.max_tokens or 0:,} leaves too little for a call: {spent.tokens:,} are spent"

    def _rooms(self, endpoint: Endpoint, prompt: int) -> tuple[float, float]:
        """How many tokens of reply each limit allows, the one on tokens and the one on cost; below 0: no prompt."""
        spent, price = self.spent(), price_for(endpoint)
        by_tokens = math.inf if self.max_tokens is None else self.max_tokens - spent.tokens - prompt
        if self.max_cost is None or not (price.prompt or price.completion):
            return by_tokens, math.inf
        left = self.max_cost - spent.cost_usd - price.of(prompt, 0)
        if not price.completion:
            return by_tokens, math.inf if left > 0 else -1.0
        # Floating point: a token less rather than a hair above the limit.
        return by_tokens, math.floor(max(0.0, min(left * 1e6 / price.completion, 1e9))) - 1


def price_for(endpoint: Endpoint) -> Price:
    """What its tokens cost; nothing on this machine, and the dearest known price where none is known."""
    return Price(0.0, 0.0) if endpoint.local else endpoint.price or UNKNOWN


def most_tokens(messages: Sequence[Message]) -> int:
    """Tokens that a prompt can have at most, near enough: half its bytes, where English and code have a quarter."""
    return sum(len(message.content.encode(errors="replace")) // 2 + FRAME for message in messages)


def most_usage(endpoint: Endpoint, prompt: int, reply_tokens: int) -> Usage:
    """What a call with a prompt of so many tokens may use at most."""
    return Usage(prompt, reply_tokens, price_for(endpoint).of(prompt, reply_tokens), estimated=True)


def charged(endpoint: Endpoint, usage: Usage) -> Usage:
    """The usage with its cost: where the endpoint did not say it and its price is not known, at the dearest."""
    if endpoint.local or endpoint.price is not None or usage.cost_usd > 0:
        return usage
    return replace(usage, cost_usd=price_for(endpoint).of(usage.prompt_tokens, usage.completion_tokens))
