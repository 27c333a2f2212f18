"""The loop: run, diagnose, edit, run again. An edit stays only when the run after it shows that it helped.

What ends the script comes first, then the warnings that the frameworks give, then what `check` finds by reading and a
run can prove. An edit that leaves what it was to mend is taken back; when what ends the script cannot be mended, every
edit is: nothing half mended is handed over.
"""

import ast
import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import ENDINGS
from mlpilot.tools.diagnose.repair import repair_source
from mlpilot.tools.diagnose.static.inspect import check_files
from mlpilot.tools.diagnose.static.report import SYNTAX, TOO_LARGE, check_source
from mlpilot.tools.mending import leak, settings, training_proof
from mlpilot.tools.mending.claims import SCORE, fallen, proven
from mlpilot.tools.mending.complaints import UNFINISHED, failure, observed, of_their_own, same, warned
from mlpilot.tools.mending.known import mend_found
from mlpilot.tools.mending.model import Mend, Proof
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.probing import SEEDS, Seen, probed_runs
from mlpilot.tools.mending.raised import mend_raised
from mlpilot.tools.mending.running import Ended, Told

IN_A_ROW = 5
"""Edits, one upon the other, against what ends a script."""

MOST_TRIED = 4
"""Edits that are tried against one finding."""

NOT_FOR_SCRIPTS = {"too-slow", "out-of-memory", "labels-returned", "column-returned", "too-many-neighbours"}
"""Kinds whose repair fits an experiment, not a person's script: it would train on less than they asked for."""

UNSEEDED, CHANGED_COPY = "SPLIT001", ("PANDAS001", "PANDAS002")


class Run(Protocol):
    """Runs a version of the script; see `Runner.run`."""

    def __call__(self, source: str, watched: dict[str, str] | None = None) -> Ended: ...


def first_check(text: str, path: str) -> list[Diagnosis]:
    """What `check` finds in a stranger's text, in a process of its own: no text can take this one down."""
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as folder:
        file = Path(folder, "script.py")
        file.write_text(text, encoding="utf-8")
        (found,) = check_files([file])
    return [replace(one, path=path) for one in found]


def unreadable(read: list[Diagnosis], source: str) -> Mend | None:
    """The answer for a script that is no Python, which need not be run; None for any other."""
    broken = next((one for one in read if one.code in (SYNTAX, TOO_LARGE)), None)
    if broken is not None:
        return Mend("not_repaired", tuple(read), source, reason=broken.message)
    try:
        ast.parse(source)
    except (RecursionError, MemoryError):  # the process that checks may nest deeper than this one
        return Mend("not_repaired", tuple(read), source, reason="it is nested too deeply to be mended")
    return None


def mend(source: str, path: str, run: Run, read: list[Diagnosis]) -> Mend:
    """Run the script, and mend it as far as runs can prove; `read` is what `check` found in it."""
    work = _Work(source, path, run, source, run(source), read)
    broken = failure(work.ended, source, path)
    if broken is not None and broken.code == UNFINISHED:
        return Mend("failed", (*read, broken), source, reason=ENDINGS[broken.kind])
    why = _failures(work)
    if why:
        return Mend("not_repaired", work.diagnoses(), source, reason=why)
    _warnings(work)
    _leaks(work)
    _offered(work)
    _trainings(work)
    _unseeded(work)
    return _closed(work)


@dataclass
class _Work:
    """The script as it stands, how it last ended, and what is known of it."""

    source: str
    path: str
    run: Run
    text: str
    """The version that `ended` is of."""
    ended: Ended
    read: list[Diagnosis]
    """What `check` found in the script as it was given."""
    met: list[Diagnosis] = field(default_factory=list)
    """What runs have shown, at lines of the script as it was given."""
    changes: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    """Edits that were taken back, and why."""
    runs: int = 0
    """Runs of this version."""

    def check(self) -> list[Diagnosis]:
        """What `check` finds in the present version."""
        if self.text == self.source:
            return self.read
        return [one for one in check_source(self.text, self.path) if one.code != TOO_LARGE]

    def take(self, text: str, what: str, ended: Ended, runs: int = 1) -> None:
        """An edit stays."""
        self.text, self.ended, self.runs = text, ended, runs
        self.changes.append(what)

    def meet(self, found: Diagnosis) -> None:
        """Note what a run of the present version has shown."""
        self.met.append(replace(found, line=original_line(self.source, self.text, found.line or 1)))

    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """All that was found, by place."""
        return tuple(sorted((*self.read, *self.met), key=lambda one: (one.line or 0, one.column or 0, one.code)))


