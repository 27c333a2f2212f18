"""What probed runs, before an edit and after it, must show for the edit to be believed.

A fact is believed when it held in every run before and in none after (or grew, or shrank, in each). A printed score is
believed only where no leak is mended, for an honest fit mostly scores lower: it must be better with every seed, the
script's own and others, and no other score worse in all of them. Whatever is claimed, the script must print what it
printed but for its numbers, give no new warning, and show none of the other faults that the probe looks for.
"""

import math
from dataclasses import dataclass
from statistics import mean
from typing import Literal

from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.probing import Seen, better, scores_of, skeleton

FAULTS = (
    "steps on gradients that were never cleared",
    "steps without a gradient",
    "steps in evaluation mode",
    "predictions in training mode",
    "losses of different shapes",
    "losses of probabilities that are taken for raw outputs",
    "divergences of what is no logarithm",
    "tensors that no optimiser holds",
    "tensors that were not loaded",
    "answers taken for the truth",
)
"""Facts that no edit may make worse."""
_SHARE = 0.02
"""A score that moved by less, of what was there to gain, is called the same."""


@dataclass(frozen=True)
class Claim:
    """A fact (or "score", "said"), and what becomes of it."""

    fact: str
    way: Literal["gone", "fewer", "more"] = "gone"


SCORE = Claim("score", "more")


def proven(claims: tuple[Claim, ...], before: list[Seen], after: list[Seen]) -> tuple[Proof | None, str]:
    """The first claim that the runs bear out; else why there is none."""
    if len(after) < len(before) or not all(seen.ended.status == "ok" for seen in [*before, *after]):
        return None, "the script no longer ran to its end"
    if skeleton(before[0].printed) != skeleton(after[0].printed):
        return None, "it printed something else than other numbers"
    if _kinds(after) - _kinds(before):
        return None, "another warning came"
    worse = [name for name in FAULTS if _least(after, name) > _most(before, name)]
    if worse:
        return None, f"it brought {worse[0]}"
    for claim in claims:
        proof = _of_scores(before, after) if claim == SCORE else _of_fact(claim, before, after)
        if proof is not None:
            return proof, ""
    return None, "no run bore it out"


def _of_fact(claim: Claim, before: list[Seen], after: list[Seen]) -> Proof | None:
    if claim.fact.startswith("said "):
        said = claim.fact.removeprefix("said ")
        counts = [[(seen.ended.stderr + seen.printed).count(said) for seen in runs] for runs in (before, after)]
        held = all(counts[0]) and not any(counts[1])
        return Proof(f"no more {said!r}", f"said {counts[0][0]} times", "never said") if held else None
    if claim.fact.endswith(" of"):  # of whichever class it is that became fewer
        names = sorted(name for name in before[0].facts if name.startswith(f"{claim.fact} "))
        tried = (_of_fact(Claim(name, claim.way), before, after) for name in names)
        return next((proof for proof in tried if proof is not None), None)
    pairs = [(one.number(claim.fact), other.number(claim.fact)) for one, other in zip(before, after, strict=True)]
    if any(claim.fact not in seen.facts for seen in (before if claim.way != "more" else after)):
        return None
    held = all(
        {"gone": one > 0 and other == 0, "fewer": other < one, "more": other > one}[claim.way] for one, other in pairs
    )
    if not held:
        return None
    name = claim.fact.removeprefix("most ")
    return Proof(name, *(f"{int(value)}" for value in pairs[0]))


def _of_scores(before: list[Seen], after: list[Seen]) -> Proof | None:
    """A score that is better with every seed, none being worse with every seed."""
    tables = [[scores_of(seen.printed) for seen in runs] for runs in (before, after)]
    names = set.intersection(*(set(table) for runs in tables for table in runs)) if all(map(len, tables)) else set()
    gained = {}
    for name in sorted(names):
        pairs = [(one[name], other[name]) for one, other in zip(*tables, strict=True)]
        moves = [_move(name, *pair) for pair in pairs]
        if all(move < 0 for move in moves):
            return None
        if all(move > 0 for move in moves):
            gained[name] = (pairs, moves)
    if not gained:
        return None
    name, (pairs, _) = max(gained.items(), key=lambda item: mean(item[1][1]))
    shown = [", ".join(f"{value:g}" for value in values) for values in zip(*pairs, strict=True)]
    over = "seeds" if len({seen.printed for seen in before}) > 1 else "runs, which are all alike"
    return Proof(f"printed {name!r} is better with each of {len(pairs)} {over}", *shown)


def _move(name: str, one: float, other: float) -> int:
    """1 where the second is better, -1 where it is worse, 0 where they are about the same."""
    if math.isnan(one) or math.isnan(other):
        return int(math.isnan(one)) - int(math.isnan(other))
    if math.isinf(one) or math.isinf(other):
        return (other > one) - (other < one) if better(name) > 0 else (other < one) - (other > one)
    gain = (other - one) * better(name)
    return 0 if abs(gain) <= _SHARE * max(abs(one), abs(other), 1e-12) else int(math.copysign(1, gain))


def fallen(before: list[Seen], after: list[Seen]) -> str:
    """What the printed scores became, where a leak is mended: the honest ones are mostly lower, and that is said."""
    one, other = (scores_of(runs[0].printed) for runs in (before, after))
    lower = [name for name in one if name in other and _move(name, one[name], other[name]) < 0]
    return ", ".join(f"{name} {one[name]:g} → {other[name]:g}" for name in lower[:3])


def _kinds(runs: list[Seen]) -> set[tuple[str, str]]:
    return {(told.category, told.estimator) for seen in runs for told in seen.ended.warnings}


def _most(runs: list[Seen], name: str) -> float:
    return max(seen.number(name) for seen in runs)


def _least(runs: list[Seen], name: str) -> float:
    return min(seen.number(name) for seen in runs)
