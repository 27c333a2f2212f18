"""What the cell that runs now has printed last, kept beside its run for whoever watches it.

The next cell that prints takes its place.
It is a stranger's text, bounded here and escaped by whoever shows it. Nothing is decided on it.
"""

import contextlib
import time
from collections.abc import Callable

from mlpilot.agent.home import run_folder
from mlpilot.sandbox.protocol import Output

FILE = "running.txt"
_MOST = 16 * 1024
"""Characters that are kept, the last ones."""
_PAUSE_SECONDS = 0.3


class Overheard:
    """The last words of one run's cells. A file is made once something is printed."""

    def __init__(self, run: str) -> None:
        self._run, self._title, self._said = run, "", ""
        self._written_at = 0.0

    def about(self, title: str) -> Callable[[Output], None]:
        """Who speaks now; what is to hear it."""
        self._title, self._said = title, ""
        return self._hear

    def _hear(self, output: Output) -> None:
        self._said = (self._said + output.text)[-_MOST:]
        if time.monotonic() - self._written_at >= _PAUSE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write down what was heard."""
        if not self._said:
            return
        self._written_at = time.monotonic()
        path = run_folder(self._run) / FILE
        beside = path.with_name(FILE + ".new")
        with contextlib.suppress(OSError):  # a full disk: the run has more to say of that than its spectators
            beside.write_text(f"{self._title}\n{self._said}", encoding="utf-8", errors="replace")
            beside.replace(path)


def overheard(run: str) -> tuple[str, str]:
    """Whose words, and the words; two empty strings where nothing was printed."""
    try:
        with (run_folder(run) / FILE).open(encoding="utf-8", errors="replace") as file:
            title, _, said = file.read(_MOST + 500).partition("\n")
    except OSError:
        return "", ""
    return title, said
