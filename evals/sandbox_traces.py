"""What mlpilot leaves on a machine: processes, containers, volumes, control groups, folders, sockets, shared memory."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from mlpilot.evals.memory import OWNER, containers, tree
from mlpilot.sandbox.folder import process_start

_UNNAMED = 64
"""Length of the name that an engine gives to a volume of its own."""
Named = tuple[int, int]
"""A process for good: its id, and when it started."""


def engine() -> Any | None:
    """A client of the Docker engine, or None where none answers."""
    import docker
    import requests

    try:
        client = docker.from_env()
        client.ping()
    except (docker.errors.DockerException, requests.RequestException):
        return None
    return client


def processes(owner: int) -> set[Named]:
    """The processes below `owner` and in its containers, itself included."""
    found = {*tree(owner), *(process for box in containers(owner) for process in tree(box))}
    return {(process, start) for process in found if (start := process_start(process)) is not None}


def alive(named: Iterable[Named]) -> set[Named]:
    """Those of these processes that are still there."""
    return {(process, start) for process, start in named if process_start(process) == start}


def carrying(marker: str) -> set[int]:
    """Every process of the machine with `marker` in its command line."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if marker.encode() in entry.read_bytes():
                found.add(int(entry.parent.name))
        except OSError:  # it has ended meanwhile
            continue
    return found - {os.getpid()}


def things(owner: str, marker: str, client: Any | None) -> set[str]:
    """All that bears the name of `owner` (`PID-` or more of `sandbox.folder.owner`), but processes, and what of shared
    memory bears `marker`."""
    folders = {Path(gettempdir()), Path("/tmp")}
    found = {f"folder {path}" for folder in folders for path in folder.glob(f"mlpilot-{owner}*")}
    found |= {f"control group {path}" for path in Path("/sys/fs/cgroup").glob(f"**/mlpilot-{owner}*")}
    found |= {f"socket {line}" for line in sockets() if f"/mlpilot-{owner}" in line}
    found |= {f"shared memory {path}" for path in Path("/dev/shm").glob(f"*{marker}*")}
    if client is not None:
        ours = client.containers.list(all=True, filters={"label": OWNER}, ignore_removed=True)
        found |= {f"container {box.name}" for box in ours if box.labels[OWNER].startswith(owner)}
        kept = client.volumes.list(filters={"label": OWNER})
        found |= {f"volume {volume.name}" for volume in kept if volume.attrs["Labels"][OWNER].startswith(owner)}
    return found


def volumes(client: Any | None) -> set[str]:
    """The volumes of the engine that nobody has put a name on, as an engine makes them for a container."""
    unnamed = {"dangling": True}
    found = () if client is None else client.volumes.list(filters=unnamed)
    return {f"volume {volume.name}" for volume in found if len(volume.name) == _UNNAMED}


def sockets() -> list[str]:
    """The paths of the machine's Unix sockets."""
    lines = Path("/proc/net/unix").read_text().splitlines()[1:]
    return [words[7] for line in lines if len(words := line.split(maxsplit=7)) > 7]


def own() -> dict[str, int]:
    """How many descriptors, threads and processes this process has, and its resident bytes."""
    from mlpilot.sandbox.memory import resident

    return {
        "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "threads": sum(1 for _ in Path("/proc/self/task").iterdir()),
        "processes": len(tree(os.getpid())),
        "resident": resident(os.getpid()),
    }
