"""A run as it is watched in a notebook: one output that is painted anew as things happen, and survives saving."""

import time
from typing import Any, Self

from mlpilot.agent import events
from mlpilot.agent.record import RunRecord
from mlpilot.agent.report.card import board, framed
from mlpilot.agent.report.markup import Child, Html, tag
from mlpilot.facts import Fact, of_data, of_means
from mlpilot.numbers import clock
from mlpilot.oneline import OneLineView
from mlpilot.scene import Scene
from mlpilot.streams import clean
from mlpilot.thinking import switched

_EVERY_SECONDS = 0.5
"""A notebook keeps up with this, and a long board is not sent for each fold."""
_AT_ONCE = events.ExperimentDone | events.Finishing | events.Finished | events.Warned | events.Switched


class NotebookView:
    """Facts of the run, its board, and what is being done now."""

    def __init__(self) -> None:
        self._scene = Scene()
        self._facts: list[Fact] = []
        self._handle: Any = None
        self._painted = 0.0
        self._over = False

    def __call__(self, event: events.Event) -> None:
        self._scene.take(event)
        match event:
            case events.Profiled() if self._scene.spec is not None:
                self._facts += of_data(event, self._scene.spec)
            case events.Ready():
                self._facts += of_means(event)
            case events.Warned():
                self._facts.append(("note", clean(event.text)))
            case events.Switched():
                self._facts.append(("brain", switched(event.before, event.after, event.why)))
            case events.Finished():
                self._over = True
        if isinstance(event, _AT_ONCE) or time.monotonic() - self._painted > _EVERY_SECONDS:
            self._paint()

    def replay(self, record: RunRecord) -> None:
        """Rows of a run that goes on, from before."""
        self._scene.recall(record)

    def pause(self) -> None:
        """There is nothing to hold back."""

    def resume(self) -> None:
        """There is nothing to take up again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None and not self._over:
            self._scene.doing = "stopped"
            self._paint()

    def _paint(self) -> None:
        from IPython.display import display

        bundle = {"text/plain": self._line(), "text/html": str(self._html())}
        self._painted = time.monotonic()
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(bundle, raw=True)

    def _line(self) -> str:
        self._scene.doing = "finished" if self._over else self._scene.doing
        return OneLineView.line(self._scene)

    def _html(self) -> Html:
        scene = self._scene
        facts: list[Child] = [join_fact(label, text) for label, text in self._facts]
        return framed(tag("dl", facts, class_="terms"), board(scene), None if self._over else self._now())

    def _now(self) -> Html:
        scene = self._scene
        left = scene.seconds_left()
        time_left = f" · {clock(left)} left" if left is not None else ""
        current = scene.current
        doing = f"#{current.number} {clean(current.name)}" if current else scene.asked or clean(scene.doing)
        why = clean(scene.trouble or (current.why if current else ""))
        said = f"{doing}{time_left}" + (f" · {why}" if why else "")
        return tag("p", said, class_="note", role="status", aria_live="polite")


def join_fact(label: str, text: str) -> list[Child]:
    """A term and what is said of it."""
    return [tag("dt", label), tag("dd", text)]
