"""Engines that we start from weights on disk: made ready, watched, started again when they die, and ended with us."""

import atexit
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from mlpilot.agent.models.engines import guard
from mlpilot.agent.models.engines.asking import LOOPBACK, get
from mlpilot.agent.models.engines.commands import Plan, plan_for
from mlpilot.agent.models.protocol import Endpoint, ModelError, Secret
from mlpilot.sandbox.errors import UserError

MOST_RESTARTS = 3
LONGEST_LOAD = 600.0
"""Seconds until a model must be loaded."""
_TAIL = 1 << 16
_LONGEST_LINE = 240
_CAUSE = re.compile(r"error\b[^:]*: *\S", re.IGNORECASE)
_COMPLAINT = re.compile(r"\b(couldn't|cannot|failed|fatal|error)\b", re.IGNORECASE)
_PATIENCE = 8.0
"""Seconds that the guard has to end an engine; it gives the engine itself three."""


class EngineFailure(Exception):
    """An engine did not become ready; the message is one line that says why."""


def start(spec: str, *, log: Path | None, tell: Callable[[str], None]) -> "Engine":
    """Start the engine for `local:PATH` and wait until it is ready. Raises `UserError`.

    It says all that it says in `log` (None: a file that is removed with the engine); `tell` hears of the progress.
    """
    key = Secret(secrets.token_urlsafe(24))
    engine = Engine(plan_for(spec, _free_port(), key), log, tell)
    try:
        engine._launch(LONGEST_LOAD)
    except EngineFailure as failure:
        engine.close()
        raise UserError(str(failure)) from None
    except BaseException:  # an interrupt while it loads must not leave it behind
        engine.close()
        raise
    return engine


class Engine:
    """A process of ours that serves one model on loopback; `start` makes them."""

    def __init__(self, plan: Plan, log: Path | None, tell: Callable[[str], None]) -> None:
        self._plan, self._tell = plan, tell
        self._own_log = log is None
        self._log = log or _temporary_log()
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._owner = os.getpid()
        self._restarts, self._closed = 0, False
        atexit.register(self.close)

    @property
    def base_url(self) -> str:
        """Its address, up to and with `/v1`; a restart keeps it."""
        return f"http://{LOOPBACK}:{self._plan.port}/v1"

    @property
    def model(self) -> str:
        """The name that it serves the model by."""
        return self._plan.model

    @property
    def context(self) -> int | None:
        """Tokens of prompt and reply together, where that is known."""
        return self._plan.context

    @property
    def key(self) -> Secret | None:
        """The key that it was given; None: it knows none."""
        return self._plan.key

    @property
    def endpoint(self) -> Endpoint:
        """Where it is asked, with the key that it was given."""
        plan = self._plan
        return Endpoint(plan.model, self.base_url, plan.engine, local=True, key=plan.key, context=plan.context)

    @property
    def pid(self) -> int | None:
        """The engine's own process; None while there is none."""
        return self._pid if self.alive() else None

    def alive(self) -> bool:
        """Whether its process runs."""
        process, pid = self._process, self._pid
        return process is not None and process.poll() is None and (pid is None or _runs(pid))

    def restart(self, seconds: float = LONGEST_LOAD) -> None:
        """Start it again, at the same address, and wait until it is ready.

        Raises `ModelError` where it was closed, was restarted three times already, or does not become ready in time.
        """
        seen = self._restarts
        with self._lock:
            if self._restarts != seen:  # another thread did it while we waited
                return
            if self._closed or self._restarts >= MOST_RESTARTS:
                why = "was stopped" if self._closed else f"was restarted {MOST_RESTARTS} times, and ended each time"
                raise ModelError("connection", f"{self._plan.program} {why}")
            self._restarts += 1
            self._end()
            try:
                self._launch(seconds)
            except EngineFailure as failure:
                self._end()
                raise ModelError("connection", str(failure)) from None
            except BaseException:  # an interrupt while it loads must not leave it half started
                self._end()
                raise

    def close(self) -> None:
        """End it; once is enough, and twice is fine."""
        if os.getpid() != self._owner:  # a fork of ours that ends: the engine is not its own
            return
        if not self._closed:
            self._closed = True  # before the lock: another thread that waits for it to load stops waiting
            atexit.unregister(self.close)
            with self._lock:
                self._end()
                if self._own_log:
                    self._log.unlink(missing_ok=True)

    def _launch(self, seconds: float) -> None:
        """Start the process and wait until it is ready. Raises `EngineFailure`, and then it may still run."""
        began = time.monotonic()
        with _append(self._log) as log:
            offset = log.tell()
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", guard.__file__, *self._plan.command],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=dict(self._plan.environment),
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineFailure(f"{self._plan.program} cannot be started: {error.strerror}") from error
        assert self._process.stdout is not None
        with self._process.stdout as told:
            pid = told.readline().strip()
        self._pid = int(pid) if pid else None
        self._wait(began, seconds, offset)

    def _wait(self, began: float, seconds: float, offset: int) -> None:
        """Until the engine says that it is ready."""
        plan, told = self._plan, 0
        while True:
            if self._closed:
                raise EngineFailure(f"{plan.program} was stopped while it loaded {plan.title}")
            if not self.alive():
                said = _reason(self._log, offset) or "it said nothing"
                where = "" if self._own_log else f" (more in {self._log})"
                raise EngineFailure(f"{plan.program} ended while it loaded {plan.title}: {said}{where}")
            answer = get(plan.port, "/health", seconds=1.0)
            passed = time.monotonic() - began
            if answer is not None and answer.status == 200:
                return
            if passed > seconds:
                raise EngineFailure(f"{plan.program} did not load {plan.title} within {seconds:.0f} s")
            if int(passed) > told:
                told = int(passed)
                self._tell(f"loading {plan.title} … {told} s")
            time.sleep(min(0.05 + passed / 20, 0.5))

    def _end(self) -> None:
        """End the process and all that it started."""
        process, pid, self._process, self._pid = self._process, self._pid, None, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            # The guard is stuck; the engine dies with it on Linux, and is ended here elsewhere.
            process.kill()
            process.wait()
            if pid and sys.platform != "linux":
                subprocess.run(["kill", "-9", f"-{pid}"], capture_output=True, check=False)


