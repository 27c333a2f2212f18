"""How a command ends when it does not end well: one line for the person, and a truthful exit code."""

import errno
import os
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType

from mlpilot.streams import clean, mute, note

DONE, BUG, INPUT, BAD_ANSWER, INTERRUPTED = 0, 1, 2, 3, 130

_MACHINE = {
    errno.ENOSPC: "the disk is full; free some space and go on",
    errno.EDQUOT: "your disk quota is used up; free some space and go on",
    errno.EROFS: "it cannot be written to; set MLPILOT_HOME to a folder that can",
    errno.EACCES: "permission denied; check who may read and write it",
    errno.EPERM: "permission denied; check who may read and write it",
}
"""Errors of the machine that a person can mend; every other OSError that comes this far is a bug."""


def machine_trouble(error: OSError) -> str:
    """One line for an error that the person can mend, or nothing."""
    remedy = _MACHINE.get(error.errno or 0)
    if remedy is None:
        return ""
    return f"{error.filename}: {remedy}" if error.filename else remedy


def say(error: BaseException, *, debug: bool = False) -> None:
    """The error as one line on stderr, or as a traceback when asked for; the exit code says it where nothing can."""
    try:
        if debug:
            traceback.print_exception(error)
        note(f"mlpilot: {clean(error) or type(error).__name__}")
    except OSError:
        mute("stderr")


def as_json(kind: str, message: str) -> dict[str, object]:
    """The object that `--json` prints on an error."""
    return {"status": "failed", "error": {"type": kind, "message": message}}


def bug_line(error: BaseException) -> str:
    """What is said of an error that nobody foresaw; its details are saved first."""
    what = clean(f"{type(error).__name__}: {error}")
    what = what if len(what) <= 200 else what[:199] + "…"
    details = _save(error)
    kept = f"details are in {details}" if details else "--debug shows the details"
    return f"this is a bug in mlpilot: {what}; {kept}"


def trouble_line(error: Exception) -> str:
    """What is said of an error where a talk goes on after it: what the person can mend about the machine, or a bug."""
    mendable = machine_trouble(error) if isinstance(error, OSError) else ""
    return clean(mendable) or bug_line(error)


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None, *, debug: bool) -> str:
    """Tell the person about a bug on stderr; returns the line."""
    if debug:
        traceback.print_exception(kind, error, trace)
    line = bug_line(error)
    note(f"mlpilot: {line}")
    return line


def _save(error: BaseException) -> Path | None:
    """The traceback in a file of `.mlpilot/`, or of the temporary folder; None where neither can be written."""
    from mlpilot.agent.home import home

    text = f"mlpilot {sys.argv[1:]}\n\n" + "".join(traceback.format_exception(error))
    for folder in (home(), Path(tempfile.gettempdir())):
        if not folder.is_dir():
            continue
        try:
            handle, name = tempfile.mkstemp(prefix="mlpilot-error-", suffix=".txt", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError:
            continue
        return Path(name)
    return None
