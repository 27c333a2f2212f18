"""Lessons: what failed, on what it hung, and what mended it; kept in the Journal for the next Experiments and Runs.

A lesson holds for as long as its cause can: for the same versions and the same content of the sandbox
(`keys.environment_key`), and within a scope. What code has of itself holds for any data; what the metric asks, wherever
the metric needs the same; what the data bring, for the same rows and columns (their digest) and no others, for whether
another table is of the same kind would be a guess; what hangs on the rows of a fold, for the same folds besides; what
hangs on memory, for the same memory besides.

A Run sees what was learnt before it began, as it stood then, and what it learns itself: so a Run that was killed and
resumed decides as the undisturbed one did, whatever others learnt meanwhile.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from mlpilot.agent.journal import AttemptRow, Entry, Journal
from mlpilot.agent.record import Lesson
from mlpilot.agent.tables import lessons
from mlpilot.agent.task import Column
from mlpilot.tools.diagnose import repair_source
from mlpilot.tools.diagnose.construct import (
    FOLDED,
    JUDGED,
    LIBRARY,
    Construct,
    construct_of,
    foreseen,
    known_failure,
    known_kind,
)
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution

MOST_LESSONS = 50
"""Of earlier Runs, that one Run is given: the newest."""
MOST_STEPS = 5
"""Mends that follow from one another."""
UNSURE = frozenset({"too-slow", "killed"})
"""Kinds that say little of the next time: the machine may have been busy, or the process killed from outside."""
_ABOUT: dict[str, Callable[[Column], bool]] = {
    "missing-values": lambda column: column.missing > 0,
    "text-as-number": lambda column: column.kind in ("category", "text", "date"),
    "unknown-category": lambda column: column.kind == "category",
    "not-numeric-mean": lambda column: column.kind in ("category", "text", "date"),
    "negative-values": lambda column: column.kind == "number",
    "infinite-values": lambda column: column.kind == "number",
}


@dataclass(frozen=True)
class Place:
    """Where lessons are learnt, and hold: a Run's environment, data, folds, metric and memory."""

    environment: str
    data: str
    plan: str
    needs: str
    memory: int
    columns: tuple[Column, ...]

    def scope(self, kind: str) -> str:
        """What a failure of this kind hangs on, beside the environment."""
        if kind in LIBRARY:
            return ""
        if kind in JUDGED:
            return f"needs {self.needs}"
        if kind in FOLDED:
            return f"{self.data} {self.plan}"
        return f"{self.data} {self.memory}" if kind == "out-of-memory" else self.data

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that hold here."""
        return tuple(
            self.scope(kind) for kind in ("missing-name", "labels-returned", "one-class", "out-of-memory", "any")
        )

    def about(self, kind: str) -> tuple[str, ...]:
        """Kinds of columns that a failure of this kind is about."""
        ask = _ABOUT.get(kind)
        return tuple(sorted({column.kind for column in self.columns if ask is not None and ask(column)}))


class Lessons:
    """The lessons of one Run."""

    def __init__(self, journal: Journal, run: str, place: Place) -> None:
        self._journal, self._run, self._place = journal, run, place

    # Learning

    def learn(self, entry: Entry, last: AttemptRow, found: Diagnosis, solution: Solution) -> None:
        """From a failed Attempt at an Experiment; learnt twice it is kept once."""
        kind = known_kind(found)
        row = {
            "run": self._run,
            "experiment": entry.number,
            "attempt": last.number,
            "created": datetime.now(UTC).isoformat(),
            "environment": self._place.environment,
            "scope": self._place.scope(kind),
            "kind": kind,
            "construct": asdict(construct_of(found, solution.source)),
            "columns": list(self._place.about(kind)),
            "recipe": entry.name if entry.by == "built-in" else "",
            "solution": solution.id,
            "by": entry.by,
            "seconds": float(last.failure.get("fold_seconds", 0.0)),
            "mend": "",
            "into": "",
        }
        with self._journal.transaction() as connection:
            connection.execute(insert(lessons).values(**row).on_conflict_do_nothing())

    def mended(self, experiment: int) -> None:
        """The last Attempt was scored: what failed before it was mended, by rule where the rule's edit is what came."""
        tried = self._journal.attempts(self._run, experiment)
        here = (lessons.c.run == self._run) & (lessons.c.experiment == experiment)
        for before, after in pairwise(tried):
            source = self._journal.solution(before.solution).source
            ruled = repair_source(source, before.diagnosis) if before.diagnosis is not None else None
            by_rule = ruled is not None and ruled[0] == self._journal.solution(after.solution).source
            values = {"mend": "rule" if by_rule else "model", "into": after.solution}
            with self._journal.transaction() as connection:
                connection.execute(sa.update(lessons).where(here, lessons.c.attempt == before.number).values(**values))

    def refuted(self, solution: str) -> None:
        """This Solution was scored as it is: that it fails, and that nothing mends it, holds here no more."""
        wrong = (lessons.c.solution == solution) & (lessons.c.mend == "") & lessons.c.scope.in_(self._place.scopes)
        with self._journal.transaction() as connection:
            connection.execute(sa.delete(lessons).where(wrong, lessons.c.environment == self._place.environment))

    # Knowing

    def known(self) -> tuple[Lesson, ...]:
        """What holds here, the newest first, each once."""
        facts = self._journal.run(self._run).facts
        if "lessons" not in facts:
            before = self._read(lessons.c.run != self._run, MOST_LESSONS)
            self._journal.learn(self._run, lessons=[_told(lesson) for lesson in before])
        else:
            before = [_read_back(told) for told in facts["lessons"]]
        own = self._read(lessons.c.run == self._run, None)
        return tuple(_once([*own, *before]))

    def _read(self, whose: sa.ColumnElement[bool], most: int | None) -> list[Lesson]:
        holds = (lessons.c.environment == self._place.environment) & lessons.c.scope.in_(self._place.scopes)
        order = lessons.c.created.desc(), lessons.c.experiment.desc(), lessons.c.attempt.desc()
        query = sa.select(lessons).where(holds, whose).order_by(*order).limit(most)
        with self._journal.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [_read_back({name: row[name] for name in Lesson.__dataclass_fields__}) for row in rows]


