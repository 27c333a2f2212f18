"""Replies that hold one small JSON object, in every wrapping and with every slip that models are known for."""

import json
import random
from collections.abc import Callable
from typing import Any

from mlpilot.evals.malformed_parts import DECOY, Case, Finish, around, damaged, dressed, nonsense, prose, thinking

_KEYS = ("experiment", "why", "name", "params", "ideas", "expected_gain", "stop")
_TEXTS = (
    "less variance",
    "bins, then a forest",
    "Größe и 数",
    "100% {x} [y]",
    "see #3 // not a comment",
    "a/b *c*",
    "",
)
_BREAKS = (
    *('{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": 1, "a": 2}', '{"a": 1 "b": 2}', '{"a": "x}', '{"a": b}'),
    *('{"a": 1,, "b": 2}', '{"a": 007}', '{"a" 1}', '{"a": "\\q"}', "{'a': 'it's'}", '{"a": [1, 2}', '{"a": {"b": 1]}'),
    *(
        '{"a": 1}}',
        '{"a": 1}, "b": 2}',
        '"a": {"b": 1}',
        '[{"a": 1}]',
        '[{"a": 1}, {"a": 2}]',
        '[1, {"a": 1}]',
        '{"a": ...}',
    ),
    *(
        '{"a": undefined}',
        '{"a": 1_000}',
        '{"a": 0x1F}',
        '{"a": (1, 2)}',
        '{"a": 1 /* never closed',
        "{a: 1; b: 2}",
        "{1: 2}",
    ),
    *('{"a": ' * 30 + "1" + "}" * 30, '{"a": ' + "[" * 40 + "]" * 40 + "}", '{"a": "' + "x" * 120_000 + '"}'),
    *(
        '{"a": 1' + "0" * 5000 + "}",
        '{"a": 1} {"a": 2}',
        '{"a": 1}\n{"b": 1}',
        "{",
        "{}{}",
        "[]",
        "null",
        '"text"',
        "3",
        "",
    ),
)
Made = tuple[str, Finish, dict[str, Any] | None]


