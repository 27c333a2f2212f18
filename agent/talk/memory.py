"""What was said and done in a talk, kept line by line as it happens: a talk that was begun is never lost."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlpilot.agent.home import home, make_home
from mlpilot.agent.names import new_name
from mlpilot.agent.talk.lines import append_line, read_lines
from mlpilot.sandbox.errors import UserError

FOLDER = "talks"


@dataclass(frozen=True)
class Entry:
    """One thing that was said or done."""

    kind: str
    """`asked`, `said`, `told`, `cell`, `output`, `ended`, `run`, `file`, `state`, `trouble`."""
    text: str
    more: dict[str, Any] = field(default_factory=dict)
    at: str = ""


class Memory:
    """One talk's file: appended to, and read again when the talk goes on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._path = _path(name)

    @classmethod
    def new(cls) -> "Memory":
        """A talk that begins now."""
        return cls(new_name(names()))

    @classmethod
    def of(cls, name: str) -> "Memory":
        """A talk that goes on. Raises `UserError` where there is none of that name."""
        if name not in names():
            raise UserError(f"there is no talk {name!r} here")
        return cls(name)

    def keep(self, kind: str, text: str, **more: Any) -> None:
        """Write it down before anything follows from it. Raises `OSError`."""
        make_home()
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        append_line(
            self._path, {"at": datetime.now(UTC).isoformat(timespec="seconds"), "kind": kind, "text": text, **more}
        )

    def entries(self) -> Iterator[Entry]:
        """All of it, in order; a line that was cut by a crash is passed over."""
        for found in read_lines(self._path):
            with contextlib.suppress(KeyError):
                yield Entry(str(found.pop("kind")), str(found.pop("text")), at=str(found.pop("at")), more=found)


def names() -> list[str]:
    """Talks of this folder, the newest first."""
    folder = home() / FOLDER
    found = sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [path.stem for path in found]


def _path(name: str) -> Path:
    return home() / FOLDER / f"{name}.jsonl"
