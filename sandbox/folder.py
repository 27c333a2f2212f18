"""A folder of our own on the host, for sockets: short path, mode 0700, gone when its owner is.

A Unix socket's path may be 107 bytes long, so the folder lies right below the temporary folder, or below /tmp.
"""

import contextlib
import os
import re
import tempfile
from pathlib import Path

from mlpilot.sandbox.inside.janitor import empty
from mlpilot.sandbox.leftovers import end_noted

_OWNER = re.compile(r"(\d+)-(\d+)-(\d+)")
_LONGEST_PARENT = 50


def process_start(pid: int) -> int | None:
    """When process `pid` started, in clock ticks since boot; None when there is no such process.

    A pid and its start name a process for good, where a pid alone is used again.
    """
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _namespace() -> int:
    """The PID namespace that our process ids belong to."""
    return Path("/proc/self/ns/pid").stat().st_ino


def owner() -> str:
    """This process, in words that another can check later: `pid-start-namespace`."""
    return f"{os.getpid()}-{process_start(os.getpid())}-{_namespace()}"


def owner_is_dead(text: str) -> bool:
    """Whether the process that `owner()` named has ended.

    Of one in another PID namespace (a container that shares our Docker engine, say) nothing can be known, and it counts
    as alive.
    """
    match = _OWNER.fullmatch(text)
    if match is None or int(match[3]) != _namespace():
        return False
    return process_start(int(match[1])) != int(match[2])


def owner_in(name: str) -> str:
    """The owner in a name of the form `mlpilot-OWNER-rest`."""
    return "-".join(name.split("-")[1:4])


def _parent() -> Path:
    folder = Path(tempfile.gettempdir())
    return folder if len(os.fsencode(folder)) <= _LONGEST_PARENT else Path("/tmp")


class PrivateFolder:
    """A new folder that only this user can enter."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"mlpilot-{owner()}-", dir=_parent()))

    def remove(self) -> None:
        """Remove it and what is in it. Safe to call twice."""
        _remove(self.path)


def _remove(folder: Path) -> None:
    """Remove a folder, however deep and locked what generated code has left in it; what cannot go stays."""
    with contextlib.suppress(OSError):
        empty(folder)
        folder.rmdir()


def reap_folders() -> None:
    """End what the zygotes of dead owners have left running, and remove their folders."""
    for folder in _parent().glob("mlpilot-*"):
        with contextlib.suppress(FileNotFoundError):
            dead = owner_is_dead(owner_in(folder.name)) and folder.lstat().st_uid == os.getuid()
            if dead and end_noted(folder):
                _remove(folder)
