"""Attacks that run without walls keep away from whoever watches the host for attacks from inside walls.

Both are ours, and both may run at the same moment: a cheat that is shown to work without walls leaves its file in the
folder of every Unix socket of the machine, the baits of a suite next door included, where it is seen as an escape.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def watching() -> contextlib.AbstractContextManager[None]:
    """Any number may watch the host at once; none while something attacks it."""
    return _held(fcntl.LOCK_SH)


def attacking() -> contextlib.AbstractContextManager[None]:
    """Nobody watches the host meanwhile. Waits for those that do."""
    return _held(fcntl.LOCK_EX)


@contextlib.contextmanager
def _held(manner: int) -> Iterator[None]:
    path = Path(tempfile.gettempdir()) / f"mlpilot-attacks-{os.getuid()}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, manner)
        yield
    finally:
        os.close(descriptor)
