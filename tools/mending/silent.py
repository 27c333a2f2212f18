"""Faults that end nothing: leaks, loops and losses that are wrong, missing seeds. What runs bear out stays."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.mending.claims import OF_SCORES, Claim, proven
from mlpilot.tools.mending.complaints import failure, kinds_of_warnings
from mlpilot.tools.mending.model import Proof
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.probing import FEW, SEEDS, Seen, probed_runs
from mlpilot.tools.mending.scores import are_alike, fallen
from mlpilot.tools.mending.tables import leak, settings
from mlpilot.tools.mending.work import Work, loud, original_line

MOST_TRIED = 4
"""Edits that are tried against one finding."""

UNSEEDED = "SPLIT001"


def leaks(work: Work) -> None:
    """A transformer fitted before the split is fitted after it, and on the rows for training alone."""
    seen: set[tuple[str, int | None]] = set()
    while True:
        new = [(one, leak.fitted_after_split(work.text, one)) for one in work.check() if _key(work, one) not in seen]
        found, asked = next(((one, asked) for one, asked in new if asked is not None), (None, None))
        if found is None or asked is None:
            return
        seen.add(_key(work, found))
        if work.brings(asked.text, asked.what):
            continue
        work.about(f"{found.code} at line {_key(work, found)[1]}: {asked.what}")
        before = work.run(work.text, asked.watched)
        after = work.run(asked.text, asked.watched)
        proof = leak.proof(asked, before, after)
        if proof is None:
            work.tried.append(f"{found.code} at line {found.line}: {asked.what} could not be proven")
            continue
        work.take(asked.text, asked.what, after)
        work.proofs.append(proof)


def offered(work: Work, find: Callable[[], list[Diagnosis]]) -> None:
    """What was found and probed runs can prove to be mended, one finding after the other. `find`: what the present
    version has, by reading it or by its last run."""
    seen: set[tuple[str, int | None]] = set()
    before = _seen(work)
    while True:
        new = [one for one in find() if one.code in OFFERS and loud(one) and _key(work, one) not in seen]
        if not new:
            return
        seen.add(_key(work, new[0]))
        for text, what, claims in islice(offers(work.text, new[0], silent=True), MOST_TRIED):
            if work.brings(text, what):
                continue
            work.about(f"{new[0].code} at line {_key(work, new[0])[1]}: {what}")
            proof, after, why = _proven(work, text, claims, before)
            if proof is not None:
                dishonest = new[0].code.startswith(("LEAK", "SPLIT"))
                told = fallen(before[0].printed, after[0].printed) if dishonest else ""
                work.take(text, what, after[0].ended)
                work.proofs.append(replace(proof, after=proof.after + told))
                before = _seen(work)
                break
            work.tried.append(f"{new[0].code}: {what}: {why}")


def _seen(work: Work) -> list[Seen]:
    """The last run of the present version, where it was a probed one with the script's own seeds."""
    return [Seen(work.ended, work.ended.stdout, work.ended.facts)] if work.ended.facts else []


def _proven(
    work: Work, text: str, claims: tuple[Claim, ...], before: list[Seen]
) -> tuple[Proof | None, list[Seen], str]:
    """(proof, runs of the edited text, why there is none); `before` gets the runs of the present one, as many.

    A fact is one with any seed, needs one run, and is asked for first. A score is not: what holds for a few seeds must
    hold for more.
    """
    after: list[Seen] = []
    facts = tuple(claim for claim in claims if claim not in OF_SCORES)
    proof, why = None, ""
    if facts:
        before += probed_runs(work.text, work.run, FEW[:1]) if not before else []
        after += probed_runs(text, work.run, FEW[:1])
        proof, why = proven(facts, before[:1], after)
    if proof is not None or len(facts) == len(claims):
        return proof, after, why
    for seeds in (FEW, SEEDS):
        if len(before) < len(seeds):
            before += probed_runs(work.text, work.run, seeds[len(before) :])
        after += probed_runs(text, work.run, seeds[len(after) :])
        proof, why = proven(claims, before[: len(seeds)], after)
        if proof is None or (are_alike(before) and are_alike(after)):
            break
    return proof, after, why


def _key(work: Work, found: Diagnosis) -> tuple[str, int | None]:
    return found.code, original_line(work.source, work.text, found.line or 1)


def unseeded(work: Work) -> None:
    """Seeds, where two runs differ and with the seeds they do not; never for what is drawn again and again."""
    found = next((one for one in work.check() if one.code == UNSEEDED), None)
    mended = settings.seeded_split(work.text)
    if found is None or mended is None or failure(work.ended, work.text, work.path) is not None:
        return
    work.about("a seed for what is drawn by chance")
    other = work.run(work.text)
    if other.stdout == work.ended.stdout:  # a score has few values: two may be the same by chance
        other = work.run(work.text)
    if other.stdout == work.ended.stdout or other.status != "ok":
        return
    shown = _difference(work.ended.stdout, other.stdout)
    known = kinds_of_warnings([work.ended, other])
    for text, what in (one for one in (mended, settings.seeded(mended[0])) if one is not None):
        one, two = work.run(text), work.run(text)
        alike = one.status == two.status == "ok" and one.stdout == two.stdout
        if alike and kinds_of_warnings([one, two]) <= known:
            work.take(text, what, two, runs=2)
            work.proofs.append(Proof("two runs print the same", shown, f"both print: {_line(two.stdout)}"))
            return
    work.tried.append("seeds did not make two runs print the same")


def _difference(one: str, other: str) -> str:
    """The first lines that differ."""
    pairs = zip([*one.split("\n"), ""], [*other.split("\n"), ""], strict=False)
    differ = next(((a, b) for a, b in pairs if a != b), (one[-100:], other[-100:]))
    return f"one prints: {_line(differ[0])}; the other: {_line(differ[1])}"


def _line(text: str) -> str:
    """The last line that says something."""
    return (text.strip().split("\n")[-1] or "nothing")[:120]
