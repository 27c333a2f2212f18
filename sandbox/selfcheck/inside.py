"""What a sandbox tells of itself, read strictly: nothing of it is used that has not the expected shape and size."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 2**20
_TEXT, _ITEMS = 65_536, 4_096
"""Characters of one text, entries of one list or mapping."""

Shape = Any
"""`str`, `int`, `[shape]` for a list, `{str: shape}` for a mapping, `{"key": shape, …}` for exactly these keys."""

_SHAPE: Mapping[str, Shape] = {
    "status": {str: str},
    "users": [int],
    "groups": [int],
    "interfaces": [str],
    "routes": [str],
    "sockets": [str],
    "mounts": [[str]],
    "environment": {str: str},
    "child_environment": str,
    "initial_environment": str,
    "descriptors": {str: str},
    "hostname": str,
    "seen": [int],
    "signalled": [int],
    "rlimits": {str: [int]},
    "terminal": int,
    "leads_group": int,
    "umask": int,
    "writable": [str],
    "stamps": [int],
    "files": {str: str},
    "attempts": {str: str},
    "calls": {str: str},
    "folder": str,
}


@dataclass(frozen=True)
class Inside:
    """The effective state, as code inside sees it. Outcomes are the name of an errno, or `allowed`."""

    status: Mapping[str, str]
    """/proc/self/status."""
    users: Sequence[int]
    """Real, effective and saved user, then group."""
    groups: Sequence[int]
    interfaces: Sequence[str]
    routes: Sequence[str]
    """Beyond loopback's own."""
    sockets: Sequence[str]
    """`family/type` of all sockets that could be made."""
    mounts: Sequence[Sequence[str]]
    """Target, options, file system, options of the file system, and what of it is mounted."""
    environment: Mapping[str, str]
    child_environment: str
    initial_environment: str
    descriptors: Mapping[str, str]
    hostname: str
    seen: Sequence[int]
    """Processes whose /proc entry could be read."""
    signalled: Sequence[int]
    rlimits: Mapping[str, Sequence[int]]
    terminal: int
    leads_group: int
    umask: int
    writable: Sequence[str]
    """Folders in which a file could be made; the scratch folder and /dev/shm are not tried."""
    stamps: Sequence[int]
    """Whether the time and the mode of a file could be set."""
    files: Mapping[str, str]
    attempts: Mapping[str, str]
    calls: Mapping[str, str]
    folder: str


def read(data: bytes) -> Inside:
    """What the sandbox sent, as an `Inside`. Raises `ValueError` for anything else."""
    if len(data) > MOST_BYTES:
        raise ValueError("it is too long")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {type(error).__name__}") from None
    _check(_SHAPE, value, "it")
    found = Inside(**value)
    if len(found.users) != 6 or len(found.stamps) != 2 or any(len(mount) != 5 for mount in found.mounts):
        raise ValueError("a list in it has not its length")
    if any(len(pair) != 2 for pair in found.rlimits.values()):
        raise ValueError("a limit in it is not a pair")
    return found


def _check(shape: Shape, value: object, where: str) -> None:
    """Raise `ValueError` unless `value` has this shape."""
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) > _ITEMS:
            raise ValueError(f"{where} is no list of at most {_ITEMS}")
        for item in value:
            _check(shape[0], item, where)
    elif isinstance(shape, Mapping):
        if not isinstance(value, dict) or len(value) > _ITEMS:
            raise ValueError(f"{where} is no object of at most {_ITEMS}")
        _check_entries(shape, value, where)
    elif type(value) is not shape or (isinstance(value, str) and len(value) > _TEXT):
        raise ValueError(f"{where} is no {shape.__name__}, or too long")


def _check_entries(shape: Mapping[Any, Shape], value: dict[str, object], where: str) -> None:
    if str in shape:
        for key, item in value.items():
            _check(str, key, where)
            _check(shape[str], item, where)
        return
    if value.keys() != shape.keys():
        raise ValueError(f"{where} has other keys than it should")
    for key, item in value.items():
        _check(shape[key], item, key)
