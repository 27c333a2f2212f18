"""The run as one line that is rewritten, for notebooks and Python prompts: there, and out of the way."""

import sys
from typing import Self

from mlpilot.agent import events
from mlpilot.agent.record import RunRecord
from mlpilot.numbers import clock, plural, score
from mlpilot.scene import Scene
from mlpilot.streams import clean
from mlpilot.thinking import switched

_WIDTH = 78


class OneLineView:
    """Quiet unless something must be said: warnings get a line of their own."""

    def __init__(self, *, progress: bool) -> None:
        self._scene = Scene()
        self._progress = progress

    def __call__(self, event: events.Event) -> None:
        self._scene.take(event)
        if isinstance(event, events.Warned):
            self._write(f"mlpilot: {clean(event.text)}\n")
        elif isinstance(event, events.Switched):
            self._write(f"mlpilot: {switched(event.before, event.after, event.why)}\n")
        elif self._progress:
            self._write("" if isinstance(event, events.Finished) else self.line(self._scene)[:_WIDTH])

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
        if self._progress:
            self._write("")

    @staticmethod
    def line(scene: Scene) -> str:
        """Where a run stands, in one line."""
        parts = [f"mlpilot {clean(scene.run)}", plural(len(scene.experiments), "experiment")]
        if scene.best_record is not None and scene.best_record.score is not None:
            parts.append(f"best {score(scene.best_record.score)}")
        left = scene.seconds_left()
        if left is not None:
            parts.append(f"{clock(left)} left")
        parts.append(scene.asked or clean(scene.current.name if scene.current else scene.doing))
        return " · ".join(parts)

    def _write(self, text: str) -> None:
        """In place of the line before."""
        clear = f"\r{'':{_WIDTH}}\r" if self._progress else ""
        sys.stderr.write(clear + text)
        sys.stderr.flush()
