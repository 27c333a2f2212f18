"""The same from Python: keyword names equal the command line's options."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from mlpilot import running, values
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec, TaskType
from mlpilot.arguments import NO_WALLS, SANDBOXES
from mlpilot.parser import nearest
from mlpilot.sandbox.errors import UserError
from mlpilot.streams import note

if TYPE_CHECKING:
    import pandas as pd

    from mlpilot.agent.brains.protocol import Idea
    from mlpilot.agent.result import Result
    from mlpilot.agent.scoring import ScoreOutcome

    Table = str | PathLike[str] | pd.DataFrame


@contextmanager
def luck_left_alone() -> Iterator[None]:
    """Libraries draw names of their own from `random`; what a person's notebook draws next does not hang on it."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


@luck_left_alone()
def run(
    data: "Table",
    target: str,
    *,
    task: str | None = None,
    metric: str | None = None,
    test: "Table | None" = None,
    group: str | None = None,
    time: str | None = None,
    drop: str | Iterable[str] = (),
    goal: str = "",
    seed: int = 0,
    budget: str | float | None = None,
    max_experiments: int | None = None,
    baseline: str | PathLike[str] | None = None,
    brain: str = "auto",
    sandbox: str = "auto",
    privacy: str | None = None,
    offline: bool = False,
    model: str | None = None,
    base_url: str | None = None,
    max_tokens: int | None = None,
    max_cost: float | None = None,
    workers: int = 1,
    gpus: str | int | None = None,
    approve: "Callable[[Idea], bool] | None" = None,
) -> "Result":
    """Find the best model for a table that the budget allows, and a score for it that can be believed.

    `data` and `test` are paths of tables, or DataFrames (their index is left out, and a copy is kept in the state
    folder, for `resume`). `budget` is `"90s"`, `"10m"`, `"1h30m"`, or seconds; without it and without
    `max_experiments` it is five minutes. `approve` is asked before each Idea is tried. The other options mean what
    they mean on the command line.

    Raises `UserError` and its kin, and `Interrupted` after Ctrl-C: `mlpilot.resume()` then goes on.
    """
    from mlpilot import render
    from mlpilot.agent.pursue import run as pursue

    if model is not None and not isinstance(model, str):
        raise UserError(f"model must be a name, not {type(model).__name__}")
    limit = None if max_experiments is None else values.whole(max_experiments, 1)
    options = RunOptions(
        brain=_one_of("brain", brain, ("auto", "llm", "builtin")),
        sandbox=_one_of("sandbox", sandbox, SANDBOXES),
        budget=running.budget(None if budget is None else values.seconds(budget), limit),
        max_experiments=limit,
        workers=values.whole(workers, 1),
        baseline=None if baseline is None else fspath(baseline),
        privacy=None if privacy is None else _one_of("privacy", privacy, ("full", "schema", "local")),
        offline=offline,
        model=model,
        base_url=None if base_url is None else values.url(base_url),
        max_tokens=None if max_tokens is None else values.whole(max_tokens, 1),
        max_cost=None if max_cost is None else values.money(max_cost),
        gpus=None if gpus is None else values.gpus(gpus),
        approve=approve is not None,
    )
    idle = running.check(options, [fspath(table) for table in (data, test) if isinstance(table, str | PathLike)])
    spec = _spec(data, target, task, metric, test, group, time, drop, goal, seed)
    with render.for_python() as view:
        running.warn(view, idle)
        return pursue(spec, options, view, approve=approve)


@luck_left_alone()
def resume(run: str | None = None) -> "Result":
    """Go on with a run (the latest, unless named) with what was left of its time; a finished one is only told.

    Raises as `run` does.
    """
    from mlpilot import render
    from mlpilot.agent.pursue import resume as go_on

    with render.for_python() as view:
        return go_on(run, running.with_past(view))


@luck_left_alone()
def score(
    solution: str | PathLike[str],
    data: "Table",
    target: str,
    *,
    task: str | None = None,
    metric: str | None = None,
    test: "Table | None" = None,
    group: str | None = None,
    time: str | None = None,
    drop: str | Iterable[str] = (),
    goal: str = "",
    seed: int = 0,
    sandbox: str = "auto",
    gpus: str | int | None = None,
    timeout: str | float = 120.0,
) -> "ScoreOutcome":
    """Judge one Solution file: the same split as `run` with that seed, the search rows only. Raises as `run` does."""
    from mlpilot.agent.scoring import score as judge

    spec = _spec(data, target, task, metric, test, group, time, drop, goal, seed)
    way = _one_of("sandbox", sandbox, SANDBOXES)
    if way == "none":
        note(f"note: {NO_WALLS}")
    cards = "" if gpus is None else values.gpus(gpus)
    return judge(Path(solution), spec, sandbox=way, gpus=cards, timeout=values.seconds(timeout))


def _spec(
    data: "Table",
    target: str,
    task: str | None,
    metric: str | None,
    test: "Table | None",
    group: str | None,
    time: str | None,
    drop: str | Iterable[str],
    goal: str,
    seed: int,
) -> TaskSpec:
    from mlpilot.frames import path_of

    for name, value in (("target", target), ("metric", metric), ("group", group), ("time", time)):
        if value is not None and not isinstance(value, str):
            raise UserError(f"{name} must be a name, not {type(value).__name__}")
    return TaskSpec(
        data=path_of(data, "data"),
        target=target,
        task=None if task is None else _one_of("task", task, get_args(TaskType)),
        metric=metric,
        test=None if test is None else path_of(test, "test"),
        group=group,
        time=time,
        drop=(drop,) if isinstance(drop, str) else tuple(drop),
        goal=goal,
        seed=values.whole(seed),
    )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> Any:
    if value in known:
        return value
    hint = nearest(str(value), known) or f"expected {', '.join(known[:-1])} or {known[-1]}"
    raise UserError(f"{name}={value!r} is not known here; {hint}")
