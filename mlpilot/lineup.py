"""What `mlpilot models` says at a terminal: who is asked, in which order, and how to change that."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from mlpilot.agent.models.choosing import ON_DISK
from mlpilot.agent.models.prices import UNKNOWN
from mlpilot.agent.models.protocol import Endpoint
from mlpilot.agent.report.words import clip
from mlpilot.endpoints import Models, key_from
from mlpilot.probe import Probe
from mlpilot.screen import for_answers, print_beside
from mlpilot.streams import clean

MOST_OTHERS = 20
_REMEDY = (
    "set OPENAI_API_KEY; or start an engine (Ollama, llama-server, vLLM, LM Studio); or name weights: "
    "mlpilot models --use local:/path/model.gguf"
)


def print_models(found: Models, probed: Probe | None) -> None:
    """The order in which a run asks, what else is there, and what a probe has shown."""
    console = for_answers()
    asked, others = found.endpoints[: found.asked], found.endpoints[found.asked :]
    console.print(Text("a run asks, in this order" if asked else "a run asks no model", style="bold"))
    for place, endpoint in enumerate(asked, 1):
        _print_endpoint(console, str(place), endpoint)
    last = str(len(asked) + 1) if asked else ""
    print_beside(console, _margin(last), "the built-in brain" + ("" if asked else f" alone: {clean(found.why)}"))
    _print_others(console, others)
    console.print()
    if probed is not None:
        for index, line in enumerate(probed.lines()):
            print_beside(console, Text(" probe    " if index == 0 else "          ", style="bold"), line)
    if asked:
        print_beside(console, Text(" first    ", style="bold"), f"{_name(asked[0])}: {clean(found.why)}")
        print_beside(console, Text(" switch   ", style="bold"), _way_to_switch(found))
    else:
        print_beside(console, Text(" switch   ", style="bold"), _way_to_switch(found) if others else _REMEDY)


def about(endpoint: Endpoint) -> str:
    """Where it is, whether there is a key, its context, its price."""
    where = endpoint.base_url
    if where.startswith(ON_DISK):
        where = f"{where.removeprefix(ON_DISK)}, served when it is first asked"
    parts = [clip(clean(where), 120)]
    if not endpoint.local or endpoint.key is not None:
        parts.append(f"key from {key_from(endpoint)}" if endpoint.key is not None else "no key is set")
    if endpoint.context is not None:
        parts.append(f"context {endpoint.context:,} tokens")
    return " · ".join([*parts, _price(endpoint)])


def _print_endpoint(console: Console, place: str, endpoint: Endpoint) -> None:
    print_beside(console, _margin(place), _name(endpoint))
    print_beside(console, _margin(""), about(endpoint))


def _print_others(console: Console, others: Sequence[Endpoint]) -> None:
    if not others:
        return
    console.print(Text("also there", style="bold"))
    for endpoint in others[:MOST_OTHERS]:
        _print_endpoint(console, "", endpoint)
    if len(others) > MOST_OTHERS:
        print_beside(console, _margin(""), f"and {len(others) - MOST_OTHERS} more, in --json")


def _way_to_switch(found: Models) -> str:
    back = "; --use auto goes back to what is found" if found.preferred is not None else ""
    return f"mlpilot models --use MODEL [--base-url URL]{back}"


def _price(endpoint: Endpoint) -> str:
    if endpoint.local:
        return "free"
    price = endpoint.price or UNKNOWN
    said = f"${price.prompt:g} a million tokens of prompt, ${price.completion:g} of reply"
    return said if endpoint.price is not None else f"its price is not known, and counted as {said}"


def _name(endpoint: Endpoint) -> str:
    return clip(clean(endpoint.name), 120)


def _margin(place: str) -> Text:
    return Text(f"  {place:<3}")
