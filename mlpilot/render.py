"""Which view a run gets, and the promise that a view can fail without harm to the run."""

import sys
from typing import Protocol, Self

from mlpilot.agent import events
from mlpilot.agent.record import RunRecord
from mlpilot.arguments import NO_WALLS
from mlpilot.oneline import OneLineView
from mlpilot.plain import PlainView
from mlpilot.streams import is_terminal, mute


class View(Protocol):
    """Something that shows a run while it goes on: a `Listener` that can make room for a question."""

    def __call__(self, event: events.Event) -> None: ...
    def replay(self, record: RunRecord) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Guarded:
    """A view whose reader may leave at any time (a closed pipe, a lost terminal): the run goes on without it."""

    def __init__(self, view: View) -> None:
        self._view: View | None = view

    def __call__(self, event: events.Event) -> None:
        if self._view is not None:
            try:
                self._view(event)
                if isinstance(event, events.Ready) and event.sandbox == "none":
                    self._view(events.Warned(NO_WALLS))
            except OSError:
                self._give_up()

    def replay(self, record: RunRecord) -> None:
        """See `LiveView.replay`."""
        if self._view is not None:
            self._view.replay(record)

    def pause(self) -> None:
        """See `LiveView.pause`."""
        if self._view is not None:
            self._view.pause()

    def resume(self) -> None:
        """See `LiveView.resume`."""
        if self._view is not None:
            self._view.resume()

    def __enter__(self) -> Self:
        if self._view is not None:
            self._view.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._view is not None:
            try:
                self._view.__exit__(*error)
            except OSError:
                self._give_up()

    def _give_up(self) -> None:
        self._view = None
        mute("stderr")


def for_terminal() -> View:
    """Live where a person watches stderr, plain lines elsewhere."""
    if not is_terminal(sys.stderr):
        return Guarded(PlainView())
    from mlpilot.live import LiveView
    from mlpilot.screen import for_progress

    return Guarded(LiveView(for_progress()))


def for_python() -> View:
    """An output that is painted anew in a notebook, one line at a prompt; in a script only what must be said."""
    if in_notebook():
        from mlpilot.notebook.view import NotebookView

        return Guarded(NotebookView())
    at_prompt = hasattr(sys, "ps1") or bool(sys.flags.interactive)
    return Guarded(OneLineView(progress=at_prompt or is_terminal(sys.stderr)))


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook: output goes to a page that can show HTML."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None
