"""Runs of a person's script, each in a Session of its own, and what was noted inside."""

import ast
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mlpilot.sandbox.protocol import CellError, CellResult, Limits, Mount, Pool, Sandbox
from mlpilot.sandbox.stopping import stopping_on_sigint
from mlpilot.tools.diagnose.dynamic import received
from mlpilot.tools.diagnose.dynamic.facts import Training
from mlpilot.tools.diagnose.dynamic.fitted import Fitted, fitted
from mlpilot.tools.mending.ended import state
from mlpilot.tools.mending.ended.state import State

OBSERVER = "/mnt/observer"
CELL = "import mlpilot_observer; mlpilot_observer.work(received_buffers(), send_buffer, globals())"
PRELOADED = ("numpy", "pandas", "sklearn", "torch", "keras", "tensorflow")
"""Imported once before the forks, where the script imports them."""
_WHOLE = ("numpy", "pandas", "sklearn")
"""Packages whose parts may be, too: none of them starts a thread."""

_NOTES_BYTES = _FACTS_BYTES = 2**17
_BUFFER_BYTES = _NOTES_BYTES + _FACTS_BYTES + state.MOST_BYTES + received.MOST_BYTES
_MOST_NOTES, _CHARACTERS = 100, 500

Facts = dict[str, float | list[str]]


@dataclass(frozen=True)
class Told:
    """A warning that a framework gave while the script ran."""

    category: str
    message: str
    line: int | None
    """The script's own."""
    estimator: str
    """Class of the estimator that stopped after `max_iter`, or ""."""
    max_iter: int


@dataclass(frozen=True)
class Fit:
    """A fit that was watched."""

    name: str
    """The estimator's class."""
    line: int
    rows: int


@dataclass(frozen=True)
class Probe:
    """What a run is asked to note besides: facts of these frameworks; seeds are moved by a number."""

    frameworks: tuple[str, ...]
    seed: int = 0


@dataclass(frozen=True)
class Ended:
    """How one run of the script ended. Frames of the script's file are called solution.py in the traceback."""

    status: str
    """A CellStatus."""
    stdout: str
    stderr: str
    error: CellError | None
    warnings: tuple[Told, ...] = ()
    fits: tuple[Fit, ...] = ()
    trainings: tuple[Training, ...] = ()
    """Trainings in PyTorch and Keras, in the order in which they began."""
    unobserved: tuple[str, ...] = ()
    """Why some facts of trainings are not known."""
    facts: Facts = field(default_factory=dict)
    """What the probe noted, where there was one."""
    state: State = field(default_factory=State)
    """What was in memory where it ended with an exception."""
    models: tuple[Fitted, ...] = ()
    """What other estimators were fitted on and asked about."""


