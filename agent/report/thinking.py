"""Who found it: what the built-in search and the model brought to a Run, what that used, and who stood in for whom."""

from collections.abc import Sequence

from mlpilot.agent.contributions import OF_MODEL, gained_by_model
from mlpilot.agent.record import Contribution, EndpointUse, ExperimentRecord, RunRecord, Thinking
from mlpilot.agent.report import figures
from mlpilot.agent.report.markup import Child, Html, join, tag
from mlpilot.agent.report.words import clip, decimals, dollars, duration, fixed, metric_name, plural

MOST_ENDPOINTS, MOST_SWITCHES = 20, 30
NAME, WHY = 80, 240
"""Characters of an endpoint's name, and of a reason."""


def thinking_section(record: RunRecord) -> Html | None:
    """None where no model was asked."""
    told = record.thinking
    if not told.endpoints:
        return None
    return join(
        tag("p", _control(record), " ", _origin_of_best(record)),
        _contributions(told.contributions),
        tag(
            "p",
            "A gain is counted for the one who made it, on whatever it stands, from the first score on. It says what "
            "came of whom, and not what the search would have come to without.",
            class_="note",
        ),
        tag("h3", "What the model used"),
        _uses(told.endpoints),
        tag("p", _worth(told)),
        _switches(told.switches),
    )


def written_by_model(record: RunRecord, one: ExperimentRecord) -> list[int]:
    """The ideas that its code came from and that were a model's, by their numbers."""
    by_number = {other.number: other for other in record.experiments}
    found, seen, waiting = [], set(), [one.number]
    while waiting:
        number = waiting.pop()
        other = by_number.get(number)
        if other is None or number in seen:
            continue
        seen.add(number)
        if other.kind == "blend":
            waiting += [member for member, _ in other.members]
        elif other.kind == "tune":
            waiting += [] if other.parent is None else [other.parent]
        elif other.by == "model":
            found.append(number)
    return sorted(found)


def _control(record: RunRecord) -> str:
    control, best = record.thinking.control, _best(record)
    metric = metric_name(record.metric)
    if control is None:
        return "The built-in default was not scored in this run, so there is nothing to hold the model against."
    places = decimals(best.score.ci) + 1 if best and best.score else 4
    said = f"The built-in default alone scored a {metric} of {fixed(control, places)}"
    return f"{said}; the best is {fixed(best.score.value, places)}." if best and best.score else f"{said}."


def _origin_of_best(record: RunRecord) -> str:
    best = _best(record)
    if best is None:
        return ""
    own = written_by_model(record, best)
    if not own:
        return "None of its code came from an idea of the model's."
    named = [f"#{number}" for number in own[:5]] + ["others"] * (len(own) > 5)
    ideas = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    if best.kind == "blend":
        return f"The best is a blend with code that the model wrote ({ideas})."
    return f"The best is code that the model wrote ({ideas}){', tuned' if best.kind == 'tune' else ''}."


def _contributions(found: Sequence[Contribution]) -> Html | None:
    if not found:
        return None
    top = max(one.gain for one in found)
    rows = [
        tag(
            "tr",
            tag("th", one.name, scope="row"),
            tag("td", f"{one.experiments:,}", class_="num"),
            tag("td", f"{one.scored:,}", class_="num"),
            tag("td", _gain(one.gain, top), class_="num"),
            tag("td", figures.share_bar(one.gain / top), class_="wide") if top else None,
        )
        for one in found
    ]
    names = ("experiments", "scored", "moved the best by")
    head = [_head("by"), *(_head(name, "num") for name in names), tag("td") if top else None]
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", rows), class_="who", aria_label="Who proposed what")


def _uses(found: Sequence[EndpointUse]) -> Html:
    rows = [
        tag(
            "tr",
            tag("th", clip(one.endpoint, NAME), scope="row"),
            tag("td", f"{one.calls:,}", class_="num"),
            tag("td", f"{one.answered:,}", class_="num"),
            tag("td", f"{one.prompt_tokens:,}", class_="num"),
            tag("td", f"{one.completion_tokens:,}", class_="num"),
            tag("td", dollars(one.cost_usd) if one.cost_usd else "–", class_="num"),
            tag("td", duration(one.seconds), class_="num"),
        )
        for one in found[:MOST_ENDPOINTS]
    ]
    names = ("calls", "usable replies", "tokens sent", "tokens back", "cost", "waited")
    head = tag("tr", _head("model"), [_head(name, "num") for name in names])
    more = len(found) - MOST_ENDPOINTS
    table = tag("table", tag("thead", head), tag("tbody", rows), aria_label="Models that were asked")
    note = tag("p", f"and {plural(more, 'more endpoint')}", class_="note") if more > 0 else None
    return join(tag("div", table, class_="scroll", tabindex=0), note)


def _worth(told: Thinking) -> str:
    """What came of the tokens and the money."""
    gain, tokens = gained_by_model(told.contributions), told.prompt_tokens + told.completion_tokens
    own = [one for one in told.contributions if one.name in OF_MODEL]
    paid = f"{plural(tokens, 'token')}" + (f" and {dollars(told.cost_usd)}" if told.cost_usd else "")
    if not own:
        return f"Nothing was gained for {paid}: none of the model's ideas was tried."
    if not gain:
        return f"Nothing was gained for {paid}: no idea of the model's moved the best score."
    rates = [f"{_rough(1000 * gain / tokens)} per 1,000 tokens"] if tokens else []
    rates += [f"{_rough(gain / told.cost_usd)} per dollar"] if told.cost_usd else []
    each = f", {' and '.join(rates)}" if rates else ""
    return f"The model's ideas, and the tuning of its code, moved the best score by {_rough(gain)}{each}."


def _switches(found: Sequence[tuple[str, str, str]]) -> Html | None:
    if not found:
        return None
    items: list[Child] = [
        tag("li", tag("b", clip(after, NAME)), f" took over from {clip(before, NAME)}", tag("p", clip(why, WHY)))
        for before, after, why in found[:MOST_SWITCHES]
    ]
    more = len(found) - MOST_SWITCHES
    note = tag("p", f"and {plural(more, 'more switch', 'more switches')}", class_="note") if more > 0 else None
    return join(tag("h3", "Who stood in for whom, in order"), tag("ol", items, class_="next"), note)


def _gain(value: float, top: float) -> str:
    """A gain with the decimals that the largest one needs, so that a column stays aligned."""
    if not value:
        return "nothing"
    places = _places(top, 2)
    least = 10.0**-places
    return f"< {fixed(least, places)}" if value < least / 2 else fixed(value, places)


def _rough(value: float) -> str:
    """With two digits: more would say what nobody knows."""
    return fixed(float(f"{value:.2g}"), _places(value, 2))


def _places(value: float, digits: int) -> int:
    """Decimals that show so many digits of a number."""
    return min(max(digits - 1 - int(f"{value:e}".rpartition("e")[2]), 0), 10)


def _best(record: RunRecord) -> ExperimentRecord | None:
    return next((one for one in record.experiments if one.number == record.best), None)


def _head(name: str, style: str | None = None) -> Html:
    return tag("th", name, scope="col", class_=style)