def _append(path: Path) -> IO[bytes]:
    """A log that is ours alone: it may show what was asked. Raises `EngineFailure`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")
    except OSError as error:
        raise EngineFailure(f"the engine's log {path} cannot be written: {error.strerror}") from error
    file.seek(0, os.SEEK_END)
    return file


def _temporary_log() -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="mlpilot-engine-", suffix=".log")
    except OSError as error:
        raise UserError(f"the engine's log cannot be written to {tempfile.gettempdir()}: {error.strerror}") from error
    os.close(handle)
    return Path(name)


def _runs(pid: int) -> bool:
    """Whether the engine's own process runs: the guard takes a moment to see its end."""
    if sys.platform != "linux":
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def _reason(log: Path, offset: int) -> str:
    """The line of a log, after an offset, that says why the engine ended; cleaned and bounded."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(offset, end - _TAIL))
            text = file.read(_TAIL).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line for line in (_clean(line) for line in text.splitlines()) if line]
    # The cause is the last "error: what" (an exception stands at the end of its traceback, a server adds that it
    # leaves), else the first complaint, for what follows it are its consequences; else the last line.
    causes = [line for line in lines if _CAUSE.search(line)][-1:]
    complaints = [line for line in lines if _COMPLAINT.search(line)][:1]
    return [*causes, *complaints, *lines[-1:], ""][0][:_LONGEST_LINE]


def _clean(line: str) -> str:
    """A line without colours, control characters and llama-server's time stamp and level."""
    line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    line = "".join(char if char.isprintable() else " " for char in line)
    return " ".join(re.sub(r"^(\d+\.){3}\d+ [A-Z] ", "", line).split())


def _free_port() -> int:
    """A port of loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
