"""A step that a person may stop: what cannot be interrupted is left behind, and the talk goes on at once."""

import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
_LOOK_SECONDS = 0.05


class Stopped(Exception):
    """The person has stopped this turn."""


class _Work(Generic[T]):
    """Something that is done in a thread of its own."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._got: list[T] = []
        self._error: BaseException | None = None
        self.ended = threading.Event()
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._do,), name="step", daemon=True).start()

    def _do(self) -> None:
        try:
            self._got.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            self._error = error
        finally:
            self.ended.set()

    def result(self) -> T:
        """What came of it; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._got[0]


def abandonable(work: Callable[[], T], stopping: threading.Event) -> T:
    """What `work` gives; raises `Stopped` as soon as `stopping` is set, whatever `work` goes on to do by itself.

    So `work` must change nothing that others see: reading a table is work of this kind.
    """
    doing = _Work(work)
    while not doing.ended.wait(_LOOK_SECONDS):
        if stopping.is_set():
            raise Stopped
    return doing.result()