def _failures(work: _Work) -> str:
    """Mend what ends the script; why that was not possible, or ""."""
    first = ""
    for _ in range(IN_A_ROW + 1):
        broken = failure(work.ended, work.text, work.path)
        if broken is None:
            if first:
                work.proofs.append(Proof("runs to its end", first, "ended well"))
            return ""
        work.meet(broken)
        first = first or _headline(broken)
        if len(work.changes) == IN_A_ROW:
            return f"after {IN_A_ROW} edits it still ends early: {broken.message}"
        tried = []
        seen = {work.text}
        for text, what in _proposals(work, broken):
            if text in seen:
                continue
            seen.add(text)
            ended = work.run(text)
            after = failure(ended, text, work.path)
            if after is None or not (same(broken, after) or after.code == UNFINISHED):
                work.take(text, what, ended)
                break
            tried.append(what)
        else:
            return _why_not(broken, tried, work.changes)
    raise AssertionError("the loop returns before its bound")


def _why_not(broken: Diagnosis, tried: list[str], changes: list[str]) -> str:
    before = f"mended: {'; '.join(changes)}; and then: " if changes else ""
    if tried:
        return f"{before}{broken.message}; tried and taken back, for it did not help: {'; '.join(tried)}"
    return f"{before}{broken.message}; no rule is sure how to mend that"


def _proposals(work: _Work, broken: Diagnosis) -> Iterator[tuple[str, str]]:
    """Edits to try against a failure, the likeliest first."""
    found = work.check()
    if broken.kind == "missing-values":  # an edit that was meant to fill them, and does not, is the cause
        yield from _several(work.text, [one for one in found if one.code in CHANGED_COPY])
    here = [one for one in found if one.code.startswith(("API", "KERAS", "MODEL")) and one.line == broken.line]
    yield from _several(work.text, here)  # a present name is better than one left out
    errors = sorted((one for one in found if one.severity == "error"), key=lambda one: one.line != broken.line)
    for one in errors:
        yield from ((text, what) for text, what, _ in islice(offers(work.text, one, silent=False), MOST_TRIED))
    if broken.kind not in NOT_FOR_SCRIPTS and not of_their_own(work.text, broken):
        mended = repair_source(work.text, broken)
        if mended is not None:
            yield mended
    yield from mend_raised(work.text, broken)


def _several(text: str, found: list[Diagnosis]) -> Iterator[tuple[str, str]]:
    for one in found:
        mended = mend_found(text, one)
        if mended is not None:
            yield mended


def _warnings(work: _Work) -> None:
    """More iterations where a fit stopped before it converged."""
    for found, _ in warned(work.ended, work.text, work.path):
        work.meet(found)
    seen = set()
    for _ in range(IN_A_ROW):
        for found, told in warned(work.ended, work.text, work.path):
            if found.kind == "did-not-converge" and (told.estimator, told.line) not in seen:
                seen.add((told.estimator, told.line))
                _converge(work, found, told)
                break
        else:
            return


def _converge(work: _Work, found: Diagnosis, told: Told) -> None:
    """Ten times the iterations, or a hundred times; taken back where the warning stays, or another comes."""
    for factor in (10, 100):
        mended = settings.more_iterations(work.text, told, told.max_iter * factor)
        if mended is None:
            break
        ended = work.run(mended[0])
        left = {(one.category, one.estimator, one.line) for one in ended.warnings}
        before = {(one.category, one.estimator, one.line) for one in work.ended.warnings}
        if ended.status == "ok" and left <= before - {(told.category, told.estimator, told.line)}:
            work.take(*mended, ended)
            gone = f"no such warning with max_iter={told.max_iter * factor}"
            work.proofs.append(Proof(f"{told.estimator} converges", found.evidence[:200], gone))
            return
        work.tried.append(f"{mended[1]} did not help")


def _leaks(work: _Work) -> None:
    """A transformer fitted before the split is fitted after it, and on the rows for training alone."""
    for found in work.check():
        asked = leak.fitted_after_split(work.text, found)
        if asked is None:
            continue
        before = work.run(work.text, asked.watched)
        after = work.run(asked.text, asked.watched)
        proof = leak.proof(asked, before, after)
        if proof is None:
            work.tried.append(f"{found.code} at line {found.line}: {asked.what} could not be proven")
            continue
        work.take(asked.text, asked.what, after)
        work.proofs.append(proof)
        return _leaks(work)


