"""One process at a time pursues a Run: a lock on a file, let go by the system however the process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from mlpilot.agent.database import AWAY, is_full
from mlpilot.agent.home import make_home, run_folder
from mlpilot.sandbox.errors import UserError


@contextmanager
def hold(run: str) -> Iterator[None]:
    """Hold a Run. Raises `UserError` where another process does."""
    folder = run_folder(run)
    try:
        make_home()
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        if is_full(error):
            raise
        raise UserError(f"cannot write to {folder}: {error.strerror}; {AWAY}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(f"{run} is being pursued by another process") from error
        yield


def is_held(run: str) -> bool:
    """Whether a process holds a Run."""
    path = run_folder(run) / "lock"
    if not path.is_file():
        return False
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
