"""Do something again whenever programs change: their times are looked at, which works on every file system."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer
from mlpilot.tools.diagnose.static.source import programs
from mlpilot.vscode.tasks import WATCH_BEGINS, WATCH_ENDS

LOOK_SECONDS = 0.5

Seen = dict[Path, tuple[int, int]]
"""Of each file when it was changed, in nanoseconds, and its size."""


def watch(paths: list[str], look: Callable[[list[Path]], object]) -> None:
    """Call `look` with the programs in `paths`, now and after each change, until Ctrl-C.

    A line before and a line after each round say so to editors. Raises `UserError` where one of `paths` is not there.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UserError(f"{path}: there is no such file or folder")
    before: Seen | None = None
    try:
        while True:
            now = _seen(paths)
            if now != before:
                answer(WATCH_BEGINS)
                if now:
                    look(list(now))
                answer(WATCH_ENDS)
                before = now
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        return


def _seen(paths: list[str]) -> Seen:
    found: Seen = {}
    for path in paths:
        try:
            for one in programs([path]):
                status = one.stat()
                found[one] = (status.st_mtime_ns, status.st_size)
        except (UserError, OSError):  # empty for now, or deleted just now: the next look may see more
            continue
    return found
