"""A table looked at for the talk: a small one here, a large one in a process of its own.

Reading holds Python's lock for long stretches; in a process apart, keys are answered while a large table is read, and
Ctrl-C ends the reading itself.
"""

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlpilot.agent.talk.overview import Overview, overview
from mlpilot.agent.task import Column
from mlpilot.chat.stopping import abandonable, answer_of
from mlpilot.sandbox.errors import UserError

LARGE = 4 * 2**20
"""Bytes from which on a process of its own is worth its start, about a second."""


def is_large(path: str) -> bool:
    """Whether it takes long enough to be felt."""
    try:
        return Path(path).stat().st_size >= LARGE
    except (OSError, ValueError):
        return False


def look(path: str, stopping: threading.Event) -> Overview:
    """What the table holds. Raises `UserError` where it cannot be read, and `Stopped`."""
    if not is_large(path):
        return abandonable(lambda: overview(path), stopping)
    found = answer_of([sys.executable, "-P", "-m", "mlpilot.chat.reading", path], stopping)
    if "error" in found:
        raise UserError(str(found["error"]))
    if "columns" not in found:
        raise UserError(f"{path} could not be read: the process that read it was ended, for want of memory perhaps")
    columns = tuple(Column(**one) for one in found["columns"])
    return Overview(str(found["path"]), int(found["rows"]), columns, tuple(found["odd"]))


def main(path: str) -> None:
    """The other process: the overview as one line of JSON."""
    told: dict[str, Any]
    try:
        told = asdict(overview(path))
    except UserError as error:
        told = {"error": str(error)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
