"""How much memory mlpilot uses, with everything that it started and with its containers."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

PERIOD = 0.5
"""Seconds between samples."""
OWNER = "mlpilot.owner"
"""The label of mlpilot's containers: `PID-start` of the process that started them."""


class Meter:
    """Samples in the background while used as a context manager; `peak` is the largest sum seen, in bytes."""

    def __init__(self, root: int) -> None:
        self.peak = 0
        self._root = root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(PERIOD):
            self.peak = max(self.peak, used(self._root))


def used(root: int) -> int:
    """Bytes in use now: by the process tree under `root`, and by each container that `root` has started.

    Trees count by proportional set size (shared pages once), containers by that or by what their cgroup holds in
    anonymous and shared memory, whichever is more: the cgroup knows of files in tmpfs, the pages of mapped files.
    """
    total = sum(map(proportional, tree(root)))
    for container in containers(root):
        total += max(sum(map(proportional, tree(container))), held_by_cgroup(container))
    return total


def tree(root: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def proportional(process: int) -> int:
    """Proportional set size in bytes; 0 when the process has ended, or is not ours to look at."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))


def containers(owner: int) -> list[int]:
    """First process of each running container that this process has started; none when there is no engine."""
    import docker
    import requests

    try:
        engine = docker.from_env()
        found = engine.containers.list(filters={"label": OWNER}, ignore_removed=True)
        ours = [box.id for box in found if box.labels[OWNER].startswith(f"{owner}-")]
        return [process for box in ours if (process := engine.api.inspect_container(box)["State"]["Pid"])]
    except (docker.errors.DockerException, requests.RequestException):
        return []


def held_by_cgroup(process: int) -> int:
    """Anonymous and shared memory of the process's memory cgroup (version 1 or 2), in bytes; 0 when not known."""
    try:
        for line in Path(f"/proc/{process}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                folder = Path("/sys/fs/cgroup", controllers, path.lstrip("/"))
                figures = dict(row.split() for row in (folder / "memory.stat").read_text().splitlines())
                names = ("total_rss", "total_shmem") if controllers else ("anon", "shmem")
                return sum(int(figures.get(name, 0)) for name in names)
    except OSError:
        pass
    return 0