def _told(lesson: Lesson) -> dict[str, Any]:
    return {**asdict(lesson), "columns": list(lesson.columns)}


def _read_back(told: Mapping[str, Any]) -> Lesson:
    return Lesson(**{**told, "construct": Construct(**told["construct"]), "columns": tuple(told["columns"])})


def _once(found: Iterable[Lesson]) -> list[Lesson]:
    kept: dict[tuple[str, Construct, str], Lesson] = {}
    for lesson in found:
        kept.setdefault((lesson.kind, lesson.construct, lesson.solution), lesson)
    return list(kept.values())


# Using


def hopeless(solution: str, known: Sequence[Lesson]) -> bool:
    """Whether this very Solution failed, and nothing mended it, or what mended it has failed since."""
    by_solution = {lesson.solution: lesson for lesson in reversed(known) if lesson.kind not in UNSURE}
    for _ in range(MOST_STEPS):
        lesson = by_solution.get(solution)
        if lesson is None or not lesson.mend:
            return lesson is not None
        solution = lesson.into
    return False


def too_slow(solution: str, known: Sequence[Lesson]) -> float:
    """Seconds in which one fold of this very Solution was not done; 0 where that is not known."""
    return max((one.seconds for one in known if one.kind == "too-slow" and one.solution == solution), default=0.0)


@dataclass(frozen=True)
class Foreseen:
    """A failure that need not happen: the finding, and the Solution with its known mend."""

    diagnosis: Diagnosis
    solution: Solution
    what: str
    """One line saying what was changed."""


def foresee(
    solution: Solution, known: Sequence[Lesson], fetch: Callable[[str], Solution], *, persons: bool
) -> Foreseen | None:
    """What this Solution would fail of, as far as a lesson tells that was mended; None where none does.

    The very Solution gets the mend that it got; another one, in which the same construct stands, gets the rule's edit.
    `fetch`: the Solution of an id. Code that is the person's own is not edited on the ground of what the data brought.
    """
    sure = [lesson for lesson in known if lesson.mend and lesson.kind not in UNSURE]
    for lesson in sure:
        found = known_failure(lesson.kind, lesson.construct) if lesson.solution == solution.id else None
        if found is not None and lesson.into != solution.id:
            mended = replace(solution, source=fetch(lesson.into).source)
            return Foreseen(_with_origin(found, lesson), mended, f"as it was mended in {_origin(lesson)}")
    for lesson in sure:
        if lesson.mend != "rule" or (persons and lesson.kind not in LIBRARY):
            continue
        found = foreseen(lesson.kind, lesson.construct, solution.source)
        edited = repair_source(solution.source, found) if found is not None else None
        if found is not None and edited is not None:
            return Foreseen(_with_origin(found, lesson), replace(solution, source=edited[0]), edited[1])
    return None


def _with_origin(found: Diagnosis, lesson: Lesson) -> Diagnosis:
    return replace(found, message=f"{found.message}; learnt in {_origin(lesson)}")


def _origin(lesson: Lesson) -> str:
    return f"{lesson.run}, experiment {lesson.experiment}"
