"""No sandbox (`--sandbox none`): the same zygote and kernels as a plain process of the user's.

Kernels still try to lock themselves in, so that the walls between folds hold where the kernel has Landlock; but they
can read whatever the user can, and nothing is promised. Whoever offers this warns each time.
"""

import contextlib
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mlpilot.sandbox import gpus
from mlpilot.sandbox.box import Box, Preparation
from mlpilot.sandbox.environment import BARE, Environment, environment
from mlpilot.sandbox.errors import NoSandboxError
from mlpilot.sandbox.folder import PrivateFolder, reap_folders
from mlpilot.sandbox.memory import MemoryWatch
from mlpilot.sandbox.pool import OwnSession, ZygotePool
from mlpilot.sandbox.protocol import Limits, Mount, Probe
from mlpilot.sandbox.spawn import spawn

_END_SECONDS = 5.0


class PlainWalls:
    """A zygote that is an ordinary process of the user's."""

    private_memory = False
    limits_processes = True
    uid = 0

    def __init__(self, limits: Limits, chosen: Environment = BARE) -> None:
        python, given = chosen.python, gpus.find(chosen.gpus)
        self._folder = PrivateFolder()
        self.scratch = str(self._folder.path)
        self.read = ["/"]
        self.devices = [source for source, _ in given.nodes]
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the walls
        self.channel, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        variables = environment(str(Path(python.executable).parent)) | given.variables
        self._sources = _sources() if chosen.own_python else None
        folders = [self._sources and self._sources.path, chosen.added]
        variables["PYTHONPATH"] = ":".join(str(folder) for folder in folders if folder)
        with inner:
            command = [python.executable, "-s", "-P", "-m", "mlpilot.sandbox.inside.zygote", f"fd:{inner.fileno()}"]
            self._process = spawn(command, pass_fds=(inner.fileno(),), stderr=self._words, env=variables)
        self._watch = MemoryWatch(self._process.pid, limits.memory_bytes)

    def out_of_memory(self) -> bool:
        return self._watch.out_of_memory()

    def last_words(self) -> str:
        self._words.seek(0)
        return self._words.read(65536).decode(errors="replace")

    def destroy(self) -> None:
        # The zygote ends all that it started when its channel closes.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._process.kill()
        self._process.wait()
        self._watch.remove()
        self._words.close()
        self._folder.remove()
        if self._sources is not None:
            self._sources.remove()


def _sources() -> PrivateFolder:
    """A folder with our own sources, for a Python that mlpilot is not installed in."""
    folder = PrivateFolder()
    (folder.path / "mlpilot" / "sandbox").mkdir(parents=True)
    (folder.path / "mlpilot" / "sandbox" / "inside").symlink_to(Path(__file__).parent / "inside")
    return folder


class Plain:
    """The `none` backend. Nothing is mounted: code finds a mount where the host has it (`inside`)."""

    name = "none"

    def __init__(self, chosen: Environment = BARE) -> None:
        self.environment = chosen

    def probe(self) -> Probe:
        """See `Sandbox.probe`."""
        if not self.environment.is_built:
            return Probe(False, *self.environment.missing.split(": ", 1))
        try:
            gpus.find(self.environment.gpus)
        except NoSandboxError as error:
            return Probe(False, *str(error).rsplit("; ", 1))
        return Probe(True, "no sandbox: code can read what you can read, and is promised no walls")

    def inside(self, mount: Mount) -> str:
        """See `Sandbox.inside`."""
        return str(mount.source.resolve())

    def pool(
        self, limits: Limits, mounts: Sequence[Mount] = (), *, preload: str = "", path: Sequence[str] = ()
    ) -> ZygotePool:
        """See `Sandbox.pool`."""
        reap_folders()
        sources = {mount.target: self.inside(mount) for mount in mounts}
        preparation = Preparation(preload, tuple(sources.get(entry, entry) for entry in path))
        return ZygotePool(lambda: Box(PlainWalls(limits, self.environment), limits, preparation, PrivateFolder()))

    def open(self, limits: Limits, mounts: Sequence[Mount] = ()) -> OwnSession:
        """See `Sandbox.open`."""
        return OwnSession(self.pool(limits, mounts))
