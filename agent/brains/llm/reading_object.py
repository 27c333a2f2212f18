"""The one JSON object in a reply, or what is wrong with the reply."""

import json
import re
from typing import Any

from mlpilot.agent.brains.llm.reading_fences import LANGUAGES, NOT_CODE, PYTHON, Piece, State, split
from mlpilot.agent.brains.llm.reading_json import CutOff, Parser
from mlpilot.agent.brains.llm.reading_python import Sources
from mlpilot.agent.brains.llm.reading_text import tidy, without_thinking
from mlpilot.agent.models.protocol import Unreadable

ASK = "send exactly one JSON object"
_JSON = frozenset(["json", "jsonc", "json5", "jsonl"])
_OTHER = (NOT_CODE - _JSON) | PYTHON | LANGUAGES.keys()
"""Tags of blocks whose braces are somebody else's."""
_MOST_BRACES = 300
_AFTER_ITEM = re.compile(r"[\]}\"'0-9],$")
_AFTER_KEY = re.compile(r"[\"'”’]\s{0,20}:$")
_MORE = re.compile(r",\s{0,20}[\"'“{\[]")


def object_in(text: str, finish: str) -> dict[str, Any]:
    """The object that a reply holds. Raises `Unreadable`.

    An object within another is a part of it. Whatever begins like an object must be readable to its end, for the next
    one could be a part of it, or an example.
    """
    text = tidy(text)
    whole = _alone(text)
    if whole is not None:
        return whole
    pieces = split(without_thinking(text, finish), _State())
    if not pieces:
        raise Unreadable(f"your reply is empty; {ASK}")
    found: list[dict[str, Any]] = []
    for piece in pieces:
        if piece.tag not in _OTHER:
            found += _objects(piece, finish)
    if not found:
        # A block with the wrong tag that is an object from end to end.
        alone = (_alone(piece.text) for piece in pieces if piece.fenced and piece.closed and piece.tag in _OTHER)
        found = [one for one in alone if one is not None]
    different = {json.dumps(one, sort_keys=True) for one in found}
    if len(different) > 1:
        raise Unreadable(f"your reply holds {len(different)} different JSON objects; {ASK}")
    if not found:
        cut = "was cut off before it held a" if finish == "length" else "holds no"
        raise Unreadable(f'your reply {cut} JSON object; {ASK}, like {{"key": "value"}}')
    return found[0]


class _State:
    """How the lines between two fences stand: as an object, or as Python, whose strings may hold fences."""

    def __init__(self) -> None:
        self._sources = Sources()

    def __call__(self, text: str, indent: str) -> State:
        return "whole" if text.rstrip().endswith("}") else self._sources.state(text, indent)


def _alone(text: str) -> dict[str, Any] | None:
    """The object that a text is from end to end, or None."""
    text = text.strip().lstrip("\ufeff")
    if not text.startswith("{"):
        return None
    parser = Parser(text)
    try:
        value = parser.value()
        parser.skip()
    except Unreadable:
        return None
    return value if parser.at == len(text) and isinstance(value, dict) else None


def _objects(piece: Piece, finish: str) -> list[dict[str, Any]]:
    """Every object in a piece that is not within another."""
    text, found, at, braces = piece.text, [], 0, 0
    while (at := text.find("{", at)) >= 0:
        braces += 1
        if braces > _MOST_BRACES:
            raise Unreadable(f"your reply holds too many braces to find an object among them; {ASK}")
        if not Parser(text, at).starts_object():
            at += 1
            continue
        parser = Parser(text, at)
        try:
            found.append(parser.value())
        except CutOff as error:
            cut = "your reply was cut off: " if finish == "length" or not piece.closed or not piece.fenced else ""
            raise Unreadable(f"{cut}{error}; {ASK}, whole") from error
        except Unreadable as error:
            raise Unreadable(f"{error}; {ASK}") from error
        if around := _surrounded(text, at, parser.at):
            raise Unreadable(f"your reply holds {around}; {ASK}, and no list")
        at = parser.at
    return found


def _surrounded(text: str, start: int, end: int) -> str:
    """What an object that stands from `start` to `end` seems to be a part of; empty if it stands alone."""
    before, after = text[max(0, start - 200) : start].rstrip(), text[end : end + 200].lstrip()
    doubled = before.endswith("{") and after.startswith("}")
    if before.endswith("[") or (_AFTER_ITEM.search(before) and not doubled):
        return "a list of objects"
    if _AFTER_KEY.search(before):
        return "a key and an object without braces around them"
    if (after.startswith(("}", "]")) and not doubled) or _MORE.match(after):
        return "more after the end of its object"
    return ""