def _offered(work: _Work) -> None:
    """What `check` finds and probed runs can prove to be mended, one finding after the other."""
    seen: set[tuple[str, int | None]] = set()
    before: list[Seen] = []
    while True:
        new = [one for one in work.check() if one.code in OFFERS and _loud(one) and _key(work, one) not in seen]
        if not new:
            return
        seen.add(_key(work, new[0]))
        for text, what, claims in islice(offers(work.text, new[0], silent=True), MOST_TRIED):
            seeds = SEEDS if SCORE in claims else SEEDS[:1]  # a fact is one with any seed, and a score is not
            if len(before) < len(seeds):
                before = probed_runs(work.text, work.run, seeds)
            after = probed_runs(text, work.run, seeds)
            proof, why = proven(claims, before[: len(seeds)], after)
            ended = work.run(text) if proof is not None else None
            if proof is not None and ended is not None and failure(ended, text, work.path) is None:
                lower = fallen(before, after) if new[0].code.startswith(("LEAK", "SPLIT")) else ""
                told = f"; the honest score is lower: {lower}" if lower else ""
                work.take(text, what, ended)
                work.proofs.append(replace(proof, after=proof.after + told))
                before = []
                break
            work.tried.append(f"{new[0].code}: {what}: {why}")


def _loud(found: Diagnosis) -> bool:
    return found.severity in ("error", "warning")


def _key(work: _Work, found: Diagnosis) -> tuple[str, int | None]:
    return found.code, original_line(work.source, work.text, found.line or 1)


def _trainings(work: _Work) -> None:
    """A training that learns nothing: what `training_proof` can prove to mend it stays."""
    for found in observed(work.ended):
        work.meet(replace(found, path=work.path, column=1))
    mended = training_proof.mend_proven(work.text, work.ended, work.run, work.tried)
    if mended is not None:
        work.take(mended.text, mended.what, mended.ended, mended.runs)
        work.proofs.append(mended.proof)


def _unseeded(work: _Work) -> None:
    """Seeds, where two runs differ and with the seeds they do not."""
    found = next((one for one in work.check() if one.code == UNSEEDED), None)
    if found is None or failure(work.ended, work.text, work.path) is not None:
        return
    other = work.run(work.text)
    if other.stdout == work.ended.stdout:  # a score has few values: two may be the same by chance
        other = work.run(work.text)
    if other.stdout == work.ended.stdout or other.status != "ok":
        return
    shown = _difference(work.ended.stdout, other.stdout)
    mended = settings.seeded_split(work.text)
    further = settings.seeded(mended[0]) if mended else None
    for text, what in (one for one in (mended, further) if one is not None):
        one, two = work.run(text), work.run(text)
        if one.status == two.status == "ok" and one.stdout == two.stdout and _kinds(two) <= _kinds(other):
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


def _closed(work: _Work) -> Mend:
    """The last word: the mended script is run until it has been seen to end well twice."""
    while work.changes and work.runs < 2:
        again = work.run(work.text)
        if failure(again, work.text, work.path) is not None or not _kinds(again) <= _kinds(work.ended):
            return Mend(
                "not_repaired", work.diagnoses(), work.source, reason="the mended script ended well once and not again"
            )
        work.runs += 1
    left = _left(work)
    if work.changes:
        proofs = tuple(
            replace(one, after="ended well, twice") if one.what == "runs to its end" else one for one in work.proofs
        )
        reason = f"left as it is: {left}" if left else ""
        return Mend("repaired", work.diagnoses(), work.text, tuple(work.changes), proofs, work.runs, reason)
    if not left:
        return Mend("healthy", work.diagnoses(), work.source)
    tried = f" ({'; '.join(work.tried)})" if work.tried else ""
    return Mend(
        "not_repaired", work.diagnoses(), work.source, reason=f"it runs, and no rule is sure to mend: {left}{tried}"
    )


def _kinds(ended: Ended) -> set[tuple[str, str]]:
    return {(one.category, one.estimator) for one in ended.warnings}


def _left(work: _Work) -> str:
    """Warnings and errors that the script still has."""
    found = [*work.check(), *(one for one, _ in warned(work.ended, work.text, work.path))]
    found += observed(work.ended)
    bad = [one for one in found if one.severity in ("error", "warning")]
    told = [f"line {original_line(work.source, work.text, one.line or 1)} [{one.code}]" for one in bad]
    return ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")


def original_line(source: str, text: str, line: int) -> int:
    """Where a line of an edited text stands in the source: the same line, or the one it replaced."""
    if source == text:
        return line
    lines = source.split("\n")
    for _, a, b, c, d in difflib.SequenceMatcher(None, lines, text.split("\n"), autojunk=False).get_opcodes():
        if c <= line - 1 < d:
            return min(a + (line - 1 - c), max(b - 1, a)) + 1
    return min(line, len(lines))


def _headline(broken: Diagnosis) -> str:
    return (broken.evidence or broken.message).strip().split("\n")[0][:300]
