"""Merge our tasks into a workspace's `tasks.json`: what is not ours stays as it is, comments and layout included."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mlpilot.sandbox.errors import UserError
from mlpilot.vscode import jsonc
from mlpilot.vscode.tasks import INPUTS, TASKS, Json

_LARGEST = 4 * 2**20
_NEW = '{\n    "version": "2.0.0",\n    "tasks": [],\n    "inputs": []\n}\n'


def merged(text: str) -> str:
    """`text` of a tasks.json with our tasks and inputs in it, each once; the same again if they are.

    Raises `UserError` where it cannot be understood: nothing of a person's is thrown away.
    """
    text = text if text.strip("\ufeff \t\r\n") else _NEW
    root = _read(text)
    if not isinstance(root.value, dict):
        raise UserError("tasks.json does not hold an object; correct it, or move it away")
    if root.value.get("version", "2.0.0") != "2.0.0":
        raise UserError(
            f"tasks.json is of version {root.value['version']!r}, and 2.0.0 is needed; migrate it in VS Code"
        )
    if "version" not in root.members:
        text = jsonc.with_member(text, root, "version", "2.0.0")
    text = _merge(text, "tasks", "label", TASKS)
    return _merge(text, "inputs", "id", INPUTS)


def merge_into(folder: Path) -> tuple[Path, bool]:
    """Write `folder/.vscode/tasks.json`; its path, and whether it changed. Raises `UserError`."""
    path = folder / ".vscode" / "tasks.json"
    try:
        # A link stays a link: what it points to is written.
        path = path.resolve() if path.is_symlink() else path
        before = _text(path)
        after = merged(before)
        if after == before:
            return path, False
        path.parent.mkdir(exist_ok=True)
        _write(path, after)
    except OSError as error:
        raise UserError(f"{error.filename or path}: {error.strerror}; nothing was changed") from error
    return path, True


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    if not path.is_file() or path.stat().st_size > _LARGEST:
        raise UserError(f"{path} is not a file of tasks; move it away")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a file beside it takes its place, with its mode."""
    handle, name = tempfile.mkstemp(prefix=".tasks-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _read(text: str) -> jsonc.Node:
    try:
        return jsonc.read(text)
    except jsonc.Malformed as error:
        raise UserError(f"tasks.json cannot be understood: {error}; correct it, nothing was changed") from None


def _merge(text: str, name: str, key: str, ours: Iterable[Json]) -> str:
    """Have each of `ours` once in the array `name`, known by its `key`: what is there is replaced where it differs."""
    if name not in _read(text).members:
        text = jsonc.with_member(text, _read(text), name, [])
    for one in ours:
        array = _read(text).members[name]
        if not isinstance(array.value, list):
            raise UserError(f"{name} in tasks.json is not a list; correct it, nothing was changed")
        there = next(
            (item for item in array.items if isinstance(item.value, dict) and item.value.get(key) == one[key]), None
        )
        if there is None:
            text = jsonc.with_item(text, array, one)
        elif there.value != one:
            text = jsonc.replaced(text, there, one)
    return text
