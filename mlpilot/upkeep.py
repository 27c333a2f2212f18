"""What a run needs besides a sandbox, tried by doing: a folder of state, room on its disk, a sound Journal, packages
that are new enough; and what a model's last answer was.

Facts for `mlpilot doctor`, which asks nobody and leaves nothing behind.
"""

import contextlib
import errno
import os
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

from mlpilot.agent import database
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.tables import calls
from mlpilot.findings import Finding
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import clean

LEAST_DISK, NO_DISK = 2 * 2**30, 64 * 2**20
"""Bytes: below the first a run may end early, below the second none begins well."""
_ROOM = 1 << 20
_LARGEST_JOURNAL = 512 * 2**20
"""Bytes; a larger one is not read through."""
_MOVE = "mv {folder}/journal.db {folder}/journal.damaged; the next run begins a new one"


def state_folder() -> Finding:
    """Where state is kept; written to, where it is there."""
    folder = home()
    try:
        there = folder.is_dir()
        nearest = folder if there else next(path for path in folder.parents if path.exists())
    except OSError as error:
        return _cannot(folder, error)
    if folder.exists() and not there:
        return Finding("state", "missing", f"{folder} is a file and no folder", _elsewhere(), blocks=True)
    if not there:
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            return Finding("state", "ok", f"{folder} (made by the first run)")
        return Finding("state", "missing", f"{folder} cannot be made", _elsewhere(), blocks=True)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        if database.is_full(error):
            return Finding("state", "ok", str(folder))  # told of the disk
        return _cannot(folder, error)
    for name in (database.FILE, "runs", "data", "talks"):
        if (folder / name).exists() and not os.access(folder / name, os.R_OK | os.W_OK):
            remedy = _rights(folder / name)
            return Finding("state", "missing", f"{folder / name} may not be read and written", remedy, blocks=True)
    return Finding("state", "ok", str(folder))


def _cannot(folder: Path, error: OSError) -> Finding:
    why = "it is on a file system that is read-only" if error.errno == errno.EROFS else str(error.strerror).lower()
    return Finding("state", "missing", f"{folder} cannot be written to: {why}", _rights(folder), blocks=True)


def _rights(path: Path) -> str:
    """What gives a person the right to read and write it."""
    try:
        mine = path.stat().st_uid == os.getuid()
    except OSError:
        mine = False
    how = f"`chmod -R u+rwX {home()}`" if mine else f"`sudo chown -R $(id -un) {home()}`"
    return f"{how}, or {_elsewhere()}"


def _elsewhere() -> str:
    return "set MLPILOT_HOME to a folder that can be written to"


def disk() -> Finding:
    """Room where state is kept, tried with a megabyte where there is little."""
    folder = next((path for path in (home(), *home().parents) if path.is_dir()), Path("/"))
    free = shutil.disk_usage(folder).free
    if free >= LEAST_DISK:
        return Finding("disk", "ok", f"{free / 2**30:.1f} GiB free")
    remedy = f"free some space where {folder} is, or set MLPILOT_HOME to a folder on another disk"
    said = f"{free / 2**20:.0f} MiB free"
    if free < NO_DISK or _full(folder):
        return Finding("disk", "missing", f"the disk is full: {said}", remedy, blocks=True)
    return Finding("disk", "warning", f"{said}: copies of the data, models and reports may not fit", remedy)


def _full(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return database.is_full(error)
    return False


def journal() -> list[Finding]:
    """Whether what is written down of runs can be read; nothing where there is none yet."""
    file = home() / database.FILE
    with contextlib.suppress(OSError):
        if not file.exists():
            return []
    try:
        engine = database.to_read(home())
        try:
            size = file.stat().st_size
            with engine.connect() as connection:
                asked = "PRAGMA quick_check(1)" if size <= _LARGEST_JOURNAL else "PRAGMA schema_version"
                wrong = [str(row[0]) for row in connection.exec_driver_sql(asked)]
                runs = connection.exec_driver_sql("SELECT count(*) FROM runs").scalar()
        finally:
            engine.dispose()
    except UserError as error:
        what, _, remedy = str(error).partition("; ")
        return [Finding("journal", "missing", what, remedy, blocks=True)]
    except Exception as error:  # noqa: BLE001 - a doctor tells of whatever is wrong with it, and goes on
        told = database.trouble(file, error)
        what, _, remedy = clean(told if told is not None else f"{file} cannot be read: {error}").partition("; ")
        return [Finding("journal", "missing", what, remedy or _MOVE.format(folder=home()), blocks=True)]
    if size <= _LARGEST_JOURNAL and wrong != ["ok"]:
        said = f"{file} is damaged ({clean(wrong[0].replace('*** in database main ***', ''))[:120]})"
        return [Finding("journal", "missing", said, _MOVE.format(folder=home()), blocks=True)]
    return [Finding("journal", "ok", f"{runs:,} runs, sound" if runs != 1 else "1 run, sound")]


def refused(endpoint: str) -> str:
    """Why this endpoint last gave no answer, where that was its key or the account behind it, and it has given none
    since; else nothing."""
    import sqlalchemy as sa

    query = sa.select(calls.c.status, calls.c.trouble).where(calls.c.endpoint == endpoint, calls.c.status != "sent")
    with contextlib.suppress(UserError), Journal.read(home()) as there, there.transaction() as connection:
        last = connection.execute(query.order_by(calls.c.created.desc(), calls.c.number.desc()).limit(1)).first()
        if last is not None and last.status in ("key", "quota"):
            return clean(last.trouble)
    return ""


def packages() -> list[Finding]:
    """Those that mlpilot needs and that are missing or of another version than it needs; all are named by one line."""
    from packaging.requirements import InvalidRequirement, Requirement

    wrong: list[str] = []
    for text in metadata.requires("mlpilot") or []:
        try:
            asked = Requirement(text)
        except InvalidRequirement:
            continue
        if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(asked.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{asked.name} is missing")
            continue
        if not asked.specifier.contains(version, prereleases=True):
            wrong.append(f"{asked.name} is {version}, {asked.specifier} is needed")
    if not wrong:
        return []
    return [Finding("packages", "missing", "; ".join(wrong), "`pip install --upgrade mlpilot` mends them", blocks=True)]
