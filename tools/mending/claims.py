"""What probed runs, before an edit and after it, must show for the edit to be believed.

A fact is believed when it held in every run before and in none after (or grew, or shrank, in each). What a printed
score must show is told in `scores.py`. Whatever is claimed, the script must print what it printed but for its numbers,
give no new warning, train and lose no less than it did, and show none of the other faults that the probe looks for.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from mlpilot.tools.mending import scores
from mlpilot.tools.mending.complaints import kinds_of_warnings
from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.probing import Seen, scores_of, skeleton

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
_WORK = ("steps", "losses")
"""Facts that no edit may make fewer: a fault that never shows since nothing is trained any more is not mended."""
_NEW = ("more", "kept", "same", "present", "absent", "no less", "no more", "about")
"""Ways that need not have been seen before."""
_FEW = 8
"""So many lines may be missing where columns are left out."""
_ALWAYS = "judged rows that were fitted"
"""Is there whenever a model was judged: that it is missing is no sign that it is 0."""


@dataclass(frozen=True)
class Claim:
    """A fact (or "score", "said"), and what becomes of it."""

    fact: str
    way: Literal["gone", "fewer", "more", "kept", "same", "present", "absent", "no less", "no more", "about"] = "gone"
    """`kept`: was there, and is not less; `no less`, `no more`: is not less (more), where it was there; `about`: is not
    less by a tenth (the first rows of a series have nothing before them); `same`: was there, and is that very number;
    `present`: is not 0; `absent`: is 0, whatever it was."""
    also: tuple["Claim", ...] = ()
    """What must hold besides, so that nothing shrinks with the fault."""
    words: tuple[tuple[str, str], ...] = ()
    """Words that are printed, and the others that may come in their place: the name of a metric, say."""
    instead: tuple[str, ...] = ()
    """Facts of work that may be fewer, since `also` says what stands for them."""
    words_of_data: bool = False
    """Words that are printed may be of the data (terms, names of rows); lines and scores are told alike."""
    fewer_columns: bool = False
    """Words may be missing where columns are left out: no other comes, and all scores are told."""
    rows_of_data: bool = False
    """Lines that are printed may be of other rows, or other columns; there are as many."""

    def about(self, names: list[str]) -> "Claim":
        """The claim of what an edit's description names in quotes: `{}` in a fact stands for each of these names."""
        if "{}" not in self.fact or not names:
            return self
        of_one = [replace(self, fact=self.fact.format(name), also=()) for name in names]
        besides = tuple(one.about([name]) for name in names for one in self.also)
        return replace(of_one[0], also=(*of_one[1:], *dict.fromkeys(besides)))


SCORE = Claim("score", "more")
"""Printed numbers are better."""
SHARE = Claim("share that is right", "more")
"""A printed share is that of all rows of the last pass, and was not."""
CHOICE = Claim("score of what is chosen", "more", words_of_data=True)
"""Printed numbers are better, by however little: the same are chosen among, and by the same measure. What is chosen may
have another name."""
MEAN = Claim("mean of all scores", "more")
"""A printed score is the mean of all of its kind, and was not."""
RATES = Claim("rates that are what they say", "more")
"""Printed recall and precision are those of the confusion matrix, and were not."""
NAMES = Claim("weights beside the names of their columns", "more", rows_of_data=True)
"""Printed weights stand beside the names of their columns, and did not."""
NO_LOSS = Claim("score, whatever the loss is", "more")
"""The same for an edit that makes the loss another one, whose numbers are not to be compared with the old ones."""

OF_SCORES = (SCORE, NO_LOSS, CHOICE)
_OF_ONE_RUN = {SHARE: scores.share_of_all, MEAN: scores.mean_of_all, RATES: scores.rates_that_are_true,
               NAMES: scores.weights_by_name}  # fmt: skip


