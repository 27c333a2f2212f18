"""Files before anything is parsed: is it there, may it be read, is it what its name says, does it fit in memory."""

import difflib
import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from mlpilot.sandbox.errors import UserError

CHUNK = 4 * 2**20
BOMB_RATIO = 100
"""Real tables shrink to a third or a tenth; a file that grows a hundredfold was made to exhaust memory."""
BOMB_FLOOR = 256 * 2**20

MAGIC: dict[bytes, str] = {
    b"\x80\x02": "a pickle, which could run code",
    b"\x80\x03": "a pickle, which could run code",
    b"\x80\x04": "a pickle, which could run code",
    b"\x80\x05": "a pickle, which could run code",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file (name it .parquet)",
    b"PK\x03\x04": "a zip archive or an Excel workbook (name a workbook .xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (name it .xls)",
    b"\x1f\x8b": "compressed by gzip (let its name end in .gz)",
    b"BZh": "compressed by bzip2; decompress it first",
    b"\xfd7zXZ": "compressed by xz; decompress it first",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard; decompress it first",
    b"ARROW1": "an Arrow file; save it as Parquet",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"\x7fELF": "a program",
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
}


def checked_path(path: str | Path) -> Path:
    """The path of a regular file that may be read. Raises `UserError`: not there, a folder, a device, not readable."""
    if not str(path):
        raise UserError("no file name is given; name the file with the table in it")
    if str(path) == "-":
        raise UserError("tables are not read from standard input; name a file")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise UserError(f"{path}: addresses are not read; download the table, and name the file")
    given = Path(path)
    try:
        given = given.expanduser()
        mode = given.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{given}: no such file{_near(given)}") from None
    except PermissionError:
        raise UserError(f"{given}: you may not read it; change its permissions") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{str(given)[:80]!r} cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(mode):
        raise UserError(f"{given} is a folder; give the file with the table in it")
    if not stat.S_ISREG(mode):
        raise UserError(f"{given} is not a regular file; save the table to a file first")
    if not os.access(given, os.R_OK):
        raise UserError(f"{given}: you may not read it; change its permissions")
    if given.stat().st_size == 0:
        raise UserError(f"{given} is empty")
    return given


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed where its name ends in .gz."""
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


def is_gzip(path: Path) -> bool:
    """Whether the name says that the file is compressed."""
    return path.suffix.lower() == ".gz"


def read_whole(path: Path) -> io.BytesIO:
    """All bytes of a file, decompressed, for parsers that need to seek. Raises `UserError` if they are too many."""
    content = io.BytesIO()
    with open_bytes(path) as stream:
        for chunk in chunks(path, stream):
            content.write(chunk)
    content.seek(0)
    return content


def chunks(path: Path, stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces of 4 MiB, with its size watched. Raises `UserError`: too large, a bomb, broken gzip."""
    packed, size, limit = path.stat().st_size, 0, memory() // 2
    while True:
        try:
            chunk = stream.read(CHUNK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(f"{path} is not a whole gzip file ({error}); compress it again") from None
        if not chunk:
            return
        size += len(chunk)
        if is_gzip(path) and size > BOMB_FLOOR and size > BOMB_RATIO * packed:
            raise UserError(f"{path} grows more than {BOMB_RATIO}-fold when decompressed; decompress it yourself first")
        if size > limit:
            raise UserError(f"{path} holds more than {limit / 2**30:.0f} GiB, half of this machine's memory")
        yield chunk


def memory() -> int:
    """Physical memory of this machine, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def refuse_other_formats(path: Path, head: bytes) -> None:
    """Raise `UserError` where the first bytes are those of a format that is not text."""
    for magic, what in MAGIC.items():
        if head.startswith(magic) and (not magic.isascii() or b"\0" in head):  # "PAR1" may be a column's name
            raise UserError(f"{path} is not a text table: it is {what}")


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""
