"""Whose a container or a volume is, also on an engine that several machines share; and removing what the dead left."""

import contextlib
import hashlib
import socket
from functools import cache
from pathlib import Path
from typing import Any

import docker.errors as engine_errors

from mlpilot.sandbox.folder import owner, owner_is_dead

OWNER = "mlpilot.owner"
_MACHINE = "mlpilot.machine"
_BOOT = "mlpilot.boot"


@cache
def _machine() -> str:
    """This machine, in a word that tells nobody anything else. Two that cannot be told apart are kept apart by boot."""
    try:
        name = Path("/etc/machine-id").read_text().strip()
    except OSError:
        name = socket.gethostname()
    return hashlib.sha256(f"mlpilot {name}".encode()).hexdigest()[:16]


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def labels() -> dict[str, str]:
    """The labels of all that this process makes in an engine."""
    return {OWNER: owner(), _MACHINE: _machine(), _BOOT: _boot()}


def is_left(found: dict[str, str], *, running: bool) -> bool:
    """Whether its owner was a process of this machine, and is dead; one of before this boot must have stopped too,
    since a copy of this machine would have the same name."""
    if found.get(_MACHINE) != _machine():
        return False
    if found.get(_BOOT) != _boot():
        return not running
    return owner_is_dead(found.get(OWNER, ""))


def reap(client: Any) -> None:
    """Remove the containers and the volumes of owners that are dead."""
    for container in client.containers.list(all=True, filters={"label": OWNER}, ignore_removed=True):
        if is_left(container.labels, running=container.status in ("running", "paused", "restarting")):
            with contextlib.suppress(engine_errors.APIError):
                container.remove(force=True, v=True)
    for volume in client.volumes.list(filters={"label": OWNER}):
        # The engine refuses to remove one that a container uses.
        if is_left(volume.attrs.get("Labels") or {}, running=False):
            with contextlib.suppress(engine_errors.APIError):
                volume.remove()