class Runner:
    """Runs versions of one script; a context manager, for the pool behind it."""

    def __init__(
        self,
        sandbox: Sandbox,
        mounts: Sequence[Mount],
        link: str,
        script: Path,
        source: str,
        timeout: float,
        limits: Limits | None = None,
        probing: bool = False,
    ) -> None:
        """`link` is a Cell that puts the mounts where the script looks for them, or ""; `timeout` in seconds a run.

        With `probing`, what a probe needs is imported ahead, too. Raises `NoSandboxError`.
        """
        self._name, self._link, self._timeout = script.name, link, timeout
        self.source = source
        self.runs = 0
        observer = Mount(Path(__file__).parent.parent / "inside", OBSERVER)
        own = {script.stem, *(Path(mount.target).name.removesuffix(".py") for mount in mounts)}
        imports = ahead(source, own)  # a file of theirs called numpy.py hides numpy
        preload = f"import mlpilot_observer; mlpilot_observer.warm_up(*{imports!r})"
        if probing:
            preload += f"; import mlpilot_probe; mlpilot_probe.warm_up(*{imports!r})"
        self._pool: Pool = sandbox.pool(limits or Limits(), [*mounts, observer], preload=preload, path=[OBSERVER])

    def run(self, source: str, watched: Mapping[str, str] | None = None, probe: Probe | None = None) -> Ended:
        """Run a version of the script. `watched`: class of an estimator → the module that holds it.

        Raises `KeyboardInterrupt` when a person stopped it.
        """
        self.runs += 1
        asked = {"watched": dict(watched or {}), "probe": asdict(probe) if probe else None}
        job = json.dumps({"name": self._name, "source": source, **asked}).encode()
        with self._pool.session() as session:
            if self._link:
                session.run(self._link)
            with stopping_on_sigint(session) as stops:
                result = session.run(CELL, timeout=self._timeout, buffers=[job], buffer_bytes=_BUFFER_BYTES)
        if stops.asked:
            raise KeyboardInterrupt
        return self._ended(result)

    def _ended(self, result: CellResult) -> Ended:
        error = result.error
        if error is not None:
            error = replace(error, traceback=as_solution(error.traceback, self._name))
        told, fits = _notes(result.buffers.get("notes", b""))
        trainings, unobserved = received.trainings(result.buffers.get("trainings", b""))
        facts = facts_of(result.buffers.get("facts", b""))
        said = as_solution(result.stderr, self._name) if result.status == "killed" else result.stderr
        held = state.read(result.buffers.get("state", b""))
        models = fitted(result.buffers.get("trainings", b""))
        return Ended(result.status, result.stdout, said, error, told, fits, trainings, unobserved, facts, held, models)

    def close(self) -> None:
        """End the pool."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def as_solution(traceback: str, name: str) -> str:
    """The traceback with the script's frames under the name that `diagnose` looks for."""
    frame = re.compile(rf'^(\s{{0,8}}File )"?(?:[^"\n]{{0,400}}/)?{re.escape(name)}"?(?=(?:, line |:)\d)', re.MULTILINE)
    return frame.sub(r"\1solution.py", traceback)


def ahead(source: str, own: Collection[str] = ()) -> list[str]:
    """Modules to import before the forks: those of `PRELOADED` that the script imports anywhere, and parts of them.

    `own`: names that files of the script's own have. Keras is left to a script that chooses its backend.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            if node.module in _WHOLE:
                found.update(f"{node.module}.{one.name}" for one in node.names)
    names = {name if name.split(".")[0] in _WHOLE else name.split(".")[0] for name in found}
    late = {"keras", "tensorflow"} if "KERAS_BACKEND" in source else set()
    wanted = set(PRELOADED) - set(own) - late
    return sorted(name for name in names if name.split(".")[0] in wanted)


def _notes(data: bytes) -> tuple[tuple[Told, ...], tuple[Fit, ...]]:
    """What the observer sent, which the script could have sent in its place: taken only as far as it has the form."""
    try:
        notes = json.loads(data.decode()) if len(data) <= _NOTES_BYTES else {}
    except (ValueError, RecursionError):
        return (), ()
    if not isinstance(notes, dict):
        return (), ()
    told = [
        Told(
            _text(one.get("category")),
            _text(one.get("message")),
            _number(one.get("line")) or None,
            _text(one.get("estimator")),
            _number(one.get("max_iter")),
        )
        for one in _objects(notes.get("warnings"))
    ]
    fits = [
        Fit(_text(one.get("name")), _number(one.get("line")), _number(one.get("rows")))
        for one in _objects(notes.get("fits"))
    ]
    return tuple(told), tuple(fits)


def facts_of(data: bytes) -> Facts:
    """What the probe sent, which the script could have sent in its place: taken only as far as it has the form."""
    try:
        found = json.loads(data.decode()) if len(data) <= _FACTS_BYTES else {}
    except (ValueError, RecursionError):
        return {}
    facts: Facts = {}
    for name, value in list(found.items())[:1000] if isinstance(found, dict) else ():
        if type(value) is int and 0 <= value < 2**53:
            facts[name] = value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            facts[name] = value[:100]
    return facts


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)][:_MOST_NOTES] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:_CHARACTERS] if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 2**31 else 0
