"""A run in the background: the same command in a process of its own, so that the talk goes on beside it.

It ends with the talk, interrupted and resumable: nothing outlives a command.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

_STARTS = re.compile(r"^run ([\w-]+) (?:starts|goes on)")
_LONGEST_LINE = 2000
_WITH_US = (
    "import ctypes, os, runpy, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGINT, 0, 0, 0)\n"
    "os.getppid() == int(sys.argv.pop(1)) or sys.exit(130)\n"
    "runpy.run_module('mlpilot', run_name='__main__', alter_sys=True)\n"
)
"""Interrupted when we die, whatever we die of."""


class Pursuit:
    """One `mlpilot run` or `resume`; `on_line` hears its progress, `on_end` its result, both from another thread."""

    def __init__(
        self, words: Sequence[str], on_line: Callable[[str], None], on_end: Callable[[int, dict[str, Any]], None]
    ) -> None:
        self.run = ""
        """Its name, once it is known."""
        self.last = "starting"
        """The last line of its progress."""
        self._on_line, self._on_end = on_line, on_end
        self._stopped = False
        command = [sys.executable, "-P", "-c", _WITH_US, str(os.getpid()), *words, "--json"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._answer: list[str] = []
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, self._collect)]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._process.poll() is None

    def stop(self, seconds: float = 20.0) -> None:
        """Interrupt it, and wait until it has written down where it stands; then it can be resumed."""
        self._stopped = True
        if self.running:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.wait(5)

    def wait(self, seconds: float | None = None) -> None:
        """Until it has ended and its end was told."""
        for thread in self._threads:
            thread.join(seconds)

    def _collect(self) -> None:
        assert self._process.stdout is not None
        self._answer.append(self._process.stdout.read())

    def _follow(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            text = line.strip()[:_LONGEST_LINE]
            found = _STARTS.match(text)
            if found:
                self.run = found.group(1)
            if text:
                self.last = text
                self._on_line(text)
        code = self._process.wait()
        self._threads[1].join(5)
        self._on_end(code, _object("".join(self._answer)))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
