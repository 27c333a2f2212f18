"""The run as lines of a log: short, unstyled, each printed once, as things happen."""

from collections.abc import Iterable, Sequence
from typing import Self

from mlpilot.agent import events
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.board import Row, rows
from mlpilot.facts import Fact, of_data, of_means
from mlpilot.numbers import clock, length, plural, score, took
from mlpilot.scene import Scene
from mlpilot.streams import clean, note
from mlpilot.thinking import switched


class PlainView:
    """For pipes, log files, CI and terminals that cannot be repainted."""

    def __init__(self) -> None:
        self._scene = Scene()

    def __call__(self, event: events.Event) -> None:
        self._scene.take(event)
        match event:
            case events.Profiled() if self._scene.spec is not None:
                note(_opening(self._scene))
                _note_facts(of_data(event, self._scene.spec))
            case events.Ready():
                _note_facts(of_means(event))
            case events.AttemptFailed():
                mending = f"; repairing: {clean(event.repair)}" if event.repair else ""
                note(f"#{event.number} {clean(event.message)}{mending}")
            case events.ExperimentDone():
                self._note_rows([event.record])
            case events.Finishing():
                note(clean(event.what))
            case events.Switched():
                note(f"brain: {switched(event.before, event.after, event.why)}")
            case events.Warned():
                note(f"note: {clean(event.text)}")

    def replay(self, record: RunRecord) -> None:
        """Rows of a run that goes on, from before."""
        self._note_rows(self._scene.recall(record))

    def pause(self) -> None:
        """There is nothing to hold back."""

    def resume(self) -> None:
        """There is nothing to take up again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def _note_rows(self, experiments: Sequence[ExperimentRecord]) -> None:
        left = self._scene.seconds_left()
        for row in rows(experiments, None, self._scene.greater_is_better):
            note(_line(row, left))


def _opening(scene: Scene) -> str:
    limits = []
    if scene.budget is not None:
        limits.append(f"budget {length(scene.budget)}")
    if scene.max_experiments is not None:
        limits.append(f"at most {plural(scene.max_experiments, 'experiment')}")
    verb = "goes on" if scene.resumed else "starts"
    return f"run {clean(scene.run)} {verb}" + (": " + ", ".join(limits) if limits else "")


def _note_facts(facts: Iterable[Fact]) -> None:
    label = ""
    for name, text in facts:
        label = name or label
        note(f"{label}: {text}")


def _line(row: Row, left: float | None) -> str:
    parts = [score(row.score)] if row.score else []
    parts += [row.standing, took(row.seconds)]
    if left is not None:
        parts.append(f"{clock(left)} left")
    notes = [text for text in row.notes if text != "1 trial"]
    whose = " (model)" if row.by_model else ""
    return f"#{row.numbers} {row.idea}{whose}: " + "; ".join([", ".join(parts), *notes])
