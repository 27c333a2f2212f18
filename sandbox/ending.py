"""When a running Cell has to end, and how: for its time, for its output, or because a person wants it to."""

import contextlib
import socket
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from mlpilot.sandbox.cell import Cell
from mlpilot.sandbox.protocol import CellStatus

GRACE_SECONDS = 3.0
"""What a Cell that is interrupted has to come to an end."""
Step = Literal["interrupt", "kill"]


class Wish:
    """What a person wants of the one Cell that it is made for: told from any thread or a signal's handler, and heard
    where the Cell is followed, which a descriptor wakes."""

    def __init__(self) -> None:
        self._told: Step | None = None
        self._ear, self._mouth = socket.socketpair()
        for end in (self._ear, self._mouth):
            end.setblocking(False)

    def tell(self, step: Step) -> None:
        """Want `step`. Of an interrupt and a kill, the kill counts."""
        self._told = "kill" if self._told == "kill" else step
        # Woken often enough already, or the Cell is over.
        with contextlib.suppress(OSError):
            self._mouth.send(b"!")

    def heard(self) -> Step | None:
        """What was told so far."""
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(4096)
        return self._told

    def fileno(self) -> int:
        """Readable when there is news."""
        return self._ear.fileno()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ear.close()
        self._mouth.close()


@dataclass
class Ending:
    """How far the end of a Cell has come: it runs, it is to stop, it was interrupted, its time to stop is over."""

    cell: Cell
    deadline: float
    """When the Cell's time is up, and once it is to stop, when it is killed; monotonic seconds."""
    wish: Wish = field(repr=False)
    cut: CellStatus | None = None
    """What the Cell is ended for; None where a person wanted it, or where nobody did."""
    _stopping: bool = False
    _interrupted: bool = False

    def next_step(self, now: float) -> Step | None:
        """What is to be done to the Cell at `now`, monotonic seconds."""
        wished = self.wish.heard()
        if not self._stopping and (wished or self.cell.excess or now >= self.deadline):
            self._stopping = True
            if self.cell.excess or now >= self.deadline:
                self.cut = "too_much_output" if self.cell.excess else "timeout"
            self.cell.interrupted = self.cut is not None
            self.deadline = now + GRACE_SECONDS
        if self._stopping and (wished == "kill" or now >= self.deadline):
            return "kill"
        # The kernel ignores an interrupt as long as its Cell has not begun.
        if self._stopping and self.cell.begun and not self._interrupted:
            self._interrupted = True
            return "interrupt"
        return None
