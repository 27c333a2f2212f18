"""The board as rows: one for each experiment, one for each stretch of tuning. What is said, not how it looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mlpilot.agent.judging.judged import Score, Standing
from mlpilot.agent.record import AttemptRecord, ExperimentRecord
from mlpilot.numbers import plural
from mlpilot.streams import clean

_RANK: dict[Standing, int] = {"first": 3, "better": 2, "no better": 1, "worse": 0}


@dataclass(frozen=True)
class Row:
    """One line of the board; all text is clean."""

    numbers: str
    """`3`, or `4–17`."""
    idea: str
    score: Score | None
    standing: str
    """Against the best before it, or how it ended."""
    seconds: float
    course: tuple[float, ...] = ()
    """The best score so far after each tuning trial."""
    notes: tuple[str, ...] = ()
    is_best: bool = False
    by_model: bool = False
    """Whether a model had the idea."""


def rows(experiments: Sequence[ExperimentRecord], best: int | None, greater_is_better: bool) -> list[Row]:
    """The board, in the order in which things were tried; tuning trials that follow one another share a row."""
    return [_row(group, best, greater_is_better) for group in stretches(experiments)]


def stretches(experiments: Iterable[ExperimentRecord]) -> list[list[ExperimentRecord]]:
    """The experiments, those of one row together."""
    keyed = groupby(experiments, key=lambda record: "tune" if record.kind == "tune" else record.number)
    return [list(group) for _, group in keyed]


def _row(group: list[ExperimentRecord], best: int | None, greater_is_better: bool) -> Row:
    return _tuning_row(group, best, greater_is_better) if group[0].kind == "tune" else _single_row(group[0], best)


def _single_row(record: ExperimentRecord, best: int | None) -> Row:
    return Row(
        numbers=str(record.number),
        idea=clean(record.name),
        score=record.score,
        standing=_standing([record]),
        seconds=record.seconds,
        notes=_notes(record),
        is_best=record.number == best,
        by_model=record.by == "model",
    )


def _tuning_row(group: list[ExperimentRecord], best: int | None, greater_is_better: bool) -> Row:
    scored = [record for record in group if record.score is not None]
    top = _top(scored, greater_is_better)
    first, last = group[0].number, group[-1].number
    parents = list(dict.fromkeys(record.parent for record in group if record.parent is not None))
    failed = len(group) - len(scored)
    notes = (f"{failed} of {len(group)} failed",) if failed else ()
    chosen = sum(record.by == "model" for record in group)
    notes = (*notes, f"{chosen} by the model") if chosen else notes
    return Row(
        numbers=str(first) if first == last else f"{first}–{last}",
        idea="tuning " + _and([f"#{number}" for number in parents[:3]] + ["others"] * (len(parents) > 3)),
        score=top.score if top else None,
        standing=_standing(scored or group),
        seconds=sum(record.seconds for record in group),
        course=_course(scored, greater_is_better),
        notes=(plural(len(group), "trial"), *notes),
        is_best=any(record.number == best for record in group),
    )


def _top(scored: list[ExperimentRecord], greater_is_better: bool) -> ExperimentRecord | None:
    sign = 1 if greater_is_better else -1
    return max(scored, key=lambda record: sign * record.score.value if record.score else 0.0, default=None)


def _course(scored: list[ExperimentRecord], greater_is_better: bool) -> tuple[float, ...]:
    pick = max if greater_is_better else min
    course: list[float] = []
    for record in scored:
        if record.score is not None:
            course.append(pick(course[-1], record.score.value) if course else record.score.value)
    return tuple(course)


def _standing(group: list[ExperimentRecord]) -> str:
    """The highest standing that any of them was given; how it ended where none was scored."""
    standings = [record.comparison.standing for record in group if record.comparison is not None]
    return max(standings, key=lambda standing: _RANK[standing]) if standings else clean(group[-1].status)


def _notes(record: ExperimentRecord) -> tuple[str, ...]:
    if record.score is None:
        tries = plural(len(record.attempts), "attempt")
        return tuple(filter(None, (clean(record.reason), tries if len(record.attempts) > 1 else "")))
    notes = [f"repaired: {_mended(attempt)}" for attempt in record.attempts if attempt.repair]
    return (*notes, "found in the journal, not run again") if record.reused else tuple(notes)


def _mended(attempt: AttemptRecord) -> str:
    return clean(attempt.diagnosis.message if attempt.diagnosis else attempt.repair)


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
