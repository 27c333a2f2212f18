"""One file to its Diagnoses, and many files by two processes, so that none can take the others down."""

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path

from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.diagnose.static.notebook import Notebook, NotebookError, read_notebook
from mlpilot.tools.diagnose.static.report import SYNTAX, check_source, unreadable
from mlpilot.tools.diagnose.static.source import UnreadableError, text_of_file

SECONDS, MEMORY, DEPTH = 20.0, 2 * 2**30, 12_000
"""What one file may take: wall time, bytes of address space beyond what the process began with, depth of calls."""


def check_file(path: Path) -> list[Diagnosis]:
    """Everything that is found in a script or a notebook."""
    shown = str(path)
    try:
        text = text_of_file(path)
        if path.suffix != ".ipynb":
            return check_source(text, shown)
        return _of_notebook(read_notebook(text), shown)
    except (UnreadableError, NotebookError) as error:
        return [unreadable(shown, str(error))]
    except RecursionError:
        return [unreadable(shown, "it is nested too deeply to be read")]
    except (MemoryError, SystemError):  # the latter is what CPython's parser raises now and then without memory
        return [unreadable(shown, "it takes too much memory")]


def _of_notebook(notebook: Notebook, path: str) -> list[Diagnosis]:
    return [*broken_cells(notebook, path), *(notebook.placed(one) for one in check_source(notebook.text, path))]


def broken_cells(notebook: Notebook, path: str) -> list[Diagnosis]:
    """A finding for each cell that does not parse."""
    return [
        Diagnosis(
            "does-not-parse",
            f"does not parse: {' '.join(why.split())[:200]} (cell {where.cell}, line {where.line})",
            line=where.file_line,
            column=where.file_column,
            remedy="mend the syntax",
            path=path,
            severity="error",
            code=SYNTAX,
        )
        for where, why in notebook.broken
    ]


def check_files(paths: Sequence[Path], done: Callable[[int], None] = lambda _: None) -> Iterator[list[Diagnosis]]:
    """The Diagnoses of each file, in order. A file that kills its process, or holds it up, is a finding."""
    results: dict[int, list[Diagnosis]] = {}
    workers = [_Worker() for _ in range(min(len(paths), os.cpu_count() or 1, 2))]
    waiting = list(enumerate(paths))[::-1]
    shown = 0
    try:
        while shown < len(paths):
            for worker in workers:
                if worker.number is None and waiting:
                    worker.give(*waiting.pop())
            for worker in _ready(workers):
                number = worker.number
                assert number is not None
                results[number] = worker.take()
                done(len(results))
            while shown in results:
                yield results.pop(shown)
                shown += 1
    finally:
        for worker in workers:
            worker.stop()


def _ready(workers: list["_Worker"]) -> list["_Worker"]:
    """Workers that have an answer, are dead, or have taken too long."""
    busy = [one for one in workers if one.number is not None]
    now = time.monotonic()
    wait([one.connection for one in busy], timeout=max(min(one.until for one in busy) - now, 0.0))
    return [one for one in busy if one.connection.poll() or not one.process.is_alive() or time.monotonic() >= one.until]


class _Worker:
    """A process of ours that checks one file after another."""

    connection: Connection
    process: ForkProcess

    def __init__(self) -> None:
        self.number: int | None = None
        self.path = Path()
        self.until = 0.0
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.connection), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, number: int, path: Path) -> None:
        """Let it check a file."""
        self.number, self.path, self.until = number, path, time.monotonic() + SECONDS
        self.connection.send(path)

    def take(self) -> list[Diagnosis]:
        """What it found; it is replaced where it died or takes too long."""
        self.number = None
        try:
            if self.connection.poll():
                found: list[Diagnosis] = self.connection.recv()
                return found
        except (EOFError, OSError):
            pass  # it died with the file in its hands, which is said below
        alive = self.process.is_alive() and time.monotonic() >= self.until
        self.stop()
        self._start()
        why = f"it takes longer than {SECONDS:.0f} seconds" if alive else "Python's parser breaks down over it"
        return [unreadable(str(self.path), why)]

    def stop(self) -> None:
        """End it."""
        self.connection.close()
        self.process.kill()
        self.process.join()


def _serve(connection: Connection, others: Connection) -> None:
    others.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to answer: it ends this process
    _bound_memory()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(DEPTH)
    while True:
        try:
            path = connection.recv()
        except EOFError:
            os._exit(0)
        try:
            found = check_file(path)
        except Exception as error:  # noqa: BLE001 - a bug of ours in one file is told as that file's, and spares the others
            what = " ".join(f"{type(error).__name__}: {error}".split())[:150]
            found = [unreadable(str(path), f"this is a bug in mlpilot: {what}")]
        connection.send(found)


def _bound_memory() -> None:
    """A process forked from a large one, such as a notebook's kernel, has that one's address space already."""
    try:
        here = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:  # not Linux: the depth and the time are the bounds
        return
    limit, most = here + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
