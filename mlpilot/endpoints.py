"""Which models there are, which of them a run would ask, and why: facts for `mlpilot models` and `mlpilot doctor`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from mlpilot.agent.models.address import is_loopback, normal_base_url
from mlpilot.agent.models.choosing import (
    ADDRESS,
    BEST,
    ON_DISK,
    Choice,
    checked_address,
    endpoints,
    of_engine,
    on_disk,
    prefer,
    preferred,
)
from mlpilot.agent.models.engines.finding import running
from mlpilot.agent.models.exchange import is_openai
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.options import RunOptions
from mlpilot.sandbox.errors import UserError

AUTO = "auto"
"""Of `--use`: back to what is found."""
KEYS = ("MLPILOT_API_KEY", "OPENAI_API_KEY")
"""Where a key for a model is looked for, before the keyring; only whether it is there is ever told."""


@dataclass(frozen=True)
class Models:
    """What was found."""

    endpoints: Sequence[Endpoint]
    """Those that a run asks, in that order; then the others."""
    asked: int
    """How many of them a run asks."""
    preferred: Choice | None
    """What a person has switched to."""
    why: str
    """Why the first one is first, or why none is asked."""

    @property
    def first(self) -> Endpoint | None:
        """The one that a run asks first."""
        return self.endpoints[0] if self.asked else None

    def to_json(self) -> dict[str, object]:
        """The facts as JSON has them."""
        choice = self.preferred
        return {
            "endpoints": [_as_json(one) for one in self.endpoints],
            "preferred": None if choice is None else {"model": choice.model, "base_url": choice.base_url},
            "would_use": 0 if self.asked else None,
        }


def look(model: str | None = None, base_url: str | None = None) -> Models:
    """Find them; with a model or an address that is named, what a run with these options would ask.

    Raises `UserError` for what contradicts itself, and `NoModelError` where nothing answers at the address.
    """
    choice = preferred()
    engines = running([_port(base_url)]) if base_url and is_loopback(base_url) else running()
    try:
        order, why = endpoints(RunOptions(model=model, base_url=base_url)), ""
    except UserError as error:
        if model is None and base_url is None and choice is not None:
            raise UserError(f"{error}; `mlpilot models --use auto` goes back to what is found") from error
        if not (base_url and engines):
            raise
        order, why = [], str(error)  # one of its models is to be named: they are listed
    others = [*_with_a_key(choice, base_url), *(one for engine in engines for one in of_engine(engine))]
    known = {(one.model, one.base_url) for one in order}
    rest = [one for one in others if (one.model, one.base_url) not in known]
    named = model is not None or base_url is not None
    return Models([*order, *rest], len(order), choice, why or _reason(order, choice, named=named, rest=rest))


def switch(model: str, base_url: str | None) -> None:
    """What runs ask first from now on, in this state folder; `auto`: what is found. Raises `UserError`."""
    if model == AUTO:
        prefer(None)
    elif model.startswith(ON_DISK):
        prefer(Choice(on_disk(model).base_url))
    else:
        prefer(Choice(model, _address_of(model, base_url)))


def key_from(endpoint: Endpoint) -> str:
    """Where its key comes from; empty where it has none."""
    if endpoint.key is None:
        return ""
    value = endpoint.key.reveal()
    # The same key may stand in both: the one that is read first is named, which for OpenAI is its own.
    names = sorted(KEYS, key=lambda name: name.startswith("OPENAI") != is_openai(endpoint.base_url))
    return next((name for name in names if os.environ.get(name, "").strip() == value), "the keyring")


def _address_of(model: str, base_url: str | None) -> str | None:
    """Where a model is that was named; None: where OPENAI_BASE_URL or, without it, a key leads. Raises `UserError`."""
    if base_url is not None:
        address = checked_address(base_url)
        for engine in running([_port(address)]) if is_loopback(address) else []:
            if model not in engine.models:
                raise UserError(f"{address} has no model {model!r}; it has {_few(engine.models)}")
        return address
    engines = running()
    here = next((engine.base_url for engine in engines if model in engine.models), None)
    if here is None and not endpoints(RunOptions(model=model)):
        names = [name for engine in engines for name in engine.models]
        there = f"the engines that run here have {_few(names)}" if names else "no engine runs on this machine"
        raise UserError(f"where is {model!r}? Name its address with --base-url: {_no_key()}, and {there}")
    return here


def _with_a_key(choice: Choice | None, base_url: str | None) -> list[Endpoint]:
    """What would be asked, were it not for a model that was switched to."""
    if choice is None or base_url or os.environ.get(ADDRESS):
        return []
    return [one for one in endpoints(RunOptions(model=BEST)) if not one.local]


def _reason(order: Sequence[Endpoint], choice: Choice | None, *, named: bool, rest: Sequence[Endpoint]) -> str:
    if not order:
        return (
            "the one that was named is not among them" if rest else f"{_no_key()}, and no engine runs on this machine"
        )
    if named:
        return "it was named"
    if choice is not None:
        return "`mlpilot models --use` has switched to it"
    if order[0].base_url == normal_base_url(os.environ.get(ADDRESS, "")):
        return f"{ADDRESS} leads to it"
    if not order[0].local:
        return f"its key comes from {key_from(order[0])}, and what is remote is asked first"
    return f"{_no_key()}, and it is the first that was found on this machine"


def _no_key() -> str:
    """Why nothing remote is asked where no address was named."""
    return "MLPILOT_API_KEY goes only to an address that is named" if os.environ.get(KEYS[0]) else "no key is set"


def _as_json(endpoint: Endpoint) -> dict[str, object]:
    price = endpoint.price
    return {
        "model": endpoint.model,
        "base_url": endpoint.base_url,
        "engine": endpoint.engine,
        "local": endpoint.local,
        "context": endpoint.context,
        "price": None if price is None else {"prompt": price.prompt, "completion": price.completion},
        "key": endpoint.key is not None,
    }


def _port(address: str) -> int:
    parts = urlsplit(checked_address(address))
    return parts.port or (443 if parts.scheme == "https" else 80)


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
