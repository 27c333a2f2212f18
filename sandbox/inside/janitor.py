"""What is left when a Session ends: processes and files, ended and removed.

Names of files and of processes are a stranger's words. Whoever reads them may never be forked from again, since freed
memory keeps them: so this runs in a process of its own, a child of the zygote that ends when it is done.
"""

import contextlib
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

SECONDS = 2.0
"""Time for the last process to end."""


def kill_all_but(keep: set[int], ancestor: int, meanwhile: Callable[[], None]) -> bool:
    """Kill every process below `ancestor` that is not in `keep`; whether none is left.

    `meanwhile` is called after each round: the dead must be collected, by whoever is their parent.
    """
    deadline = time.monotonic() + SECONDS
    while victims := descendants(ancestor) - keep:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in victims:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        meanwhile()
        if time.monotonic() > deadline:
            return False
    return True


def descendants(ancestor: int) -> set[int]:
    """Every process below `ancestor`, the dead that nobody has collected included.

    A kernel whose first thread has ended looks dead while other threads of it, and its children, are not: only what has
    left the table is gone.
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
    below: set[int] = set()
    for pid in parents:
        line: list[int] = []
        step = pid
        while step in parents and step != ancestor and step not in below and len(line) <= len(parents):
            line.append(step)
            step = parents[step]
        if step == ancestor or step in below:
            below.update(line)
    return below


def empty(folder: Path, *, keep: Iterable[Path] = ()) -> None:
    """Remove all that lies in `folder` but `keep`, and leave its own time stamps telling nothing but our visit.

    A folder found within is moved up into `folder` before its turn comes, so that no depth is too deep. Nothing may be
    at work in there any more. Raises `OSError`.
    """
    kept = set(keep)
    while entries := [entry for entry in os.scandir(folder) if Path(entry.path) not in kept]:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _lift(Path(entry.path), folder)
            else:
                Path(entry.path).unlink()
    visit = folder / f".{secrets.token_hex(8)}"
    visit.touch()
    visit.unlink()


def _lift(folder: Path, to: Path) -> None:
    """Remove `folder`, having moved the folders within it to `to`."""
    with contextlib.suppress(OSError):
        folder.rmdir()  # most are empty
        return
    folder.chmod(0o700)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            Path(entry.path).chmod(0o700)
            Path(entry.path).rename(to / secrets.token_hex(16))
        else:
            Path(entry.path).unlink()
    folder.rmdir()
