"""A person's Ctrl-C stops the running Cell, and not the program."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

from mlpilot.sandbox.protocol import Session


@dataclass
class Stops:
    """How often a person has asked a Cell to stop."""

    asked: int = 0


@contextlib.contextmanager
def stopping_on_sigint(session: Session) -> Iterator[Stops]:
    """Around the running of one Cell: the first SIGINT interrupts it, which leaves it three seconds; another kills it.

    Either way `Session.run` returns a `CellResult`: an `error`, mostly a `KeyboardInterrupt`, with the state kept; or
    `killed`, with the state lost. Where no Cell runs, SIGINT raises `KeyboardInterrupt` as ever. Nothing is changed
    outside the main thread, which alone gets signals, and where SIGINT is ignored (a job in the background).
    """
    stops = Stops()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not (session.kill() if stops.asked else session.interrupt()):
            raise KeyboardInterrupt
        stops.asked += 1

    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield stops
        return
    signal.signal(signal.SIGINT, stop)
    try:
        yield stops
    finally:
        signal.signal(signal.SIGINT, before)
