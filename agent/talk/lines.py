"""Files of JSON Lines that survive a crash: a line is appended at once, and one that was cut is passed over."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_LONGEST_LINE = 4 * 2**20


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Add one line, for the owner's eyes alone; after a line that was cut, on a line of its own. Raises `OSError`."""
    data = json.dumps(value, ensure_ascii=False).encode(errors="replace") + b"\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            data = b"\n" + data
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(handle)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects in it, in order. Raises `OSError` where it is there and cannot be read."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield found
