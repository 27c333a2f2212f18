"""Files that the talk writes: shown as a difference, written whole or not at all, and taken back by `undo`.

What was there before is kept in the state folder, apart from any version control of the person's.
"""

import difflib
import secrets
from dataclasses import dataclass
from pathlib import Path

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.home import home, make_home
from mlpilot.sandbox.errors import UserError

_LARGEST = 2 * 2**20


@dataclass(frozen=True)
class Change:
    """One file, as it is and as it is to be."""

    path: Path
    before: str | None
    """None: there is no such file."""
    after: str

    @property
    def diff(self) -> str:
        """As `diff -u` writes it."""
        name = self.path.name
        old = (self.before or "").splitlines(keepends=True)
        new = self.after.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, name if self.before is not None else "/dev/null", name)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ no line end\n" for line in lines)


class Changes:
    """What was changed in this talk, the last one first to be taken back."""

    def __init__(self, folder: Path, talk: str) -> None:
        self._folder, self._kept = folder.resolve(), home() / "undo" / talk
        self._done: list[tuple[Change, Path | None]] = []

    def proposed(self, name: str, text: str) -> Change:
        """The change that writing `text` to `name` would be. Raises `UserError` where it may not be."""
        path = self._checked(name)
        before = None
        if path.exists():
            if not path.is_file() or path.stat().st_size > _LARGEST:
                raise UserError(f"{name} is not a plain file of text that could be changed")
            try:
                before = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise UserError(f"{name} is not UTF-8 text: it is left as it is") from None
        return Change(path, before, text if text.endswith("\n") else text + "\n")

    def write(self, change: Change) -> None:
        """Do it; what was there is kept first. Raises `OSError`."""
        kept = None
        if change.before is not None:
            make_home()
            self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = self._kept / f"{len(self._done):04}-{secrets.token_hex(3)}-{change.path.name}"
            write_atomically(kept, change.before)
        mode = change.path.stat().st_mode & 0o777 if change.before is not None else None
        write_atomically(change.path, change.after)
        if mode is not None:
            change.path.chmod(mode)
        self._done.append((change, kept))

    def undo(self) -> Path:
        """Take the last change back; its file. Raises `UserError` where nothing was, or it was changed since."""
        if not self._done:
            raise UserError("nothing was changed in this talk")
        change, _ = self._done[-1]
        now = change.path.read_text(encoding="utf-8", errors="replace") if change.path.is_file() else None
        if now != change.after:
            raise UserError(f"{change.path.name} was changed since; it is left as it is")
        if change.before is None:
            change.path.unlink()
        else:
            write_atomically(change.path, change.before)
        self._done.pop()
        return change.path

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
