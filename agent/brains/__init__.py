"""Who decides and writes: one protocol, several Brains."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mlpilot.agent.brains.protocol import Brain
from mlpilot.agent.calls import Calls
from mlpilot.agent.events import Listener, Warned
from mlpilot.agent.home import home
from mlpilot.agent.models.protocol import Client, Endpoint
from mlpilot.agent.models.switchboard import Privacy
from mlpilot.agent.options import RunOptions

if TYPE_CHECKING:
    from mlpilot.agent.models.switchboard import Switchboard

MAX_COST = 1.0
"""US dollars that a Run may cost, unless its options say otherwise."""


def choose_brain(
    endpoints: Sequence[Endpoint],
    options: RunOptions,
    calls: Calls,
    tell: Listener,
    seconds_left: Callable[[], float | None],
) -> Brain:
    """The built-in brain, or one that asks these endpoints; or that asked others before the Run was interrupted."""
    if not endpoints and not calls.uses():
        from mlpilot.agent.brains.builtin import BuiltinBrain

        if options.brain == "auto" and (options.model or options.base_url):
            tell(Warned(f"nobody offers {options.model or options.base_url}: the built-in brain decides alone"))
        return BuiltinBrain()
    from mlpilot.agent.brains.llm import LlmBrain

    return LlmBrain(switchboard(endpoints, options, calls, tell, seconds_left), disclosure(endpoints, options))


def switchboard(
    endpoints: Sequence[Endpoint],
    options: RunOptions,
    calls: Calls,
    tell: Listener,
    seconds_left: Callable[[], float | None] = lambda: None,
) -> "Switchboard":
    """What asks these endpoints, within what they may be told and may cost."""
    from mlpilot.agent.models.allowance import Allowance
    from mlpilot.agent.models.switchboard import Line, Switchboard

    lines = [Line(_client(endpoint, tell), privacy_for(endpoint, options)) for endpoint in endpoints]
    allowance = Allowance(options.max_tokens, max_cost(options), calls.spent)
    return Switchboard(lines, calls, allowance, tell, seconds_left)


def privacy_for(endpoint: Endpoint, options: RunOptions) -> Privacy:
    """What an endpoint may be told: what was asked for binds every one; only the default depends on where it is."""
    if options.privacy in ("full", "schema"):
        return options.privacy
    return "full" if endpoint.local else "schema"


def max_cost(options: RunOptions) -> float:
    """US dollars."""
    return MAX_COST if options.max_cost is None else options.max_cost


def disclosure(endpoints: Sequence[Endpoint], options: RunOptions) -> str:
    """Who is asked, what is sent there, and what it may cost, before anything is."""
    if not endpoints:
        return "no endpoint is configured any more; the built-in brain goes on"
    first = endpoints[0]
    told = {
        "full": "the table's description, with examples of its values and what its errors say",
        "schema": "names and types of columns, counts and rough quantiles, no values",
    }["schema" if any(privacy_for(one, options) == "schema" for one in endpoints) else "full"]
    cost = "" if first.local else f"; at most ${max_cost(options):.2f}"
    tokens = f"; at most {options.max_tokens:,} tokens" if options.max_tokens is not None else ""
    then = f"; then {', '.join(one.name for one in endpoints[1:])}" if endpoints[1:] else ""
    return f"{first.name} is sent {told}{cost}{tokens}{then}; built-in beside it"


def _client(endpoint: Endpoint, tell: Listener) -> Client:
    from mlpilot.agent.models.chat import ChatClient
    from mlpilot.agent.models.choosing import ON_DISK
    from mlpilot.agent.models.hosted import HostedClient

    memory = home() / "endpoints.json"
    if endpoint.base_url.startswith(ON_DISK):
        return HostedClient(endpoint, memory, home() / "engine.log", lambda text: tell(Warned(text)))
    return ChatClient(endpoint, memory)
