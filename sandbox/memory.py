"""Where no control group can be had: a thread that watches the memory of a process tree, and kills what exceeds it.

Proportional set size (`Pss` of /proc/PID/smaps_rollup) counts a page that n processes share as 1/n for each, so that
kernels forked from one zygote are not charged for its imports over and over.
"""

import contextlib
import os
import signal
import threading
from pathlib import Path

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


def _expendable(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text()) >= _EXPENDABLE
    return False


class MemoryWatch:
    """Bounds the memory of the tree below `root` to `limit` bytes, as well as sampling can."""

    def __init__(self, root: int, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._kills = 0
        self._told = 0
        self._counting = threading.Lock()
        """Held while one is killed: who sees it dead may ask at once."""
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="mlpilot-memory", daemon=True).start()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            pids = tree(self._root)
            if sum(map(resident, pids)) <= self._limit:
                continue
            sizes = {pid: _proportional(pid) for pid in pids}
            if sum(sizes.values()) > self._limit:
                victim = max([pid for pid in pids if _expendable(pid)] or pids, key=lambda pid: sizes[pid])
                self._kill(victim)

    def _kill(self, victim: int) -> None:
        with self._counting, contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(victim, signal.SIGKILL)
            self._kills += 1

    def out_of_memory(self) -> bool:
        """Whether a process was killed since this was last asked."""
        with self._counting:
            new, self._told = self._kills > self._told, self._kills
        return new

    def remove(self) -> None:
        """Stop watching."""
        self._over.set()
