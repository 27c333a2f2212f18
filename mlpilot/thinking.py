"""What is said of models at a terminal: who is asked, what that used, what came of it. All of it is clean and short."""

from mlpilot.agent.contributions import OF_MODEL, gained_by_model
from mlpilot.agent.record import RunRecord, Thinking
from mlpilot.agent.report.words import clip, decimals, dollars, plural, tokens
from mlpilot.numbers import bare, significant
from mlpilot.streams import clean

_DOING = {
    "propose": "asking {who} for ideas",
    "write": "{who} writes code",
    "repair": "{who} mends code",
    "converse": "{who} answers",
}
_LONGEST_WHO, _LONGEST_NAME, _LONGEST_WHY = 32, 80, 240


def doing(purpose: str, endpoint: str) -> str:
    """What a model does now: `asking gpt-5 for ideas`."""
    return _DOING.get(purpose, "asking {who}").format(who=who(endpoint))


def who(endpoint: str) -> str:
    """The model alone, where there is little room: `gpt-5` of `gpt-5 at api.openai.com`."""
    name = clean(endpoint)
    before_place = " (" if name.endswith(", on this machine)") else " at "
    return clip(name.rpartition(before_place)[0] or name, _LONGEST_WHO)


def used(calls: int, all_tokens: int, cost_usd: float, aside: str = "") -> str:
    """`3 calls, 4.1k tokens, $0.02`; what cost nothing is not priced. `aside` stands behind the calls."""
    spent = [f"{tokens(all_tokens)} tokens"] if all_tokens else []
    spent += [dollars(cost_usd)] if cost_usd else []
    return ", ".join([plural(calls, "call") + aside, *spent])


def switched(before: str, after: str, why: str, verb: str = "takes") -> str:
    """`the built-in brain takes over from gpt-5 at api.openai.com: the key is not accepted`."""
    return f"{_name(after)} {verb} over from {_name(before)}: {clip(clean(why), _LONGEST_WHY)}"


def summed_up(record: RunRecord) -> list[str]:
    """What models did in a run, a line each: what was used and gained, and who answered in the end."""
    told = record.thinking
    if not told.endpoints:
        return []
    answered = sum(one.answered for one in told.endpoints)
    aside = f" ({answered} with a usable reply)" if answered < told.calls else ""
    return [f"{used(told.calls, _tokens(told), told.cost_usd, aside)} · {_gained(record)}", *_switches(told)]


def _gained(record: RunRecord) -> str:
    told = record.thinking
    own = [one for one in told.contributions if one.name in OF_MODEL]
    gain = gained_by_model(told.contributions)
    if not own:
        return "none of its ideas was tried"
    if not any(one.scored for one in own):
        return "none of its ideas was scored"
    if not gain:
        return "its ideas did not move the best"
    whose = "its ideas and their tuning" if len(own) == len(OF_MODEL) else "its ideas"
    each = f" · {significant(1000 * gain / _tokens(told), 2)} per 1k tokens" if _tokens(told) else ""
    return f"{whose} moved the best by {_gain(gain, record)}{each}"


def _gain(gain: float, record: RunRecord) -> str:
    """With the digits that the best score itself deserves, unless nothing would be left of it."""
    best = next((one.score for one in record.experiments if one.number == record.best), None)
    places = decimals(best.ci) + 1 if best is not None else 4
    return bare(gain, places) if round(gain, places) else significant(gain, 1)


def _switches(told: Thinking) -> list[str]:
    if not told.switches:
        return []
    before, after, why = told.switches[-1]
    count = len(told.switches)
    which = f"of {count} switches the last: " if count > 1 else ""
    return [which + switched(before, after, why, "took")]


def _tokens(told: Thinking) -> int:
    return told.prompt_tokens + told.completion_tokens


def _name(endpoint: str) -> str:
    return clip(clean(endpoint), _LONGEST_NAME)
