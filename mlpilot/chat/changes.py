"""Files that the talk writes: shown as a difference, written whole or not at all, and taken back by `undo`.

What was there before is kept in the state folder, apart from any version control of the person's, with a ledger of
what was written: a talk that ended, or was killed, can be taken up again and undo what it did.
"""

import difflib
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.home import home, make_home
from mlpilot.agent.talk.lines import append_line, read_lines
from mlpilot.sandbox.errors import UserError

_LARGEST = 2 * 2**20
_LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class Change:
    """One file, as it is and as it is to be."""

    path: Path
    before: str | None
    """None: there is no such file. Line ends are as in the file."""
    after: str

    @property
    def diff(self) -> str:
        """As `diff -u` writes it."""
        name = self.path.name
        old = (self.before or "").splitlines(keepends=True)
        new = self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, name if self.before is not None else "/dev/null", name)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ no line end\n" for line in lines)


@dataclass(frozen=True)
class _Written:
    """A line of the ledger: a file that was about to be written."""

    id: str
    path: str
    before: str | None
    """SHA-256 of what was there; None: nothing."""
    kept: str | None
    """The copy of it, beside the ledger."""
    after: str
    """SHA-256 of what was to be there."""
    mode: int | None


class Changes:
    """What was changed in one talk, whenever that was, the last one first to be taken back."""

    def __init__(self, folder: Path, talk: str) -> None:
        self._folder, self._kept = folder.resolve(), home() / "undo" / talk

    def proposed(self, name: str, text: str) -> Change:
        """The change that writing `text` to `name` would be; the file's line ends stay as they are. Raises `UserError`
        where it may not be."""
        path = self._checked(name)
        before = None
        if path.exists():
            if not path.is_file() or path.stat().st_size > _LARGEST:
                raise UserError(f"{name} is not a plain file of text that could be changed")
            try:
                before = path.read_bytes().decode()
            except UnicodeDecodeError:
                raise UserError(f"{name} is not UTF-8 text: it is left as it is") from None
            except OSError as error:
                raise UserError(f"{name} cannot be read: {error.strerror}") from None
        after = text if text.endswith("\n") else text + "\n"
        if before is not None and "\r\n" in before and "\n" not in before.replace("\r\n", ""):
            after = after.replace("\r\n", "\n").replace("\n", "\r\n")
        return Change(path, before, after)

    def write(self, change: Change) -> None:
        """Do it; what was there is kept first. Raises `UserError` where the file is not as it was shown, or cannot be
        written."""
        path = change.path.parent.resolve() / change.path.name
        before = None if change.before is None else change.before.encode()
        if _content(path) != before:
            raise UserError(f"{path.name} was changed since it was shown; it is left as it is")
        mode = path.stat().st_mode & 0o777 if before is not None else None
        try:
            make_home()
            self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            id_ = secrets.token_hex(6)
            kept = None if before is None else f"{id_}-{path.name}"
            if kept is not None and before is not None:
                write_atomically(self._kept / kept, before)
            told = _Written(id_, str(path), _digest(before), kept, str(_digest(change.after.encode())), mode)
            append_line(self._kept / _LEDGER, asdict(told))
            _put(path, change.after.encode(), mode)
        except OSError as error:
            raise UserError(f"{path.name} could not be written: {error.strerror}; it is as it was") from error

    def undo(self) -> Path:
        """Take the last change back; its file. Raises `UserError` where none is left, or the file was changed since."""
        last = next(iter([*self._standing()][::-1]), None)
        if last is None:
            raise UserError("nothing that this talk changed is left to be taken back")
        path = Path(last.path)
        if path.parent.resolve() != path.parent or path.is_symlink():
            raise UserError(f"{path.name} lies behind a link now: it is left as it is")
        now = _digest(_content(path))
        if now not in (last.before, last.after):
            raise UserError(f"{path.name} was changed since; it is left as it is")
        try:
            if now != last.before:
                self._take_back(last, path)
            append_line(self._kept / _LEDGER, {"undone": last.id})
        except OSError as error:
            raise UserError(f"{path.name} could not be put back: {error.strerror}") from error
        return path

    def _take_back(self, last: _Written, path: Path) -> None:
        if last.kept is None:
            path.unlink()
            return
        before = _content(self._kept / Path(last.kept).name)
        if before is None or _digest(before) != last.before:
            raise UserError(f"what {path.name} was before is not kept any more; it is left as it is")
        _put(path, before, last.mode)

    def _standing(self) -> Iterator[_Written]:
        """What was written and not taken back, in order."""
        written: dict[str, _Written] = {}
        for line in read_lines(self._kept / _LEDGER):
            if "undone" in line:
                written.pop(str(line["undone"]), None)
            elif (one := _read(line)) is not None:
                written[one.id] = one
        yield from written.values()

    def _checked(self, name: str) -> Path:
        """Where a file of that name lies: below the folder, not hidden, and no link on the way."""
        path = Path(name)
        if not name or path.is_absolute() or any(part.startswith(".") for part in path.parts) or not name.isprintable():
            raise UserError(f"{name!r} may not be written: only plain files below this folder may")
        target = self._folder / path
        if target.parent.resolve() != target.parent or target.is_symlink():
            raise UserError(f"{name!r} lies behind a link: it is not written")
        if not target.parent.is_dir():
            raise UserError(f"{name!r}: there is no such folder; make it first")
        return target


def _read(line: dict[str, Any]) -> _Written | None:
    try:
        return _Written(**line)
    except TypeError:  # of another version of ours
        return None


def _content(path: Path) -> bytes | None:
    """What is there now; None where there is no plain file."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}") from None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()


def _put(path: Path, data: bytes, mode: int | None) -> None:
    write_atomically(path, data)
    if mode is not None:
        path.chmod(mode)
