"""The SQLite file of the Journal: how it is opened, made and looked at, and what is said where that cannot be."""

import errno
import json
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from mlpilot.agent.home import make_home
from mlpilot.agent.tables import metadata
from mlpilot.sandbox.errors import UserError

FILE = "journal.db"
FIRST = frozenset({"runs", "solutions", "experiments", "attempts", "folds", "test_looks"})
"""Tables that every Journal has; later ones are added where they are missing."""
UNREAD = frozenset({"lessons"})
"""Of those that were added later, the ones that nobody asks for who only looks."""
AWAY = "set MLPILOT_HOME to a folder that you may write to"
_REMEDIES = {
    sqlite3.SQLITE_CORRUPT: "is damaged ({cause}); move it away, and the next run begins a new one",
    sqlite3.SQLITE_NOTADB: "is damaged ({cause}); move it away, and the next run begins a new one",
    sqlite3.SQLITE_READONLY: "cannot be written to; make it and its folder writable, or " + AWAY,
    sqlite3.SQLITE_PERM: "cannot be opened; make it and its folder writable, or " + AWAY,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; make it and its folder writable, or " + AWAY,
    sqlite3.SQLITE_IOERR: "cannot be read or written ({cause}); see to the disk and its free space",
    sqlite3.SQLITE_BUSY: "is in use by another process; try again when that is done",
    sqlite3.SQLITE_LOCKED: "is in use by another process; try again when that is done",
}


def to_write(home: Path) -> sa.Engine:
    """The database of a state folder, made if it is not there. Raises `UserError`, or `OSError` on a full disk."""
    try:
        make_home(home)
    except OSError as error:
        if is_full(error):
            raise
        why = "it is no folder" if isinstance(error, FileExistsError) else error.strerror
        raise UserError(f"cannot keep a journal in {home}: {why}; {AWAY}") from error
    engine = _engine(home / FILE, "mode=rwc")
    sa.event.listen(engine, "connect", _durable)
    return _checked(engine, home / FILE, make=True)


def to_read(home: Path) -> sa.Engine:
    """The database as it is, also where nothing can be written; an empty one in memory where there is none.

    So looking makes nothing, and finds nothing. Raises `UserError`.
    """
    file = home / FILE
    if home.exists() and not home.is_dir():
        raise UserError(f"{home} is no folder; {AWAY}")
    if not file.exists() or not file.stat().st_size:
        return _nothing()
    # Where its folder cannot be written to, SQLite opens a closed journal only on the word that nobody writes to it.
    closed = not os.access(home, os.W_OK) and not _log(file).exists()
    return _checked(_engine(file, "mode=ro&immutable=1" if closed else "mode=rw"), file, make=False)


def remove_unused(home: Path) -> None:
    """Take back a database that holds nothing, and the empty folders with it, unless another process has it open."""
    if _log(home / FILE).exists():  # the last one to close it takes it away
        return
    (home / FILE).unlink(missing_ok=True)
    for folder in (home / "runs", home / "data", home):
        with suppress(OSError):  # it is not there, or something else is in it
            folder.rmdir()


def trouble(file: Path, error: Exception) -> Exception | None:
    """What to raise for an error of the database that a person can mend; None where it is a bug."""
    cause = getattr(error, "orig", None) or error
    damaged = isinstance(cause, json.JSONDecodeError | sqlite3.OperationalError)
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT if damaged else sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
    remedy = _REMEDIES.get(code)
    return UserError(f"{file} {remedy.format(cause=cause)}") if remedy else None


def is_full(error: OSError) -> bool:
    """Whether it says that there is no space left."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _engine(file: Path, mode: str) -> sa.Engine:
    address = f"file:{quote(str(file))}?{mode}"
    return sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=30, check_same_thread=False),
        poolclass=sa.QueuePool,
    )


def _nothing() -> sa.Engine:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    metadata.create_all(engine)
    return engine


def _checked(engine: sa.Engine, file: Path, *, make: bool) -> sa.Engine:
    """The engine, once the tables are known to be those of this version."""
    try:
        with engine.connect() as connection:
            known = set(sa.inspect(connection).get_table_names())
            if not known and not make:
                return _nothing()
            older = known.issuperset(FIRST)
            for table in metadata.sorted_tables:
                missing = older and table.name not in known  # what can be added is not missed, nor what nobody asks for
                if known and not (missing and (make or table.name in UNREAD)):
                    connection.execute(sa.select(table).limit(0))
            if make and not known.issuperset(metadata.tables):
                _make_tables(connection)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        other = f"{file} was not written by this version of mlpilot ({error.orig}); move it away, or set MLPILOT_HOME"
        raise trouble(file, error) or UserError(other) from error
    return engine


def _make_tables(connection: sa.Connection) -> None:
    """All of them or none, also where two processes begin at once, or one is killed."""
    connection.rollback()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    metadata.create_all(connection)
    connection.commit()


def _durable(connection: Any, _: object) -> None:
    """Write-ahead log, each commit on the disk before it is reported."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _log(file: Path) -> Path:
    """The write-ahead log, which is there for as long as a process has the database open, or after a crash."""
    return Path(f"{file}-wal")
