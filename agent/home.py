"""Where state lives: `.mlpilot/` of the working folder, unless `MLPILOT_HOME` says otherwise."""

import hmac
import os
import secrets
import shutil
from pathlib import Path

from mlpilot.agent.atomic import write_atomically

KEY = "key"
"""The file that holds the key to the names of data folders."""


def home() -> Path:
    """The folder of state; it may not exist yet."""
    return Path(os.environ.get("MLPILOT_HOME") or ".mlpilot").absolute()


def make_home(folder: Path | None = None) -> Path:
    """The folder of state (or another one in its place), made if it is not there, and then for its owner alone.

    It holds copies of the data. Raises `OSError`.
    """
    folder = folder or home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def run_folder(run: str) -> Path:
    """The folder of one Run's artifacts and locks."""
    return home() / "runs" / run


def data_folder(task_hash: str) -> Path:
    """The folder of a Task's rows as the sandbox sees them; Runs of one Task share it.

    The sandbox sees its name, and a Task's hash is made from hidden labels too: so the name is that hash under a key.
    """
    return _data() / hmac.digest(_key(), task_hash.encode(), "sha256").hex()[:32]


def drop_data_folder(task_hash: str) -> None:
    """Remove a Task's rows, and with the last of them the key to their names."""
    if (_data() / KEY).is_file():
        shutil.rmtree(data_folder(task_hash), ignore_errors=True)
        if [entry.name for entry in _data().iterdir()] == [KEY]:
            shutil.rmtree(_data(), ignore_errors=True)


def _data() -> Path:
    return home() / "data"


def _key() -> bytes:
    """Random bytes that this folder of state keeps to itself."""
    path = _data() / KEY
    if not path.is_file():
        make_home()
        write_atomically(path, secrets.token_bytes(32))
    return path.read_bytes()
