"""Starts the processes that run cases, and never waits longer for one than the case allows."""

import json
import select
import subprocess
import sys
import tempfile
import time
from typing import IO, Any

from mlpilot.evals.hostile.cases import Case
from mlpilot.evals.hostile.ground import Ground
from mlpilot.evals.hostile.told import Told

_START_SECONDS = 120.0
SLACK_SECONDS = 60.0
"""For the sessions around the cell, on a machine with much to do."""
FETCH_SECONDS = 65.0
"""`Session.get` gives up after 60."""


class Crashed(Exception):
    """The process that ran the cell has ended; the message is what it said last."""


class Hung(Exception):
    """It has not answered in time."""


class Runner:
    """A process that runs cases, one after another; started again when it has died."""

    def __init__(self, module: str, words: list[str], ground: Ground, slack: float = SLACK_SECONDS) -> None:
        self._slack = slack
        self._module, self._words, self._ground = module, words, ground
        self._process: subprocess.Popen[str] | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the runner
        self.mounted = ""

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", self._module, *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=self._ground.environment,
            text=True,
            start_new_session=True,
        )
        self._process = process
        self.mounted = str(self._answer(process, _START_SECONDS)["ready"])
        return process

    def start(self) -> None:
        """Start it, if it is not running. Raises `Crashed`, `Hung`."""
        if self._process is None or self._process.poll() is not None:
            self._start()

    def run(self, case: Case, names: dict[str, Any]) -> Told:
        """Run one case. Raises `Crashed`, `Hung`; either way the next case has a new process."""
        self.start()
        process = self._process
        assert process is not None and process.stdin is not None
        job = {
            "names": names,
            "source": case.source,
            "timeout": case.timeout,
            "gets": [name for name, _ in case.gets],
            "kept": case.facts.get("state") == "kept",
            "next": case.facts.get("next", ""),
        }
        try:
            print(json.dumps(job), file=process.stdin, flush=True)
        except OSError:
            raise Crashed(self._last_words()) from None
        answer = self._answer(process, case.timeout + self._slack + FETCH_SECONDS * len(case.gets))
        return Told.read(json.dumps(answer))

    def _answer(self, process: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
        assert process.stdout is not None
        deadline = time.monotonic() + seconds
        if not select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            self.kill()
            raise Hung(f"no answer in {seconds:.0f} s")
        line = process.stdout.readline()
        if not line:
            process.wait()
            raise Crashed(f"{process.returncode}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._complaints.seek(0)
        return " ".join(self._complaints.read().decode(errors="replace").split())[-400:]

    def kill(self) -> None:
        """End it at once, with what it started that did not leave its group."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> list[str]:
        """Have it end in order; what it then finds left of it on this machine."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.poll() is not None:
            return []
        process.stdin.close()
        try:
            left: list[str] = self._answer(process, _START_SECONDS).get("closed", [])
        except (Crashed, Hung) as error:
            left = [f"the process did not end in order: {error}"]
        process.kill()
        process.wait()
        self._complaints.close()
        return left
