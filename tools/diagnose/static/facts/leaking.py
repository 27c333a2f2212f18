"""What was learnt from rows that a model is judged on: before a split, before the folds, before it is asked.

Sources: as those of the rules that tell it, rules_leak.py.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mlpilot.tools.diagnose.static.facts.judged import folds_are_scored, is_part, torch_uses, uses
from mlpilot.tools.diagnose.static.libraries import datasets, estimators, frames, tables
from mlpilot.tools.diagnose.static.reading.naming import part_of
from mlpilot.tools.diagnose.static.reading.trace import Call, as_data
from mlpilot.tools.diagnose.static.reading.values import Data, Instance, Learning, apart, covers, overlap
from mlpilot.tools.diagnose.static.rules.rule import Program


@dataclass(frozen=True)
class Leak:
    """What was learnt from rows that the model is judged on."""

    learning: Learning
    where: ast.AST
    """The split, the cross-validation or the prediction that shows it."""
    how: str
    """split, cross, judged."""
    y: tuple[str, ...] = ()
    """The target's column, where it is known."""


def leaks(program: Program) -> list[Leak]:
    """Each thing learnt too early, once; kept on the program."""
    found: list[Leak] | None = program.__dict__.get("leaks")
    if found is None:
        found = list(
            _unique(
                [
                    *_before_splits(program),
                    *_before_random_split(program),
                    *_before_folds(program),
                    *_when_judged(program),
                    *_of_torch(program),
                ]
            )
        )
        program.__dict__["leaks"] = found
    return found


def _unique(found: list[Leak]) -> Iterator[Leak]:
    seen = set()
    for leak in found:
        one = leak.learning
        by_hand = one.what[:1].islower()
        key = (one.line, one.kind) if by_hand else (one.line, one.column, one.what)
        if key not in seen:
            seen.add(key)
            yield leak


def _before_splits(program: Program) -> Iterator[Leak]:
    for call in program.trace.of("train_test_split"):
        given = [one for value in call.args for one in frames.gathered(value)]
        last = given[-1].columns if len(given) > 1 and len(given[-1].columns or ()) == 1 else ()
        y = next((one.columns for one in given if one.role == "y" and one.columns), last)
        for data in given:
            nested = is_part(data.rows)
            for one in live(data):
                if covers(one.rows, data.rows) and (not nested or one.kind == "resample"):
                    yield Leak(one, call.node, "split", y or ())


def _before_random_split(program: Program) -> Iterator[Leak]:
    """`random_split(dataset, ...)`, where the data set holds what was learnt from all of its rows."""
    for call in program.trace.of("random_split"):
        given = call.get("dataset", 0)
        for data in datasets.held(given) if isinstance(given, Instance) else []:
            for one in live(data):
                if covers(one.rows, data.rows) and not is_part(data.rows):
                    yield Leak(one, call.node, "split", ())


def _before_folds(program: Program) -> Iterator[Leak]:
    for call in program.trace.calls:
        data = _crossed(call)
        if data is None or (call.name == "cross_val_predict" and not folds_are_scored(program, call)):
            continue
        given = bool(call.inside) and all(row[0][0] == "named" for row in data.rows)
        nested = is_part(data.rows) or given  # what a function nobody calls is given may well be a training part
        for one in live(data):
            if covers(one.rows, data.rows) and (not nested or one.kind == "resample"):
                yield Leak(one, call.node, "cross", ())


def _crossed(call: Call) -> Data | None:
    if call.name in estimators.CROSS:
        return as_data(call.get("X", 1))
    if call.name == "fit" and isinstance(call.receiver, Instance) and call.receiver.name in estimators.SEARCHES:
        return as_data(call.get("X", 0)) if call.get("y", 1) is not None else None
    return None


def _when_judged(program: Program) -> Iterator[Leak]:
    for use in uses(program):
        trained = use.trained_on
        if trained is None or "mixed" in use.data.flags | trained.flags or overlap(trained.rows, use.data.rows):
            continue
        if not use.data.rows or not (any(len(row) > 1 for row in use.data.rows) or part_of_file(use.data) == "test"):
            continue
        for one in live(trained, use.data):
            both = use.data.rows <= one.rows and trained.rows <= one.rows  # parts that were put together again
            if is_part(one.rows) and one.kind != "resample" and not both:
                continue  # learnt from a training part, and judged on a fold of it: the test part is still unseen
            if covers(one.rows, use.data.rows) and one.rows != use.data.rows and covers(one.rows, trained.rows):
                yield Leak(one, use.call.node, "judged", ())


def _of_torch(program: Program) -> Iterator[Leak]:
    for trained, judged, call in torch_uses(program):
        for one in live(trained, judged):
            before = any(apart(one.rows, frozenset({row})) for row in judged.rows)
            if before:
                continue  # the last of the training rows stand before those that are judged: a forecast starts there
            if covers(one.rows, judged.rows) and one.rows != judged.rows and covers(one.rows, trained.rows):
                yield Leak(one, call.node, "judged", ())


def live(*many: Data) -> Iterator[Learning]:
    """What counts, in the order of the text: extremes only where both of them are used."""
    learned = frozenset().union(*(one.learned for one in many))
    extremes = {one.what.removeprefix("arg") for one in learned if one.kind == "extreme"}
    for one in sorted(learned, key=lambda one: (one.line, one.column, one.what)):
        if one.kind in ("encode", tables.AHEAD) or (one.kind == "extreme" and not {"min", "max"} <= extremes):
            continue
        if one.what in ("value_counts", "nunique", "sum", "corr", "cov") and one.kind == "statistic":
            continue
        yield one


def part_of_file(data: Data | None) -> str:
    """train or test, by the name of the file that rows came from; where they were not split."""
    if data is None or len(data.rows) != 1:
        return ""
    (row,) = data.rows
    return part_of(str(row[0][2])) if row[0][0] == "source" and "." in str(row[0][2]) else ""
