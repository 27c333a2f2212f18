"""What is known of a run beside its board: the data, the means, the judge. Labels and facts, all clean."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from mlpilot.agent.events import Profiled, Ready
from mlpilot.agent.kept import table_name
from mlpilot.agent.record import RunRecord
from mlpilot.agent.report import words
from mlpilot.agent.task import Task, TaskSpec
from mlpilot.numbers import metric_name, plural
from mlpilot.screen import print_beside
from mlpilot.streams import clean

Fact = tuple[str, str]
"""A label, and what is to be said under it."""

_MOST_NOTES = 8
_LABEL = 9
"""Cells that a label takes, with the gap after it."""


def of_data(event: Profiled, spec: TaskSpec) -> list[Fact]:
    """The table, the target, and what was noticed."""
    target = _target(event.task, event.class_shares)
    data = _data(spec, event.rows, len(event.columns))
    return [("data", _join([data, target, _direction(event)])), *_notes(event.notes)]


def of_means(event: Ready) -> list[Fact]:
    """Sandbox, brain and judge."""
    facts = [
        ("sandbox", _detailed(event.sandbox, event.sandbox_detail)),
        ("brain", _detailed(event.brain, event.brain_detail)),
        ("judge", clean(event.plan)),
    ]
    return [fact for fact in facts if fact[1]]


def of_record(record: RunRecord) -> list[Fact]:
    """All of it, for a run that is over."""
    data = _data(record.spec, record.rows, len(record.columns))
    return [
        ("data", _join([data, _target(record.task, ()), _direction(record)])),
        *_notes(record.notes),
        ("sandbox", _detailed(record.sandbox, record.held)),
        ("brain", _detailed(record.brain, _models(record))),
        ("judge", clean(record.plan)),
    ]


def print_facts(console: Console, facts: Iterable[Fact]) -> None:
    """Labels in one column, what they say beside them, wrapped within it."""
    for label, text in facts:
        print_beside(console, Text(f" {label:<{_LABEL}}", style="bold"), text)


def file_name(path: str) -> str:
    """The name of a file, without its folders; of a DataFrame that was kept for a run, its variable's."""
    return clean(table_name(path))


def _data(spec: TaskSpec, rows: int, columns: int) -> str:
    return f"{file_name(spec.data)} · {plural(rows, 'row')} × {plural(columns, 'column')}"


def _target(task: Task, shares: Sequence[float]) -> str:
    name = clean(task.target)
    if task.type == "regression":
        return f"{name}: a number"
    classes = [clean(label) for label in task.classes]
    if len(shares) != len(classes):
        return f"{name}: {len(classes)} classes"
    if len(classes) == 2:
        rarer = min((1, 0), key=lambda index: shares[index])
        return f"{name}: {classes[rarer]} {_percent(shares[rarer])}"
    if len(classes) <= 4:
        return f"{name}: " + ", ".join(
            f"{label} {_percent(share)}" for label, share in zip(classes, shares, strict=True)
        )
    return f"{name}: {len(classes)} classes of {_percent(min(shares))} to {_percent(max(shares))}"


def _percent(share: float) -> str:
    """Without its space, where a line would break."""
    return words.percent(share).replace(" ", "")


def _direction(told: Profiled | RunRecord) -> str:
    order = "higher" if told.greater_is_better else "lower"
    return f"{told.task.type}, {clean(metric_name(told.metric))} ({order} is better)"


def _notes(notes: Sequence[str]) -> list[Fact]:
    shown = [clean(note) for note in notes[:_MOST_NOTES]]
    if len(notes) > _MOST_NOTES:
        shown.append(f"and {len(notes) - _MOST_NOTES} more, in the report")
    return [("notes" if index == 0 else "", text) for index, text in enumerate(shown)]


def _detailed(name: str, detail: str) -> str:
    name, detail = clean(name), clean(detail)
    if not detail or detail.startswith(name):
        return detail or name
    return f"{name}: {detail}"


def _models(record: RunRecord) -> str:
    """Those that were asked, in that order."""
    names = [words.clip(clean(one.endpoint), 80) for one in record.thinking.endpoints]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _join(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)
