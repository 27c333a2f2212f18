"""A control group for one sandbox: memory and processes of the whole tree are bounded, where we may make one.

Version 2 where its `memory` controller is delegated to us, version 1 as root. Source: the kernel's
`Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.
"""

import contextlib
import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mlpilot.sandbox.folder import owner, owner_in, owner_is_dead
from mlpilot.sandbox.protocol import Limits

_ROOT = Path("/sys/fs/cgroup")
_REMOVE_SECONDS = 2.0


def _parents() -> dict[str, Path]:
    """Where groups could be made: `{"": folder}` for version 2, else one folder for each controller."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    entries = [line.split(":", 2) for line in lines]
    if (_ROOT / "cgroup.controllers").exists():
        return {"": _nearest(_ROOT / entries[-1][2].lstrip("/"), _ROOT)}
    return {
        name: _ROOT / controllers / path.lstrip("/")
        for _, controllers, path in entries
        for name in controllers.split(",")
        if name in ("memory", "pids", "cpu")
    }


def _nearest(own: Path, root: Path) -> Path:
    """The nearest of `own` and the groups above it in which a group that bounds memory can be made by us.

    A group that holds processes (ours, the one that we are in) hands no controller to groups below, so that it is
    rarely our own: in a session of systemd's user manager it is a slice above, which belongs to the user.
    """
    for folder in (own, *own.parents):
        if not folder.is_relative_to(root):
            break
        with contextlib.suppress(OSError):
            hands_on = "memory" in (folder / "cgroup.subtree_control").read_text().split()
            if hands_on and all(os.access(path, os.W_OK) for path in (folder, folder / "cgroup.procs")):
                return folder
    return own


def _settings(limits: Limits) -> dict[str, dict[str, str]]:
    memory, processes = str(limits.memory_bytes), str(limits.processes)
    return {
        "": {"memory.max": memory, "memory.swap.max": "0", "pids.max": processes,
             "cpu.max": f"{int(limits.cpus * 100_000)} 100000"},
        "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
        "pids": {"pids.max": processes},
        "cpu": {"cpu.cfs_quota_us": str(int(limits.cpus * 100_000))},
    }  # fmt: skip


_OPTIONAL = {"memory.swap.max", "memory.memsw.limit_in_bytes", "cpu.max", "cpu.cfs_quota_us", "pids.max"}
_MEMORY = {"memory.max", "memory.limit_in_bytes"}


@dataclass
class Cgroup:
    """The folders of one group, one for each hierarchy."""

    folders: list[Path]
    _kills: int = 0

    @classmethod
    def make(cls, limits: Limits) -> Self | None:
        """A new group that bounds memory, or None where that cannot be had."""
        group, bounded = cls([]), False
        try:
            for controller, parent in _parents().items():
                folder = parent / f"mlpilot-{owner()}-{secrets.token_hex(4)}"
                folder.mkdir()
                group.folders.append(folder)
                for name, value in _settings(limits)[controller].items():
                    try:
                        (folder / name).write_text(value)
                    except OSError:
                        if name not in _OPTIONAL:
                            raise
                    bounded = bounded or name in _MEMORY
        except OSError:
            bounded = False
        if bounded:
            return group
        group.remove()
        return None

    @property
    def enter(self) -> list[str]:
        """What to put before a command so that it runs in the group from its first instruction."""
        script = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 71; shift; done; shift; unset PWD OLDPWD; exec "$@"'
        return ["/bin/sh", "-c", script, "sh", *(str(folder / "cgroup.procs") for folder in self.folders), "--"]

    def out_of_memory(self) -> bool:
        """Whether the kernel killed a process of the group for memory since this was last asked."""
        kills = sum(_oom_kills(folder) for folder in self.folders)
        new, self._kills = kills > self._kills, kills
        return new

    def remove(self) -> None:
        """Remove the group, once its processes are gone. Safe to call twice."""
        deadline = time.monotonic() + _REMOVE_SECONDS
        for folder in self.folders:
            _remove(folder, deadline)


def _oom_kills(folder: Path) -> int:
    for name in ("memory.events", "memory.oom_control"):
        with contextlib.suppress(OSError):
            match = re.search(r"^oom_kill (\d+)$", (folder / name).read_text(), re.MULTILINE)
            return int(match[1]) if match else 0
    return 0


def _remove(folder: Path, deadline: float) -> None:
    """Remove a group, which can be done once its last process is gone; give up at `deadline`."""
    while folder.exists():
        with contextlib.suppress(OSError):
            folder.rmdir()
            return
        if time.monotonic() > deadline:
            return
        time.sleep(0.005)


def reap_groups() -> None:
    """Remove the groups of owners that are dead."""
    for parent in set(_parents().values()):
        for folder in parent.glob("mlpilot-*"):
            if owner_is_dead(owner_in(folder.name)):
                _remove(folder, time.monotonic() + _REMOVE_SECONDS)
