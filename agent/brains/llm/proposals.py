"""What a model proposes: a few Ideas, and parameters to try; read with care."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpilot.agent.brains.llm.reading import field_list, field_text, field_whole, read_object
from mlpilot.agent.brains.protocol import Idea
from mlpilot.agent.models.protocol import Unreadable
from mlpilot.tools.space import Value

MOST_IDEAS = 5
NAME_CHARACTERS, WHY_CHARACTERS, PLAN_CHARACTERS = 60, 240, 1200
MOST_PARAMS, LARGEST = 30, 1e300


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


_IDEA = {
    "type": "object",
    "properties": {
        "name": _text(NAME_CHARACTERS),
        "why": _text(WHY_CHARACTERS),
        "plan": _text(PLAN_CHARACTERS),
        "improves": {"type": ["integer", "null"]},
    },
    "required": ["name", "why", "plan", "improves"],
    "additionalProperties": False,
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"ideas": {"type": "array", "items": _IDEA, "minItems": 1, "maxItems": MOST_IDEAS}},
    "required": ["ideas"],
    "additionalProperties": False,
}
"""Of a proposal, as a JSON Schema: a help for small models. It leaves out what they may leave out."""


@dataclass(frozen=True)
class Wish:
    """Parameters that the model wants to be tried."""

    experiment: int
    """As the model says: there may be none of that number."""
    params: Mapping[str, Value]
    why: str


@dataclass(frozen=True)
class Proposal:
    """One reply."""

    ideas: tuple[Idea, ...]
    tune: Wish | None


def read_proposal(text: str, finish: str) -> Proposal:
    """The proposal in a reply. Raises `Unreadable`."""
    found = read_object(text, finish=finish)
    if "ideas" not in found and "name" in found:  # one Idea, unwrapped
        found = {"ideas": [found]}
    ideas = field_list(found, "ideas") if found.get("ideas") is not None else []
    if ideas and not all(isinstance(one, dict) for one in ideas):
        raise Unreadable('`ideas` must be a list of objects like {"name": …, "why": …, "plan": …}')
    wish = found.get("tune")
    if wish is not None and not isinstance(wish, dict):
        raise Unreadable("`tune` must be an object with `experiment` and `params`, or be left out")
    if not ideas and not wish:
        raise Unreadable("the object names no idea: `ideas` must hold at least one")
    return Proposal(tuple(_idea(one) for one in ideas[:MOST_IDEAS]), _wish(wish) if wish else None)


def _idea(found: Mapping[str, Any]) -> Idea:
    parent = found.get("improves")
    return Idea(
        name=field_text(found, "name", most=NAME_CHARACTERS),
        why=field_text(found, "why", most=WHY_CHARACTERS),
        plan=field_text(found, "plan", most=PLAN_CHARACTERS) if found.get("plan") else "",
        parent=None if parent is None else field_whole(found, "improves"),
        by="model",
    )


def _wish(found: Mapping[str, Any]) -> Wish:
    params = found.get("params")
    if not isinstance(params, dict) or not params:
        raise Unreadable("`tune` needs `params`, an object of names and values")
    plain = {str(key): value for key, value in list(params.items())[:MOST_PARAMS] if _is_plain(value)}
    why = field_text(found, "why", most=WHY_CHARACTERS) if found.get("why") else "the model wants it tried"
    return Wish(field_whole(found, "experiment"), plain, why)


def _is_plain(value: Any) -> bool:
    """Whether a value can be one of a search space."""
    if isinstance(value, str):
        return len(value) <= WHY_CHARACTERS
    return isinstance(value, bool | int | float) and abs(value) <= LARGEST
