"""A Run never goes from one sandbox to another: it stops, resumable, where the one it began in is gone.

The engine is a real one, behind a door of our own that can be shut: what mlpilot sees then is an engine that is gone.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.datasets import load_wine

from mlpilot.agent.events import Event, ExperimentDone, Ready
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import resume, run
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.choose import again
from mlpilot.sandbox.docker import Docker, connect
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import owner

ROOT = Path(__file__).resolve().parents[2]
WINE = TaskSpec("wine.csv", "target")


class Door:
    """A Unix socket that leads to an engine's, until it is shut."""

    def __init__(self, path: Path, engine: str) -> None:
        self._path, self._engine = path, engine
        self._open: list[socket.socket] = []
        self.reopen()

    def reopen(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                ends = (listener.accept()[0], socket.socket(socket.AF_UNIX))
                ends[1].connect(self._engine)
                self._open += ends
                for one, other in (ends, ends[::-1]):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def shut(self) -> None:
        """From now on there is no engine."""
        self._path.unlink(missing_ok=True)
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPILOT_HOME", raising=False)
    load_wine(as_frame=True).frame.to_csv("wine.csv", index=False)
    if "DOCKER_HOST" not in os.environ:
        status = subprocess.run([ROOT / "scripts/dockerd.sh", "status"], capture_output=True, text=True, check=False)
        if status.returncode == 0:
            monkeypatch.setenv("DOCKER_HOST", status.stdout.strip())
    probe = Docker().probe()
    engine = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not probe.works or not engine.startswith("unix://"):
        pytest.skip(f"NOT TESTED: {probe.detail}; {probe.remedy}")
    opened = Door(tmp_path / "door.sock", engine.removeprefix("unix://"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/door.sock")
    yield opened
    opened.shut()


def lose_the_engine(door: Door) -> None:
    """The engine is gone, and so are our containers."""
    for container in connect().containers.list(filters={"label": f"mlpilot.owner={owner()}"}):
        container.remove(force=True)
    door.shut()


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("asked", ["docker", "auto"])
def test_a_run_whose_engine_goes_away_stops_and_can_be_resumed(door: Door, asked: str) -> None:
    used: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Ready):
            used.append(event.sandbox)
        if isinstance(event, ExperimentDone) and event.record.number == 1:
            lose_the_engine(door)

    with pytest.raises(NoSandboxError, match="not moved to another sandbox: mend that, then `mlpilot resume ") as gone:
        run(WINE, RunOptions(max_experiments=3, sandbox=asked), listen)
    assert gone.value.exit_code == 4
    assert "\n" not in str(gone.value)
    with Journal.read(home()) as journal:
        (name,) = journal.names()
        assert journal.run(name).status == "interrupted"
        assert next(entry.status for entry in journal.experiments(name)) == "scored"
        assert not [attempt for number in (1, 2, 3) for attempt in journal.attempts(name, number) if attempt.diagnosis]
    with pytest.raises(NoSandboxError, match="not moved to another sandbox"):
        resume(name)
    door.reopen()
    result = resume(name, listen)
    assert (result.to_json()["status"], result.to_json()["sandbox"]) == ("finished", "docker")
    assert {*used} == {"docker"}


def test_what_was_used_before_is_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else works here."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(NoSandboxError, match="docker was used until now and does not work any more") as gone:
        again("docker")
    assert gone.value.exit_code == 4
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NoSandboxError, match="bubblewrap was used until now"):
        again("bubblewrap")
    with pytest.raises(NoSandboxError, match="not known to this version"):
        again("something newer")
    assert again("none").name == "none"


def test_a_resumed_run_asks_for_the_sandbox_that_it_began_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` means the strongest that works where a Run begins, and that one from then on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPILOT_HOME", raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    load_wine(as_frame=True).frame.to_csv("wine.csv", index=False)
    options = RunOptions(max_experiments=1, sandbox="auto")
    with Journal.open(home()) as journal:
        journal.start("calm-otter", WINE, options)
        journal.learn("calm-otter", task={}, sandbox="docker")
        journal.mark("calm-otter", status="interrupted")
        from mlpilot.agent.clock import Clock
        from mlpilot.agent.desk import Desk

        desk = Desk("calm-otter", journal, Clock(None, 0.0, 0.0), lambda _: None)
        with pytest.raises(NoSandboxError, match="docker was used until now"):
            desk.sandbox  # noqa: B018
