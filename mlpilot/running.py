"""`run` and `resume` from the command line: what is said before, meanwhile and at the end."""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mlpilot.agent.data.files import checked_path
from mlpilot.agent.models.address import is_loopback
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.failures import BAD_ANSWER, DONE, INTERRUPTED
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import answer_json, clean, note
from mlpilot.values import DEFAULT_BUDGET

if TYPE_CHECKING:
    from mlpilot.agent.brains.protocol import Idea
    from mlpilot.agent.events import Event, Listener
    from mlpilot.agent.result import Result
    from mlpilot.render import View

    Approve = Callable[[Idea], bool] | None
    """Asks whether an Idea may be tried."""


def budget(asked: float | None, max_experiments: int | None) -> float | None:
    """Seconds for the whole command; a number of experiments alone sets no limit in time."""
    return DEFAULT_BUDGET if asked is None and max_experiments is None else asked


def check(options: RunOptions, tables: Iterable[str]) -> list[str]:
    """Refuse what contradicts itself, and files that are not there, before anything is done.

    Returns what has no effect yet, a line each. Whether a model can be asked is found out after this.
    """
    if options.privacy == "local" and options.base_url and not is_loopback(options.base_url):
        raise UserError(f"--privacy local allows no endpoint beyond this machine, and {options.base_url} is one")
    if options.offline and options.base_url and not is_loopback(options.base_url):
        raise UserError(f"--offline allows no endpoint beyond this machine, and {options.base_url} is one")
    for table in tables:
        checked_path(table)
    if options.baseline is not None and not Path(options.baseline).is_file():
        raise UserError(f"--baseline {options.baseline}: there is no such file; name a Solution's Python file")
    idle = []
    if options.workers > 1:
        idle.append(f"--workers {options.workers} has no effect yet: experiments run one at a time")
    return idle


def run(spec: TaskSpec, options: RunOptions, *, as_json: bool, began: float) -> int:
    """`mlpilot run`; `began` is when the command did, by `time.monotonic`."""
    idle = check(options, [table for table in (spec.data, spec.test) if table is not None])
    if options.approve and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError("--approve asks before each idea, and there is no terminal to ask at")
    began += _prepared(options.sandbox)

    def pursue(view: "View", approve: "Approve") -> "Result":
        from mlpilot.agent.pursue import run as start

        warn(view, idle)
        return start(spec, options, view, approve=approve, started=began)

    return _watched(pursue, as_json=as_json, approve=options.approve)


def _prepared(sandbox: str) -> float:
    """See to it that the sandbox holds what mlpilot.toml asks for; seconds that this took, which no budget pays for."""
    from mlpilot.packages import offer

    before = time.monotonic()
    offer(sandbox)
    return time.monotonic() - before


def warn(listener: "Listener", lines: Iterable[str]) -> None:
    """Say what the person should know before it begins."""
    from mlpilot.agent.events import Warned

    for line in lines:
        listener(Warned(line))


def resume(name: str | None, *, as_json: bool, began: float) -> int:
    """`mlpilot resume`; `began` as in `run`."""

    def pursue(view: "View", approve: "Approve") -> "Result":
        from mlpilot.agent.pursue import resume as go_on

        return go_on(name, with_past(view), approve=approve, started=began)

    return _watched(pursue, as_json=as_json, approve=sys.stdin.isatty() and sys.stderr.isatty())


def _watched(pursue: Callable[["View", "Approve"], "Result"], *, as_json: bool, approve: bool) -> int:
    from mlpilot import render

    with render.for_terminal() as view:
        from mlpilot.agent.pursue import Interrupted

        try:
            result = pursue(view, _asker(view) if approve else None)
        except Interrupted as stop:
            return _interrupted(view, stop.run, as_json)
    if as_json:
        answer_json(result.to_json())
    else:
        from mlpilot.history import print_end

        print_end(result)
    return DONE if result.best is not None else BAD_ANSWER


def _interrupted(view: "View", run: str, as_json: bool) -> int:
    view.pause()
    note(f"mlpilot: interrupted; `mlpilot resume {run}` goes on")
    if as_json:
        from mlpilot.history import stored

        answer_json(stored(run).to_json())
    return INTERRUPTED


def with_past(view: "View") -> "Listener":
    """The view, which is shown the board as it was, once it knows whose board it is."""
    from mlpilot.agent import events
    from mlpilot.history import stored

    run = ""

    def listen(event: "Event") -> None:
        nonlocal run
        view(event)
        if isinstance(event, events.RunStarted):
            run = event.run
        elif isinstance(event, events.Ready):
            view.replay(stored(run).record)

    return listen


def _asker(view: "View") -> Callable[["Idea"], bool]:
    """Asks at the terminal whether an Idea may be tried; Enter means yes."""

    def ask(idea: "Idea") -> bool:
        view.pause()
        try:
            note(f"\n {clean(idea.name)}\n   {clean(idea.why)}")
            while True:
                print("   try it? [Y/n] ", end="", file=sys.stderr, flush=True)
                reply = sys.stdin.readline()
                if not reply:
                    return False
                if reply.strip().lower() in ("", "y", "yes"):
                    return True
                if reply.strip().lower() in ("n", "no"):
                    return False
        finally:
            view.resume()

    return ask
