"""Where no control group and no file system of its own bound a process tree: threads that watch it, and kill.

Proportional set size (`Pss` of /proc/PID/smaps_rollup) counts a page that n processes share as 1/n for each, so that
kernels forked from one zygote are not charged for its imports over and over.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from mlpilot.sandbox import disk
from mlpilot.sandbox.protocol import Limits

_EVERY_SECONDS = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")
_EXPENDABLE = 500
"""Kernels, and all that they start, have at least this `oom_score_adj`; the zygote has less."""


def tree(root: int) -> set[int]:
    """`root` and every living process below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found


def resident(pid: int) -> int:
    """Bytes of `pid` in memory, shared ones included."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    return 0


def _proportional(pid: int) -> int:
    """Bytes of `pid` in memory, shared ones divided among those who share them."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _threads(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[17])
    return 0


def _expendable(pid: int) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text()) >= _EXPENDABLE
    return False


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


class _Watch:
    """A thread that looks at the tree below `root` again and again, until it is told to stop."""

    def __init__(self, root: int, name: str) -> None:
        self._root = root
        self._kills = 0
        self._told = 0
        self._over = threading.Event()
        threading.Thread(target=self._watch, name=name, daemon=True).start()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        raise NotImplementedError

    def _news(self) -> bool:
        """Whether anything was killed since this was last asked."""
        new, self._told = self._kills > self._told, self._kills
        return new

    def remove(self) -> None:
        """Stop watching."""
        self._over.set()


class MemoryWatch(_Watch):
    """Bounds the memory of the tree below `root` to `limit` bytes, as well as sampling can.

    With `processes`, the threads of all its processes too, where the limit of a user counts what else the user runs.
    """

    def __init__(self, root: int, limit: int, processes: int | None = None) -> None:
        self._limit = limit
        self._processes = processes
        super().__init__(root, "mlpilot-memory")

    def _look(self) -> None:
        pids = tree(self._root)
        if self._processes is not None and sum(map(_threads, pids)) > self._processes:
            _kill(filter(_expendable, pids))
            return
        if sum(map(resident, pids)) <= self._limit:
            return
        sizes = {pid: _proportional(pid) for pid in pids}
        if sum(sizes.values()) > self._limit:
            self._kills += 1
            _kill([max([pid for pid in pids if _expendable(pid)] or pids, key=lambda pid: sizes[pid])])

    def out_of_memory(self) -> bool:
        """Whether a process was killed for memory since this was last asked."""
        return self._news()


class DiskWatch(_Watch):
    """Bounds what the tree below `root` has on disk in `folder`, as well as sampling can.

    Counting takes a while where there are many files. So the folder is counted when the whole file system has lost a
    good part of what is allowed, and besides at intervals that keep it a small part of the time.
    """

    _PART = 8
    _MORE = 16
    """A single file is bounded exactly, with an error that can be survived; so the watch allows a sixteenth more."""
    _PATIENCE = 20
    """So many counts in a row may be disturbed before that is held to be the intention."""

    def __init__(self, root: int, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._device = folder.stat().st_dev
        self._free = (0, 0)
        self._next = 0.0
        self._disturbed = 0
        super().__init__(root, "mlpilot-disk")

    def _look(self) -> None:
        try:
            status = os.statvfs(self._folder)
        except OSError:
            return
        free = (status.f_bavail * status.f_frsize, status.f_ffree)
        part = (self._limits.disk_bytes // self._PART, self._limits.files // self._PART)
        if time.monotonic() < self._next and all(
            before - now < step for before, now, step in zip(self._free, free, part, strict=True)
        ):
            return
        started = time.monotonic()
        over = self._over_limit()
        self._free, self._next = free, time.monotonic() + max(1.0, 10 * (time.monotonic() - started))
        if over:
            self._kills += 1
            _kill(filter(_expendable, tree(self._root)))

    def _over_limit(self) -> bool:
        found = disk.in_folder(self._folder, most_files=self._limits.files)
        hidden = disk.removed_but_open(filter(_expendable, tree(self._root)), self._device)
        self._disturbed = 0 if found.complete and hidden.complete else self._disturbed + 1
        return (
            found.bytes + hidden.bytes > self._limits.disk_bytes * (1 + 1 / self._MORE)
            or found.files > self._limits.files
            or self._disturbed > self._PATIENCE
        )

    def disk_full(self) -> bool:
        """Whether kernels were killed for what they wrote since this was last asked."""
        return self._news()