def an_object(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """A small object, different each time."""
    keys = rng.sample(_KEYS, rng.randint(1, 5))
    found = {key: _value(rng, depth) for key in keys}
    if not depth:
        found["mark"] = f"m{rng.randrange(10**9)}"
    return found


def _value(rng: random.Random, depth: int) -> Any:
    if depth < 3 and rng.random() < 0.25:
        return rng.choice((an_object(rng, depth + 1), [_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]))
    return rng.choice((rng.choice(_TEXTS), rng.randrange(-9, 99), rng.random(), True, False, None, 10**25, -1.5e-7))


def written(rng: random.Random, value: Any, slips: frozenset[str], depth: int = 0) -> str:
    """The value as a model may write it: the slips are `quotes`, `bare`, `python`, `commas`, `comments`, `smart`."""
    gap, pad = ("\n", "  " * (depth + 1)) if "lines" in slips else ("", "")
    note = rng.choice((" // why: {x}", " # see #3", " /* a, b: 1 */")) if "comments" in slips and gap else ""
    comma = "," if "commas" in slips and value else ""
    if isinstance(value, dict):
        items = [f"{_key(key, slips)}: {written(rng, item, slips, depth + 1)}" for key, item in value.items()]
        return (
            "{" + gap + f",{note}{gap or ' '}".join(pad + item for item in items) + comma + note + gap + pad[2:] + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(written(rng, item, slips, depth + 1) for item in value) + comma + "]"
    if isinstance(value, str):
        return _text(value, slips)
    if "python" in slips and (value is None or isinstance(value, bool)):
        return repr(value)
    return json.dumps(value)


def _key(key: str, slips: frozenset[str]) -> str:
    return key if "bare" in slips else _text(key, slips)


def _text(text: str, slips: frozenset[str]) -> str:
    if "smart" in slips:
        return f"“{text}”"
    if "quotes" in slips:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii="escapes" in slips)


def _somehow(rng: random.Random, value: dict[str, Any]) -> str:
    names = ("quotes", "bare", "python", "commas", "comments", "smart", "lines", "escapes")
    return written(rng, value, frozenset(name for name in names if rng.random() < 0.3))


def object_case(rng: random.Random) -> Case:
    """One reply to a request for an object."""
    make = rng.choice(rng.choice((_GOOD, _GOOD, _BAD, _RANDOM)))
    text, finish, want = make(rng)
    verdict = "read" if make in _GOOD else "refuse" if make in _BAD else "either"
    wanted = None if want is None else json.dumps(want, sort_keys=True)
    return Case("object", make.__name__.strip("_"), dressed(rng, text), finish, verdict, wanted)  # type: ignore[arg-type]


def _decoy() -> str:
    return json.dumps({"experiment": 1, "mark": DECOY})


def _bare(rng: random.Random) -> Made:
    value = an_object(rng)
    return around(rng, _somehow(rng, value)), rng.choice(("stop", "length")), value


def _fence(rng: random.Random) -> Made:
    value = an_object(rng)
    tag = rng.choice(("json", "JSON", "json5", "", "text", "javascript", "python", "jsonc", "output", " json"))
    return around(rng, f"```{tag}\n{_somehow(rng, value)}\n```"), "stop", value


def _glued(rng: random.Random) -> Made:
    value = an_object(rng)
    text = _somehow(rng, value)
    forms = (
        f"`{text}`",
        f"```json {text} ```",
        f"```json\n{text}```",
        f"Answer: ```json\n{text}\n```",
        f"```{text}```",
        f"**{text}**",
    )
    return around(rng, rng.choice(forms)), "stop", value


def _listed(rng: random.Random) -> Made:
    value = an_object(rng)
    text = f"```json\n{_somehow(rng, value)}\n```".replace("\n", "\n   ")
    return f"1. So:\n   {text}\n2. {prose(rng)}", "stop", value


def _unclosed(rng: random.Random) -> Made:
    value = an_object(rng)
    return f"{prose(rng)}\n```json\n{_somehow(rng, value)}", rng.choice(("stop", "length")), value


def _thought(rng: random.Random) -> Made:
    value = an_object(rng)
    draft = rng.choice(
        (_decoy(), f"```json\n{_decoy()}\n```", '{"half": {"mark": "decoy_4711"', f"```json\n{_decoy()}")
    )
    return thinking(rng, draft) + around(rng, _somehow(rng, value)), "stop", value


def _beside_code(rng: random.Random) -> Made:
    value = an_object(rng)
    code = f'```python\nPARAMS = {{"mark": "{DECOY}"}}\n\ndef fit(X, y, params):\n    return {{"a": 1}}\n```'
    pair = [code, f"```json\n{_somehow(rng, value)}\n```"]
    rng.shuffle(pair)
    return f"\n\n{prose(rng)}\n\n".join(pair), "stop", value


def _twice(rng: random.Random) -> Made:
    value = an_object(rng)
    return f"{_somehow(rng, value)}\n\n{prose(rng)}\n\n```json\n{_somehow(rng, value)}\n```", "stop", value


def _doubled(rng: random.Random) -> Made:
    value = an_object(rng)
    return around(rng, "{" + _somehow(rng, value) + "}"), "stop", value


def _two(rng: random.Random) -> Made:
    pair = [
        _decoy(),
        rng.choice(("{}", "```json\n{}\n```", "```\n{}\n```")).replace("{}", _somehow(rng, an_object(rng))),
    ]
    rng.shuffle(pair)
    return f"\n{prose(rng)}\n".join(pair), "stop", None


def _broken(rng: random.Random) -> Made:
    text = rng.choice(_BREAKS)
    return around(rng, rng.choice((text, text, f"```json\n{text}\n```")), tame=True), "stop", None


def _cut(rng: random.Random) -> Made:
    """Cut off anywhere within the object: what is whole inside of it must not be taken for it."""
    text = _somehow(rng, an_object(rng))
    start = rng.choice(("", f"{prose(rng)}\n", "```json\n", "```\n", "Answer: "))
    return start + text[: rng.randrange(1, len(text.rstrip()))], rng.choice(("stop", "length")), None


def _cut_in_fence(rng: random.Random) -> Made:
    text = _somehow(rng, an_object(rng))
    return f"```json\n{text[: rng.randrange(1, len(text.rstrip()))]}\n```\n{prose(rng, tame=True)}", "stop", None


def _only_thought(rng: random.Random) -> Made:
    return f"<think>{prose(rng)}\n{_decoy()}\n{prose(rng)}", rng.choice(("stop", "length")), None


def _none(rng: random.Random) -> Made:
    return rng.choice((prose(rng), "", "```json\n```", "I can't.", "{" * 2000, "[" * 3000, "{//" * 999)), "stop", None


def _damaged(rng: random.Random) -> Made:
    text, finish, _ = rng.choice(_GOOD)(rng)
    return damaged(rng, text.replace(DECOY, "draft")), finish, None


def _nonsense(rng: random.Random) -> Made:
    return nonsense(rng), rng.choice(("stop", "length")), None


_Maker = Callable[[random.Random], Made]
_GOOD: tuple[_Maker, ...] = (
    _bare,
    _bare,
    _fence,
    _fence,
    _glued,
    _listed,
    _unclosed,
    _thought,
    _beside_code,
    _twice,
    _doubled,
)
_BAD: tuple[_Maker, ...] = (_two, _broken, _broken, _cut, _cut, _cut_in_fence, _only_thought, _none)
_RANDOM: tuple[_Maker, ...] = (_damaged, _damaged, _nonsense)
