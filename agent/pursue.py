"""Begin a Run, or go on with one."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from mlpilot.agent import database, history
from mlpilot.agent.brains.protocol import Idea
from mlpilot.agent.clock import Clock
from mlpilot.agent.desk import Desk, read_solution
from mlpilot.agent.events import Event, Listener, RunStarted
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.lock import hold
from mlpilot.agent.models.choosing import endpoints, endpoints_again
from mlpilot.agent.names import new_name
from mlpilot.agent.options import RunOptions
from mlpilot.agent.result import Result
from mlpilot.agent.settings import read_settings
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.errors import NoSandboxError, UserError

Approve = Callable[[Idea], bool] | None
STEPS = 1_000_000
"""More nodes than any Run visits; LangGraph wants a bound."""


class Interrupted(Exception):
    """The person stopped the Run; it is journaled, and `mlpilot resume` goes on with it."""

    def __init__(self, run: str) -> None:
        super().__init__(f"interrupted; `mlpilot resume {run}` goes on")
        self.run = run


def ignore(_: Event) -> None:
    """A listener that does not care."""


def run(
    spec: TaskSpec,
    options: RunOptions,
    listener: Listener = ignore,
    *,
    approve: Approve = None,
    started: float | None = None,
) -> Result:
    """Pursue a Task within a Budget, which runs from `started` (of `time.monotonic`), or from now.

    Raises `UserError` for what is wrong with the person's input (and then no Run is left behind), `NoSandboxError`,
    `NoModelError`, and `Interrupted` after Ctrl-C.
    """
    started = time.monotonic() if started is None else started
    spec, options = _absolute(spec, options)
    read_settings()  # what is wrong with them is said before anything is done
    asked = endpoints(options)
    if options.baseline is not None:
        read_solution(Path(options.baseline))
    with Journal.open(home()) as journal:
        name = new_name(journal.names())
        with hold(name):
            journal.start(name, spec, options)
            desk = Desk(name, journal, Clock(options.budget, 0.0, started), listener, approve, asked)
            listener(RunStarted(name, spec, options.budget, options.max_experiments, resumed=False))
            return _pursue(desk)


def resume(
    name: str | None, listener: Listener = ignore, *, approve: Approve = None, started: float | None = None
) -> Result:
    """Go on with a Run (the latest, unless named) with what is left of its Budget; a finished one is only told."""
    started = time.monotonic() if started is None else started
    with Journal.read(home()) as known:
        name = name or history.latest(known)
        row = known.run(name)
        if row.status == "finished":
            return Result(history.recall(known, name))
    with Journal.open(home()) as journal, hold(name):
        row = journal.run(name)
        asked = endpoints_again(row.options)
        journal.mark(name, status="running")
        desk = Desk(name, journal, Clock(row.options.budget, row.active, started), listener, approve, asked)
        listener(RunStarted(name, row.spec, row.options.budget, row.options.max_experiments, resumed=True))
        return _pursue(desk)


def _pursue(desk: Desk) -> Result:
    """Drive the Run to its end; on a full disk, where nothing more can be journaled, say how to go on with it."""
    try:
        return _journaled(desk)
    except OSError as error:
        if not database.is_full(error):
            raise
        where = error.filename or home()
        raise UserError(f"{where}: the disk is full; free some space, then `mlpilot resume {desk.run}`") from error


def _journaled(desk: Desk) -> Result:
    """Drive the Run to its end; whatever happens, the Journal knows where it stopped."""
    try:
        desk.open()
        _drive(desk)
    except KeyboardInterrupt:
        desk.journal.mark(desk.run, status="interrupted", active=desk.clock.active)
        raise Interrupted(desk.run) from None
    except UserError as error:
        if "task" not in desk.journal.run(desk.run).facts:
            study = desk.__dict__.get("study")  # refused before it began: nothing is left behind
            history.discard(desk.journal, desk.run, study.task.hash if study else None)
            raise
        desk.journal.mark(desk.run, status="interrupted", active=desk.clock.active)
        if isinstance(error, NoSandboxError):
            go_on = f"a run is not moved to another sandbox: mend that, then `mlpilot resume {desk.run}`"
            raise NoSandboxError(f"{error}; {go_on}") from error
        raise
    except BaseException:
        desk.journal.mark(desk.run, status="interrupted", active=desk.clock.active)
        raise
    finally:
        desk.close()
    return Result(history.recall(desk.journal, desk.run))


def _drive(desk: Desk) -> None:
    """Run the graph, from its last checkpoint where that agrees with the Journal, else from the beginning."""
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langsmith import tracing_context

    from mlpilot.agent.graph import build

    file = home() / "checkpoints.db"
    # LangGraph would send its steps to LangSmith wherever the environment says so, whatever this Run was told.
    untraced = tracing_context(enabled=False)
    with _trouble_told(file), untraced, closing(sqlite3.connect(file, check_same_thread=False)) as connection:
        saver = SqliteSaver(connection)
        graph = build(desk, saver)
        config: RunnableConfig = {"configurable": {"thread_id": desk.run}, "recursion_limit": STEPS}
        pointer = graph.get_state(config)
        entry = desk.open_entry()
        agrees = bool(pointer.next) and entry is not None and pointer.values.get("experiment") == entry.number
        if agrees:
            desk.profile()
        graph.invoke(None if agrees else {"run": desk.run}, config, durability="sync")
        saver.delete_thread(desk.run)


@contextmanager
def _trouble_told(file: Path) -> Iterator[None]:
    """What LangGraph's database cannot do is told as the Journal's own trouble is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        known = database.trouble(file, error)
        if known is None:
            raise
        raise known from error


def _absolute(spec: TaskSpec, options: RunOptions) -> tuple[TaskSpec, RunOptions]:
    """Paths as they are found from any folder, so that a Run can be resumed from one."""

    def absolute(path: str | None) -> str | None:
        return None if path is None else str(Path(path).expanduser().absolute())

    metric = spec.metric
    if metric is not None and ".py:" in metric:
        file, _, function = metric.rpartition(":")
        metric = f"{absolute(file)}:{function}"
    spec = replace(spec, data=str(absolute(spec.data)), test=absolute(spec.test), metric=metric)
    return spec, replace(options, baseline=absolute(options.baseline))
