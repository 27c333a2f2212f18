"""Files that are to be checked: which of a folder, and their text, whatever they turn out to be."""

import io
import os
import stat
import tokenize
from collections.abc import Iterator
from pathlib import Path

from mlpilot.sandbox.errors import UserError

LARGEST = {".ipynb": 64 * 2**20}
LARGEST_SCRIPT = 2 * 2**20
LONGEST_LINE = 200_000
"""Bytes of a notebook (pictures included) and of a script; characters of a line. Beyond, nobody wrote it by hand."""
SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv", "env", "virtualenv"))
_DATA = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".parquet", ".pq", ".xlsx", ".xls", ".ods", ".gz")


class UnreadableError(ValueError):
    """The file's text cannot be had; the message says why."""


def programs(paths: list[str]) -> list[Path]:
    """Every script and notebook of the files and folders that were given, once. Raises UserError."""
    found: dict[Path, None] = {}
    for text in paths:
        path = Path(text)
        if not os.path.lexists(path):
            raise UserError(f"{text}: there is no such file or folder")
        if path.is_dir():
            inside = list(_of_folder(path))
            if not inside:
                raise UserError(f"{text}: there is no Python file and no notebook in this folder")
            found.update(dict.fromkeys(inside))
        elif not path.is_file():
            raise UserError(f"{text}: it is neither a plain file nor a folder")
        else:
            refuse_data(path)
            found[path] = None
    return list(found)


def refuse_data(path: Path) -> None:
    """Raises `UserError` for a table: its first line may well parse as Python, and nothing would be found in it."""
    if path.suffix.lower() in _DATA:
        raise UserError(f"{path} holds data and no program; name a script or a notebook")


def _of_folder(root: Path) -> Iterator[Path]:
    """In order of their names; hidden folders, virtual environments and links that lead out are left alone."""
    home = root.resolve()
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_own(Path(folder, name)))
        for name in sorted(files):
            path = Path(folder, name)
            if (
                path.suffix in (".py", ".ipynb")
                and not name.startswith(".")
                and (not path.is_symlink() or path.resolve().is_relative_to(home))
            ):
                yield path


def _is_own(folder: Path) -> bool:
    hidden = folder.name.startswith(".")
    return (
        not hidden and folder.name not in SKIPPED and not folder.is_symlink() and not (folder / "pyvenv.cfg").exists()
    )


def text_of_file(path: Path) -> str:
    """The text of a script, or the raw text of a notebook. Raises UnreadableError."""
    notebook = path.suffix == ".ipynb"
    limit = LARGEST.get(path.suffix, LARGEST_SCRIPT)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableError(f"it cannot be opened ({(error.strerror or 'an error').lower()})") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise UnreadableError("it is no plain file")
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise UnreadableError(f"it is larger than {limit // 2**20} MB")
    text = _decoded(raw, notebook=notebook)
    if not notebook and any(len(line) > LONGEST_LINE for line in text.split("\n")):
        raise UnreadableError(f"it has a line of more than {LONGEST_LINE:,} characters")
    return text


def _decoded(raw: bytes, *, notebook: bool) -> str:
    if b"\x00" in raw:
        raise UnreadableError("it holds null bytes, and is no text")
    try:
        encoding = "utf-8-sig" if notebook else tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
        text = raw.decode(encoding)
    except (SyntaxError, LookupError) as error:
        raise UnreadableError(f"its encoding is not known ({' '.join(str(error).split())[:80]})") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not {error.encoding} text, from byte {error.start} on") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
