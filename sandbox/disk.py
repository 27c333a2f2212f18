"""How much generated code has on disk at this moment, with ways in mind to hide some of it.

Names, links and modes in there are a stranger's, and change while they are looked at: nothing is followed, and nothing
outside is ever counted or touched.
"""

import contextlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 512
"""Unit of `st_blocks`, whatever the file system."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class Usage:
    """What was found: at least that much is there."""

    bytes: int = 0
    files: int = 0
    """Files, folders, links and pipes."""
    complete: bool = True
    """False where folders were moved while they were counted, or a process could not be looked into."""


def in_folder(top: Path, *, most_files: int) -> Usage:
    """Count what lies in `top`, stopping soon after `most_files` entries.

    One descriptor is open at a time, so that no depth is too deep; the way back up is checked.
    """
    usage = Usage()
    try:
        current = os.open(top, _FOLDER)
    except OSError:
        return Usage(complete=False)
    try:
        line = [(_identity(current), _look(current, usage, most_files))]
        while line and usage.files <= most_files:
            if names := line[-1][1]:
                below = _enter(current, names.pop())
                if below is not None:
                    current = _swap(current, below)
                    line.append((_identity(current), _look(current, usage, most_files)))
                continue
            line.pop()
            if line:
                current = _swap(current, os.open("..", _FOLDER, dir_fd=current))
                if _identity(current) != line[-1][0]:
                    usage.complete = False
                    break
    except OSError:
        usage.complete = False
    finally:
        os.close(current)
    return usage


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _swap(old: int, new: int) -> int:
    os.close(old)
    return new


def _enter(folder: int, name: str) -> int | None:
    """Open folder `name` in `folder`, unlocking it where it is ours; None when it is gone, or no folder any more."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        try:
            return os.open(name, _FOLDER, dir_fd=folder)
        except PermissionError:
            itself = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                Path(f"/proc/self/fd/{itself}").chmod(0o700)
            finally:
                os.close(itself)
            return os.open(name, _FOLDER, dir_fd=folder)
    return None


def _look(folder: int, usage: Usage, most_files: int) -> list[str]:
    """Add the entries of `folder` to `usage`; the names of folders among them."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            usage.files += 1
            if usage.files > most_files:
                break
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                usage.bytes += status.st_blocks * _BLOCK // max(1, status.st_nlink)
                if stat.S_ISDIR(status.st_mode):
                    folders.append(entry.name)
    return folders


def removed_but_open(pids: Iterable[int], device: int) -> Usage:
    """What the processes `pids` still hold of removed files on `device`: open, or mapped into memory."""
    usage, seen = Usage(), dict[int, int]()
    for pid in pids:
        try:
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 and status.st_dev == device:
                        seen[status.st_ino] = status.st_blocks * _BLOCK
            for inode, size in _mapped(Path(f"/proc/{pid}/maps").read_text(errors="replace"), device).items():
                seen.setdefault(inode, size)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            usage.complete = False
    usage.bytes = sum(seen.values())
    return usage


def _mapped(maps: str, device: int) -> dict[int, int]:
    """Bytes mapped of each removed file on `device`, by inode, from the text of `/proc/PID/maps`."""
    sizes: dict[int, int] = {}
    for line in maps.splitlines():
        if line.endswith(" (deleted)"):
            span, _, _, numbers, inode = line.split(maxsplit=5)[:5]
            major, minor = (int(part, 16) for part in numbers.split(":"))
            if os.makedev(major, minor) == device:
                start, end = (int(part, 16) for part in span.split("-"))
                sizes[int(inode)] = sizes.get(int(inode), 0) + end - start
    return sizes
