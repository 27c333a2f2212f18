"""The loop: run, diagnose, edit, run again. An edit stays only when the run after it shows that it helped.

What ends the script comes first, then the warnings that the frameworks give, then what `check` finds by reading and a
run can prove. An edit that leaves what it was to mend is taken back; when what ends the script cannot be mended, every
edit is: nothing half mended is handed over.
"""

import ast
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.read import ENDINGS
from mlpilot.tools.diagnose.repair import repair_source
from mlpilot.tools.diagnose.static.inspect import check_files
from mlpilot.tools.diagnose.static.report import SYNTAX, TOO_LARGE
from mlpilot.tools.mending.circumstances import MISSING, NOT_INSTALLED
from mlpilot.tools.mending.complaints import (
    UNFINISHED,
    failure,
    observed,
    of_their_own,
    own_verdict,
    same,
    shown,
    warned,
)
from mlpilot.tools.mending.ended.candidates import candidates
from mlpilot.tools.mending.ended.meant import loses, meant
from mlpilot.tools.mending.ended.prepared import amounts_as_numbers, rows_with_a_past
from mlpilot.tools.mending.ended.raised import mend_raised
from mlpilot.tools.mending.ended.search import FURTHER, Moment, Search, Step, moved_on, sound
from mlpilot.tools.mending.known import mend_found
from mlpilot.tools.mending.model import Mend, Proof
from mlpilot.tools.mending.offers import OFFERS, offers
from mlpilot.tools.mending.offers_nets import AFTER_TRAININGS
from mlpilot.tools.mending.once_told import lines_of_statement, once_each
from mlpilot.tools.mending.patience import Patience, SpentError
from mlpilot.tools.mending.probing import frameworks
from mlpilot.tools.mending.running import Ended, Probe, Told
from mlpilot.tools.mending.silent import MOST_TRIED, leaks, offered, unseeded
from mlpilot.tools.mending.tables import settings
from mlpilot.tools.mending.training import proof as training_proof
from mlpilot.tools.mending.work import Run, Work, loud, original_line

IN_A_ROW = 5
"""Edits, one upon the other, against what ends a script."""

NOT_FOR_SCRIPTS = {"too-slow", "out-of-memory", "labels-returned", "column-returned", "too-many-neighbours"}
"""Kinds whose repair fits an experiment, not a person's script: it would train on less than they asked for."""

CHANGED_COPY = ("PANDAS001", "PANDAS002")
ENDLESS = ("KERAS034", "KERAS078", "KERAS089")
"""Findings that say why a run may never end."""


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


def will_probe(read: list[Diagnosis]) -> bool:
    """Whether something was found that a probed run can prove to be mended."""
    return any(one.code in OFFERS and loud(one) for one in read)


def mend(source: str, path: str, run: Run, read: list[Diagnosis], patience: Patience | None = None) -> Mend:
    """Run the script, and mend it as far as runs can prove; `read` is what `check` found in it.

    When `patience` is spent, what was proven by then stays, and what was not is told.
    """
    patience = patience or Patience()
    probe = Probe(frameworks(source)) if will_probe(read) else None
    first = patience.once_more(run, source, probe=probe)
    work = Work(source, path, partial(patience.run, run), source, first, read, patience=patience)
    broken = failure(work.ended, source, path)
    endless = work.ended.status == "timeout" and any(one.code in ENDLESS for one in read)
    if broken is not None and broken.code == UNFINISHED and not endless:
        longer = "; --timeout gives each run longer" if work.ended.status == "timeout" else ""
        return Mend("failed", (*read, broken), source, reason=ENDINGS[broken.kind] + longer)
    try:
        why = _failures(work)
    except SpentError:
        why = patience.why()
    if why:
        return Mend("failed" if endless else "not_repaired", work.diagnoses(), source, reason=why)
    spent = ""
    try:
        _silent(work)
    except SpentError:
        spent = patience.why()
    work.about("the mended script, once more")
    work.run = partial(patience.once_more, run)
    return _closed(work, spent)


def _silent(work: Work) -> None:
    """What ends nothing: warnings, what was read, what trainings show, missing seeds."""
    _warnings(work)
    leaks(work)
    offered(work, lambda: [one for one in work.check() if one.code not in AFTER_TRAININGS])
    _trainings(work)
    offered(work, lambda: observed(work.ended))
    offered(work, lambda: [one for one in work.check() if one.code in AFTER_TRAININGS])
    unseeded(work)


