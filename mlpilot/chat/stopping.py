"""A step that a person may stop: what cannot be interrupted is left behind, and the talk goes on at once."""

import contextvars
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

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


def apart(words: Sequence[str], stopping: threading.Event) -> dict[str, Any]:
    """What `mlpilot WORDS --json` says, run in a process of its own, so that keys are answered meanwhile; it is
    interrupted as soon as `stopping` is set, and then `Stopped` is raised."""
    return answer_of([sys.executable, "-P", "-m", "mlpilot", *words, "--json"], stopping)


def answer_of(command: Sequence[str], stopping: threading.Event) -> dict[str, Any]:
    """The JSON object that a command prints, empty where it prints none; interrupted with `Stopped` as `apart` is."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        text = abandonable(lambda: process.communicate()[0], stopping)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    try:
        found = json.loads(text.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
