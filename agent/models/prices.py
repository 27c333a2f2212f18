"""What models cost, in US dollars per million tokens (prompt, completion).

List prices as they were known when this was written, and not looked up since. They change, so an endpoint that says
what a call cost is believed first, and a person can say otherwise: MLPILOT_PRICES="my-model=0.5/2.0,other=3/15".
"""

import os

from mlpilot.agent.models.protocol import Price
from mlpilot.sandbox.errors import UserError

VARIABLE = "MLPILOT_PRICES"

KNOWN = {
    "gpt-5.2-pro": Price(21.0, 168.0),
    "gpt-5.2": Price(1.75, 14.0),
    "gpt-5.1": Price(1.25, 10.0),
    "gpt-5-pro": Price(15.0, 120.0),
    "gpt-5-mini": Price(0.25, 2.0),
    "gpt-5-nano": Price(0.05, 0.4),
    "gpt-5": Price(1.25, 10.0),
    "gpt-4.1-mini": Price(0.4, 1.6),
    "gpt-4.1-nano": Price(0.1, 0.4),
    "gpt-4.1": Price(2.0, 8.0),
    "gpt-4o-mini": Price(0.15, 0.6),
    "gpt-4o": Price(2.5, 10.0),
    "o1-pro": Price(150.0, 600.0),
    "o1": Price(15.0, 60.0),
    "o3-pro": Price(20.0, 80.0),
    "o3": Price(2.0, 8.0),
    "o4-mini": Price(1.1, 4.4),
    "claude-opus": Price(5.0, 25.0),
    "claude-opus-4-0": Price(15.0, 75.0),
    "claude-opus-4-1": Price(15.0, 75.0),
    "claude-opus-4-2": Price(15.0, 75.0),
    "claude-sonnet": Price(3.0, 15.0),
    "claude-haiku": Price(1.0, 5.0),
    "gemini-2.5-pro": Price(1.25, 10.0),
    "gemini-2.5-flash": Price(0.3, 2.5),
    "deepseek": Price(0.56, 1.68),
    "mistral-large": Price(2.0, 6.0),
}
"""By the beginning of a model's name, a maker before it ("openai/gpt-5") left out; the longest that fits counts."""

UNKNOWN = Price(5.0, 25.0)
"""What is assumed where no price is known, so that a limit in dollars holds: that of the dearest model above, but for
those that are sold as dearer variants or have been replaced."""


def price_of(model: str) -> Price | None:
    """The price of a remote model, or None where it is not known. Raises `UserError` for a bad MLPILOT_PRICES."""
    own = _own(os.environ.get(VARIABLE, ""))
    name = model.lower().rsplit("/", 1)[-1]
    for known in (model.lower(), name):
        if known in own:
            return own[known]
    fitting = [start for start in KNOWN if name.startswith(start)]
    return KNOWN[max(fitting, key=len)] if fitting else None


def _own(text: str) -> dict[str, Price]:
    prices = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, amounts = (one.strip() for one in part.rpartition("="))
        try:
            prompt, completion = (float(amount) for amount in amounts.split("/"))
        except ValueError:
            prompt = completion = -1.0
        if not name or "=" in name or not 0 <= prompt < 1e6 or not 0 <= completion < 1e6:
            raise UserError(f"{VARIABLE}: {part!r} is no price: write it like my-model=0.5/2.0 (dollars per million)")
        prices[name.lower()] = Price(prompt, completion)
    return prices