def _failures(work: Work) -> str:
    """Mend what ends the script; why that was not possible, or ""."""
    broken = failure(work.ended, work.text, work.path)
    if broken is None:
        return ""
    first, search = _headline(broken), Search()
    why = _goes_on(work, broken, search)
    if not why:
        work.proofs.append(Proof("runs to its end", first, "ended well"))
    return why


def _goes_on(work: Work, broken: Diagnosis, search: Search) -> str:
    """Edits against one failure, and against those that come after it; why none lets the script end well, or "".

    An edit after which it ends well stays. One of which a rule is sure stays where the failure is gone, too; one of the
    search, of which none ended well, where the script then came further: what follows is mended in its turn, or the
    next edit is tried.
    """
    work.meet(broken)
    if len(work.changes) == IN_A_ROW:
        return f"after {IN_A_ROW} edits it still ends early: {broken.message}"
    if broken.kind == MISSING:
        return _why_not(broken, [], work.changes, broken.remedy)
    if own_verdict(work.text, broken):
        return _why_not(broken, [], work.changes, "that is its own verdict, which no edit may change")
    tried: list[str] = []
    deeper = ""  # what came after an edit that a rule was sure of says more than that it was taken back
    here = Moment.of(work)
    further: list[Step] = []
    for step in _steps(work, broken, search):
        work.about(step.what)
        step = step.seen(work.run(step.text), work.path)
        better = step.after is None or not (same(broken, step.after) or step.after.code == UNFINISHED)
        better |= step.searched and moved_on(step, broken, work.text)
        if step.searched and better:
            better = sound(step, work.ended) and not (step.after is None and work.brings(step.text, step.what))
        if not better or (step.searched and step.after is not None):
            tried.append(step.what)
            if better:
                further.append(step)
            continue
        _take(work, step)
        if step.after is None:
            return ""
        why = _goes_on(work, step.after, search)
        if not why or not search.left:
            return why
        deeper = deeper or why
        here.back(work)
        tried.append(step.what)
    for step in further[:FURTHER]:
        _take(work, step)
        if step.after is not None and not _goes_on(work, step.after, search):
            return ""
        here.back(work)
    return deeper or _why_not(broken, tried, work.changes, broken.remedy if broken.kind == NOT_INSTALLED else "")


def _take(work: Work, step: Step) -> None:
    if step.cause is not None:
        work.cure(step.cause)
    if step.ended is not None:
        work.take(step.text, step.what, step.ended)


def _steps(work: Work, broken: Diagnosis, search: Search) -> Iterator[Step]:
    """Edits to try: those that rules are sure of, then those of the search, as long as it may go on."""
    seen = {work.text}
    ended, text = work.ended, work.text
    for one in _proposals(work, broken):
        if one[0] not in seen and not work.brings(*one[:2]):
            seen.add(one[0])
            yield Step(*one)
    for edited, what in candidates(text, broken, ended):
        if edited not in seen and search.left:
            seen.add(edited)
            search.left -= 1
            yield Step(edited, what, None, searched=True)


def _why_not(broken: Diagnosis, tried: list[str], changes: list[str], why: str = "") -> str:
    before = f"mended: {'; '.join(changes)}; and then: " if changes else ""
    if tried:
        return f"{before}{broken.message}; tried and taken back, for it did not help: {'; '.join(tried)}"
    return f"{before}{broken.message}; {why or 'no rule is sure how to mend that'}"


def _proposals(work: Work, broken: Diagnosis) -> Iterator[tuple[str, str, Diagnosis | None]]:
    """(text, what was changed, the finding of `check` that it mends) to try against a failure, the likeliest first."""
    found = work.check()
    for text, what in amounts_as_numbers(work.text, ast.parse(work.text), broken):  # and no category for each amount
        yield text, what, None
    if broken.kind == "missing-values":  # an edit that was meant to fill them, and does not, is the cause
        yield from _several(work.text, [one for one in found if one.code in CHANGED_COPY])
        for text, what in rows_with_a_past(work.text, ast.parse(work.text), broken):
            yield text, what, None
    lines = lines_of_statement(ast.parse(work.text), broken.line)
    here = [one for one in found if one.code.startswith(("API", "KERAS", "MODEL")) and one.line in lines]
    yield from _several(work.text, here)  # a present name is better than one left out
    errors = sorted((one for one in found if one.severity == "error"), key=lambda one: one.line != broken.line)
    if broken.code == UNFINISHED:
        errors = [one for one in errors if one.code in ENDLESS]
    for one in errors:
        for text, what, _ in islice(offers(work.text, one, silent=False), MOST_TRIED):
            yield text, what, one
    if broken.kind not in NOT_FOR_SCRIPTS and not of_their_own(work.text, broken):
        tree = ast.parse(work.text)
        for text, what in meant(work.text, tree, broken):
            yield text, what, None
        mended = repair_source(work.text, broken)
        if mended is not None and not loses(tree, broken, mended[1]):
            yield (*mended, None)
    for text, what in mend_raised(work.text, broken):
        yield text, what, None


