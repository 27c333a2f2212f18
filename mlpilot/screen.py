"""Consoles: where rich text goes, how wide it is, and what happens when nobody reads any more."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from mlpilot.arguments import NO_WALLS
from mlpilot.streams import clean, is_terminal, mute, note

_PIPE_WIDTH = 110
"""Columns where there is no screen to ask: wide enough for a board, narrow enough to read in a log."""
_WIDEST = 160
"""Wider lines are hard to follow."""


class ScreenConsole(Console):
    """A console that falls silent when its reader leaves, and that never reads markup in what it prints."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        mute("stderr" if self.stderr else "stdout")


def for_progress() -> Console:
    """Standard error."""
    return _console(stderr=True)


def for_answers() -> Console:
    """Standard output."""
    return _console(stderr=False)


def print_beside(console: Console, margin: Text, text: str) -> None:
    """`text` to the right of `margin`, wrapped within its own column."""
    indent = cell_len(margin.plain)
    for line in Text(text).wrap(console, max(console.width - indent - 1, 16)):
        line.rstrip()
        console.print(margin + line, soft_wrap=True)
        margin = Text(" " * indent)


def busy(text: str, sandbox: str) -> AbstractContextManager[object]:
    """A sign of life on stderr, where a person watches, for as long as the context lasts."""
    if sandbox == "none":
        note(f"note: {NO_WALLS}")
    if not is_terminal(sys.stderr):
        return nullcontext()
    return for_progress().status(Text(clean(text)), spinner="line")


def _console(*, stderr: bool) -> Console:
    console = ScreenConsole(
        stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False, force_jupyter=False
    )
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty() or os.environ.get("COLUMNS"):
        console.width = min(console.width, _WIDEST)
    else:
        console.width = _PIPE_WIDTH
    return console
