"""Malformed replies by a grammar, and whether the reader is fooled by any: nothing may escape, nothing be guessed.

Wrappings × damage × languages × places to be cut off at × odd characters × injections, for code and for objects. Each
case knows what must come out, so that a reader that refuses too much is found out as well.
"""

import json
import random
import re
import time
import warnings
from collections.abc import Iterator
from typing import Any

from mlpilot.agent.brains.llm.reading import Unreadable, read_code, read_object
from mlpilot.evals.malformed_code import code_case
from mlpilot.evals.malformed_objects import object_case
from mlpilot.evals.malformed_parts import Case
from mlpilot.tools.contract import Problem, problem

_SHOWN = 20
_ODD = str.maketrans(
    dict.fromkeys("“”„‟", '"')
    | dict.fromkeys("‘’", "'")
    | {"\u00a0": " "}
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad")
)


def replies(count: int, seed: int) -> Iterator[Case]:
    """So many cases, always the same ones for a seed; for code and for objects in turn."""
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        yield object_case(rng) if number % 2 else code_case(rng)


def check(count: int, seed: int) -> dict[str, Any]:
    """Put every case through its reader.

    `read`: came out as it must, or, where chance damaged the reply, as something sound; `refused`: rightly; `missed`:
    an unambiguous reply was refused; `unsafe`: what came out is not what must, or is not in the reply; `escaped`:
    another exception than `Unreadable`. `wanted`: how many were unambiguous; `examples`: the first failures.
    """
    counts: dict[str, Any] = dict.fromkeys(("read", "refused", "missed", "unsafe", "escaped", "wanted"), 0)
    examples: list[dict[str, str]] = []
    slowest = 0.0
    for case in replies(count, seed):
        began = time.perf_counter()
        outcome, detail = _outcome(case)
        slowest = max(slowest, time.perf_counter() - began)
        counts[outcome] += 1
        counts["wanted"] += case.verdict == "read"
        if outcome in ("missed", "unsafe", "escaped") and len(examples) < _SHOWN:
            examples.append(
                {"outcome": outcome, "recipe": case.recipe, "kind": case.kind, "detail": detail, "text": case.text}
            )
    return {**counts, "cases": count, "seed": seed, "slowest_seconds": round(slowest, 3), "examples": examples}


def _outcome(case: Case) -> tuple[str, str]:
    try:
        came = _read(case)
    except Unreadable as error:
        said = str(error)
        said.encode()  # it goes back to the model
        return ("missed" if case.verdict == "read" else "refused"), said
    except Exception as error:  # noqa: BLE001 - that none escapes is what is checked
        return "escaped", f"{type(error).__name__}: {error}"
    if case.verdict == "refuse":
        return "unsafe", f"it had to be refused, and gave {came[:300]}"
    if case.verdict == "read" and came != case.want:
        return "unsafe", f"it gave {came}"
    if any(word in came for word in case.never):
        return "unsafe", f"a decoy came out: {came[:300]}"
    strange = _invented(case, came)
    return ("unsafe", f"not in the reply: {strange}") if strange else ("read", "")


def _read(case: Case) -> str:
    if case.kind == "code":
        return read_code(case.text, finish=case.finish)
    return json.dumps(read_object(case.text, finish=case.finish), sort_keys=True, allow_nan=False)


def _invented(case: Case, came: str) -> str:
    """The first line of the code, or the first plain word of the object, that the reply does not hold."""
    reply = re.sub("[\ud800-\udfff]", "\ufffd", case.text.translate(_ODD))
    if case.kind == "code":
        if (wrong := _wrong(came)) is not None:
            return wrong.message
        parts = [line.strip() for line in came.translate(_ODD).split("\n")]
    else:
        parts = [word.strip() for word in _words(json.loads(came)) if word.isascii() and word.isprintable()]
    return next((part for part in parts if part not in reply and "\\" not in reply), "")


def _wrong(code: str) -> Problem | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return problem(code)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)