def _several(text: str, found: list[Diagnosis]) -> Iterator[tuple[str, str, Diagnosis]]:
    for one in found:
        mended = mend_found(text, one)
        if mended is not None:
            yield (*mended, one)


def _warnings(work: Work) -> None:
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


def _converge(work: Work, found: Diagnosis, told: Told) -> None:
    """Ten times the iterations, or a hundred times; taken back where the warning stays, or another comes."""
    for factor in (10, 100):
        mended = settings.more_iterations(work.text, told, told.max_iter * factor)
        if mended is None:
            break
        work.about(mended[1])
        ended = work.run(mended[0])
        left = {(one.category, one.estimator, one.line) for one in ended.warnings}
        before = {(one.category, one.estimator, one.line) for one in work.ended.warnings}
        if ended.status == "ok" and left <= before - {(told.category, told.estimator, told.line)}:
            work.take(*mended, ended)
            gone = f"no such warning with max_iter={told.max_iter * factor}"
            work.proofs.append(Proof(f"{told.estimator} converges", found.evidence[:200], gone))
            return
        work.tried.append(f"{mended[1]} did not help")


def _trainings(work: Work) -> None:
    """A training that learns nothing: what `training_proof` can prove to mend it stays."""
    for found in shown(work.ended, work.text, work.path):
        if found.code.startswith("TRAIN"):
            work.meet(found)
    work.about("edits of the training, one after the other")
    mended = training_proof.mend_proven(work.text, work.ended, work.run, work.tried, work.check())
    if mended is not None:
        work.take(mended.text, mended.what, mended.ended, mended.runs)
        work.proofs.append(mended.proof)


def _closed(work: Work, spent: str) -> Mend:
    """The last word: the mended script is run until it has ended well twice. `spent`: why no more was tried."""
    while work.changes and work.runs < 2:
        again = work.run(work.text)
        if failure(again, work.text, work.path) is not None or not _noted(again) <= _noted(work.ended):
            return Mend(
                "not_repaired", work.diagnoses(), work.source, reason="the mended script ended well once and not again"
            )
        work.runs += 1
    left = _left(work)
    if work.changes:
        proofs = tuple(
            replace(one, after="ended well, twice") if one.what == "runs to its end" else one for one in work.proofs
        )
        reason = "; ".join(filter(None, (f"left as it is: {left}" if left else "", spent)))
        return Mend("repaired", work.diagnoses(), work.text, tuple(work.changes), proofs, work.runs, reason)
    if not left:
        return Mend("healthy", work.diagnoses(), work.source)
    why = f"no edit was proven to mend {left}" if work.tried else f"there is no edit to try against {left}"
    tried = f"; tried: {'; '.join(work.tried)}" if work.tried else ""
    tried += f"; {spent}" if spent else ""
    return Mend("not_repaired", work.diagnoses(), work.source, reason=f"it runs, and {why}{tried}")


def _noted(ended: Ended) -> set[tuple[str, str]]:
    return {(one.category, one.estimator) for one in ended.warnings}


def _left(work: Work) -> str:
    """Warnings and errors that the script still has."""
    found = once_each([*work.check(), *shown(work.ended, work.text, work.path)])
    bad = [one for one in found if one.severity in ("error", "warning")]
    told = [f"line {original_line(work.source, work.text, one.line or 1)} [{one.code}]" for one in bad]
    return ", ".join(told[:5]) + (f" and {len(told) - 5} more" if len(told) > 5 else "")


def _headline(broken: Diagnosis) -> str:
    return (broken.evidence or broken.message).strip().split("\n")[0][:300]
