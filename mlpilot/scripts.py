"""A person's script or notebook as a program to be edited, and back to the file with all else as it was: encoding, line
ends, mode, and what a notebook holds beside code."""

import contextlib
import difflib
import io
import os
import re
import signal
import threading
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlpilot.agent.atomic import write_atomically
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.diagnose.static.notebook import NotebookError
from mlpilot.tools.mending.cells import Cells, read_cells

_BOM = b"\xef\xbb\xbf"
_MOST_BACKUPS = 1000
_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Script:
    """A script that was read."""

    path: Path
    raw: bytes
    """The whole file."""
    encoding: str
    text: str
    """Its program, with "\\n" for every line end and no byte order mark."""
    cells: Cells | None = None
    """Where the program is that of a notebook."""


def read_script(path: Path) -> Script:
    """Read a script or a notebook that `check` can read. Raises `UserError`."""
    from mlpilot.tools.diagnose.static.source import UnreadableError, refuse_data, text_of_file

    refuse_data(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist" if not os.path.lexists(path) else "is no file"
        raise UserError(f"{path} {what}; name a Python script or a notebook")
    if not path.name.isprintable():
        raise UserError(f"{str(path)!r}: a name with control characters cannot be seen inside the sandbox")
    try:
        text = text_of_file(path)
    except UnreadableError as error:
        raise UserError(f"{path} cannot be mended: {error}") from None
    raw = path.read_bytes()
    if path.suffix == ".ipynb":
        return _of_notebook(path, raw, text)
    encoding = tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    script = Script(path, raw, "utf-8" if encoding == "utf-8-sig" else encoding, text.removeprefix("\ufeff"))
    if as_bytes(script, script.text) != raw:
        raise UserError(f"{path} changed while it was read; try again")
    return script


def _of_notebook(path: Path, raw: bytes, text: str) -> Script:
    try:
        cells = read_cells(text)
    except RecursionError:
        raise UserError(f"{path} cannot be mended: it is nested too deeply to be read") from None
    except NotebookError as error:
        raise UserError(f"{path} cannot be mended: {error}") from None
    if text.encode() != raw:
        raise UserError(f"{path} cannot be mended: it is no UTF-8, as notebooks are; open it in Jupyter and save it")
    return Script(path, raw, "utf-8", cells.notebook.text, cells)


def as_bytes(script: Script, text: str) -> bytes:
    """The file with `text` in place of its own: lines that stayed keep their ends, new ones get those around them."""
    if script.cells is not None:
        return script.cells.put_back(text).encode()
    bom = _BOM if script.raw.startswith(_BOM) else b""
    written = script.raw[len(bom) :].decode(script.encoding)
    ends = [*_END.findall(written), ""]
    old, new = script.text.split("\n"), text.split("\n")
    kept: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        near = ends[min(a, len(ends) - 1)] or (ends[a - 1] if a else "") or "\n"
        kept += ends[a:b] if kind == "equal" else [near] * (d - c)
    if kept:
        kept[-1] = ""
    for at in range(len(kept) - 1):
        kept[at] = kept[at] or (ends[0] or "\n")  # what was the last line is so no more
    return bom + "".join(line + end for line, end in zip(new, kept, strict=True)).encode(script.encoding)


def write_script(script: Script, text: str) -> Path:
    """Put `text` in the file's place, whole or not at all, and keep the old file beside it; returns that backup.

    Raises `UserError` where the file is no longer the one that was read, or cannot be written.
    """
    path = script.path.resolve()  # a link stays a link
    data = as_bytes(script, text)
    try:
        mode = path.stat().st_mode & 0o7777
        if path.read_bytes() != script.raw:
            raise UserError(f"{script.path} changed meanwhile, and was left as it is; run fix again")
        with _whole():
            backup = _backup(path, script.raw, mode)
            try:
                write_atomically(path, data)
                path.chmod(mode)
            except OSError:
                backup.unlink()
                raise
    except OSError as error:
        raise UserError(f"{script.path} cannot be written: {error.strerror}; it is as it was") from error
    return backup


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """A Ctrl-C that comes while files are written comes too late: both are written, and nothing half of them.

    A mask would hold for this thread alone, and any other may be the one that the system hands the signal to.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def refuse_unwritable(script: Script) -> None:
    """Raises `UserError` where `write_script` could not write, or should not: what is read-only is so by intent."""
    path = script.path.resolve()
    if not path.stat().st_mode & 0o222:
        raise UserError(f"{script.path} is read-only; `chmod u+w` it, or leave --write out and see the edit")
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"{path.parent} cannot be written to; leave --write out and see the edit")


def _backup(path: Path, raw: bytes, mode: int) -> Path:
    """The old file under a name that nothing has: FILE.bak, FILE.bak1, ..."""
    for number in range(_MOST_BACKUPS):
        backup = path.with_name(f"{path.name}.bak{number or ''}")
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        backup.chmod(mode)
        return backup
    raise UserError(f"{path} has {_MOST_BACKUPS} backups; remove some")


def diff(script: Script, text: str) -> str:
    """The edit, as a unified diff that `patch` takes, of a notebook one for each cell; "" where nothing changes."""
    name = script.path.as_posix().lstrip("/")
    if script.cells is None:
        return _unified(name, script.text.split("\n"), text.split("\n"))
    changes = script.cells.changes(text)
    return "".join(_unified(f"{name} cell {at + 1}", [*old, ""], [*new, ""]) for at, old, new in changes)


def _unified(name: str, old: list[str], new: list[str]) -> str:
    lines = list(difflib.unified_diff(_ended(old), _ended(new), f"a/{name}", f"b/{name}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _ended(lines: list[str]) -> list[str]:
    """Lines with their ends; the last is one only where something stands on it."""
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
