"""What landlock and none have in common: a zygote that is an ordinary process, without a namespace around it.

It leads a session that nothing which generated code starts can leave; the session is noted in a private folder, so that
what outlives both host and zygote is found at the next start.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mlpilot.sandbox.box import Terms
from mlpilot.sandbox.cgroup import Cgroup
from mlpilot.sandbox.folder import PrivateFolder
from mlpilot.sandbox.leftovers import ZygoteSession
from mlpilot.sandbox.memory import DiskWatch, MemoryWatch
from mlpilot.sandbox.protocol import Limits
from mlpilot.sandbox.spawn import ZygoteProcess


class BareWalls:
    """A running zygote without namespaces. `folder` becomes its own, and is removed with it."""

    private_memory = False
    oom_seconds = 0.0

    def __init__(
        self,
        limits: Limits,
        folder: PrivateFolder,
        *,
        env: dict[str, str],
        read: Sequence[str],
        terms: Terms,
        uid: int,
        uid_is_its_own: bool,
        limits_processes: bool,
        group: Cgroup | None,
        devices: Sequence[str] = (),
        python: str = sys.executable,
    ) -> None:
        self.devices = [*devices]
        self.uid, self.read, self.terms, self.limits_processes = uid, [*read], terms, limits_processes
        self._folder = folder
        scratch = folder.path / "scratch"
        scratch.mkdir(mode=0o700)
        self.scratch = str(scratch)
        env = {**env, "HOME": self.scratch}
        self.zygote = ZygoteProcess(group.enter if group else (), env=env, new_session=True, python=python)
        self.channel = self.zygote.channel
        self._session = ZygoteSession.of(self.zygote.pid, uid, uid_is_its_own=uid_is_its_own)
        if self._session is not None:
            self._session.note(folder.path)
        self.memory_is_watched = group is None
        # As a user, the limit of processes counts the person's own too, which come and go.
        processes = None if limits_processes or uid_is_its_own else limits.processes + 1
        self._memory = group or MemoryWatch(self.zygote.pid, limits.memory_bytes, processes)
        self._disk = DiskWatch(self.zygote.pid, scratch, limits)

    def out_of_memory(self) -> bool:
        return self._memory.out_of_memory()

    def disk_full(self) -> bool:
        return self._disk.disk_full()

    def last_words(self) -> str:
        return self.zygote.last_words()

    def pid(self) -> int:
        return self.zygote.pid

    def described(self) -> None:
        return None

    def destroy(self) -> None:
        self.zygote.destroy()
        # What could not be ended keeps its note, for the next start.
        if self._session is None or self._session.end():
            self._folder.remove()
        self._memory.remove()
        self._disk.remove()


def sources(folder: Path) -> str:
    """Our own sources for the inside, copied so that nothing beside them is within reach; to be put on the path."""
    shutil.copytree(
        Path(__file__).parent / "inside",
        folder / "code/mlpilot/sandbox/inside",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for package in ("mlpilot", "mlpilot/sandbox"):
        (folder / "code" / package / "__init__.py").touch()
    for path in (folder / "code").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return str(folder / "code")


def inside(source: Path) -> str:
    """Where code finds a mount, which stays in its place: nothing can be mounted."""
    return str(source.resolve())