def proven(claims: tuple[Claim, ...], before: list[Seen], after: list[Seen]) -> tuple[Proof | None, str]:
    """The first claim that the runs bear out; else why there is none."""
    ended = {seen.ended.status for seen in [*before, *after]} - {"ok"}
    if ended or len(after) < len(before):
        return None, "a run took longer than its time" if "timeout" in ended else "the script no longer ran to its end"
    claims = tuple(one for one in claims if _prints_alike(one, before[0].printed, after[0].printed))
    if not claims:
        return None, "it printed something else than other numbers"
    if kinds_of_warnings(seen.ended for seen in after) - kinds_of_warnings(seen.ended for seen in before):
        return None, "another warning came"
    if scores.names_shifted(before[0], after[0]):
        return None, "it put weights beside the names of other columns"
    counted = set(_WORK).difference(*(claim.instead for claim in claims))
    if any(_least(after, name) < _most(before, name) for name in counted):
        return None, "less was trained than before"
    worse = [name for name in FAULTS if _least(after, name) > _most(before, name)]
    if worse:
        return None, f"it brought {worse[0]}"
    for claim in claims:
        if claim in OF_SCORES:
            proof = scores.proof(before, after, of_losses=claim != NO_LOSS, large=claim != CHOICE)
        elif claim in _OF_ONE_RUN:
            proof = _OF_ONE_RUN[claim](before[0], after[0])
        else:
            proof = _of_fact(claim, before, after)
        if proof is not None:
            return proof, ""
    return None, "no run bore it out"


def _prints_alike(claim: Claim, before: str, after: str) -> bool:
    """Whether the same words stand in the same lines, but for those that a claim lets change."""
    wanted, found = skeleton(before), skeleton(after)
    for old, new in claim.words:
        wanted, found = ([re.sub(rf"\b{old}\b", new, line) for line in lines] for lines in (wanted, found))
    if claim.rows_of_data:
        return len(wanted) == len(found)
    if wanted == found or not claim.words_of_data:
        return wanted == found
    kept = scores_of(before).keys() <= scores_of(after).keys()
    if claim.fewer_columns and 0 < len(wanted) - len(found) <= _FEW:
        return kept and Counter(" ".join(found).split()) <= Counter(" ".join(wanted).split())
    if len(wanted) != len(found):
        return False
    if sorted(" ".join(wanted).split()) == sorted(" ".join(found).split()):  # rows in another order
        return True
    alike = sum(one == other for one, other in zip(wanted, found, strict=True))
    told = scores_of(before).keys()  # a setting that is printed may have the name of a measure: `weights='distance'`
    return 2 * alike >= len(wanted) and (kept or bool(told & scores_of(after).keys()))


def _of_fact(claim: Claim, before: list[Seen], after: list[Seen]) -> Proof | None:
    if any(_of_fact(one, before, after) is None for one in claim.also):
        return None
    if claim.fact.startswith("said "):
        said = claim.fact.removeprefix("said ")
        counts = [[(seen.ended.stderr + seen.printed).count(said) for seen in runs] for runs in (before, after)]
        held = all(counts[0]) and not any(counts[1])
        return Proof(f"no more {said!r}", f"said {counts[0][0]} times", "never said") if held else None
    if claim.fact.endswith(" of"):  # of whichever class it is that became fewer
        names = sorted(name for name in before[0].facts if name.startswith(f"{claim.fact} "))
        names = [name for name in names if name[len(claim.fact) + 1].isupper()]  # a class, and no `fit` of any
        names = [name for name in names if all(seen.number(name) for seen in after)]  # what is left out is no proof
        tried = (_of_fact(Claim(name, claim.way), before, after) for name in names)
        return next((proof for proof in tried if proof is not None), None)
    pairs = [(one.number(claim.fact), other.number(claim.fact)) for one, other in zip(before, after, strict=True)]
    if claim.way not in ("no less", "no more", "about") and any(
        claim.fact not in seen.facts for seen in (after if claim.way in _NEW else before)
    ):
        return None
    if not all(seen.facts for seen in after) or (
        claim.fact == _ALWAYS and any(_ALWAYS not in seen.facts for seen in after)
    ):
        return None
    held = all(
        {
            "gone": one > 0 and other == 0,
            "fewer": other < one,
            "more": other > one,
            "kept": other >= one > 0,
            "same": other == one > 0,
            "present": other > 0,
            "absent": other == 0,
            "no less": other >= one,
            "no more": other <= one,
            "about": other >= 0.9 * one,
        }[claim.way]
        for one, other in pairs
    )
    if not held:
        return None
    name = claim.fact.removeprefix("most ")
    return Proof(name, *(f"{int(value)}" for value in pairs[0]))


def _most(runs: list[Seen], name: str) -> float:
    return max(seen.number(name) for seen in runs)


def _least(runs: list[Seen], name: str) -> float:
    return min(seen.number(name) for seen in runs)
