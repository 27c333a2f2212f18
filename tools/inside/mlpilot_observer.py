"""Runs a person's script inside a Session, and notes what the frameworks themselves say of it.

The script runs as `python script.py` would run it: its names are those of `__main__`, `sys.argv` holds its own name
and no more, and no value is echoed. Noted are warnings that mean something for a model, with the script's own line and
the estimator they came from, how many rows the estimators that are watched were fitted on, and, as a buffer of their
own, the facts of trainings in PyTorch and Keras; and, where it ends with an exception, what was in memory there. The
notes go out as JSON, however the script ends.
"""

import contextlib
import functools
import importlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import mlpilot_state
import mlpilot_watching

TOLD = ("ConvergenceWarning", "UndefinedMetricWarning", "DataConversionWarning")
_MOST = 100
_CHARACTERS = 500

Notes = dict[str, list[dict[str, Any]]]


def warm_up(*names: str) -> None:
    """Import what the script will, once, before the forks; what is not there is the script's to complain about."""
    for name in names:
        with contextlib.suppress(Exception), _a_place_to_write():
            importlib.import_module(name)
            if name == "torch":
                _warm_up_torch()


@contextlib.contextmanager
def _a_place_to_write() -> Iterator[None]:
    """TensorFlow asks, while it is imported, which folder is for files that pass, and before the forks there is none:
    it is told of one, and writes nothing there. Every fork finds its own again."""
    known = tempfile.tempdir
    tempfile.tempdir = "/"
    try:
        yield
    finally:
        tempfile.tempdir = known


def _warm_up_torch() -> None:
    """What PyTorch imports with its first optimiser, half a second of work; it asks for a folder to write to, and there
    is none before the forks, so that it is told of one that is there. Every fork finds its own again."""
    if "TORCHINDUCTOR_CACHE_DIR" in os.environ:
        return
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = "/"
    try:
        importlib.import_module("torch._dynamo")
    finally:
        del os.environ["TORCHINDUCTOR_CACHE_DIR"]


def work(buffers: Sequence[Any], send: Callable[[str, Any], None], names: dict[str, Any]) -> None:
    """Run the script of the first buffer (JSON: `name`, `source`, `watched`, `probe`) with these names, those of
    `__main__`. `probe` is null, or says which frameworks a probe watches, and by how much seeds are moved."""
    job = json.loads(bytes(buffers[0]))
    path = Path.cwd() / job["name"]
    path.write_text(job["source"], encoding="utf-8")
    _as_new(path)
    names.update(__file__=str(path), __name__="__main__")
    notes: Notes = {"warnings": [], "fits": []}
    watching = mlpilot_watching.Watching(str(path))
    watching.start()
    probe = _probe(job["probe"])
    ended, state = False, b""
    try:
        with _watching(job["watched"], str(path), notes), _listening(str(path), notes):
            exec(compile(job["source"], str(path), "exec"), names)  # the person's own script, within the walls
        ended = True
    except Exception as error:
        with contextlib.suppress(Exception):  # the script's own end is what counts; nothing is known then of its values
            state = mlpilot_state.told(error, str(path), job["source"])
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            told = _told(probe, names)  # before observers try things of their own
        finally:
            send("trainings", watching.as_bytes(ended))
            send("notes", json.dumps(notes).encode())
            if state:
                send("state", state)
        if told is not None:
            send("facts", told)


def _probe(asked: Any) -> Any:
    if asked is None:
        return None
    import mlpilot_probe

    return mlpilot_probe.begin(*asked["frameworks"], more=asked["seed"])


def _told(probe: Any, names: dict[str, Any]) -> bytes | None:
    if probe is None:
        return None
    import mlpilot_probe

    return json.dumps(mlpilot_probe.tell(probe, names)).encode()


def _as_new(path: Path) -> None:
    """What a fork shares with its siblings, and a process of its own would not."""
    sys.argv = [str(path.name)]
    os.environ.setdefault("MPLBACKEND", "Agg")
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


@contextlib.contextmanager
def _listening(path: str, notes: Notes) -> Iterator[None]:
    shown = warnings.showwarning

    def note(message: Any, category: type[Warning], filename: str, lineno: int, *rest: Any, **more: Any) -> None:
        kinds = [kind.__name__ for kind in category.__mro__ if kind.__name__ in TOLD]
        if kinds and len(notes["warnings"]) < _MOST:
            line, estimator = _whence(path)
            said = {"category": kinds[0], "message": str(message)[:_CHARACTERS], "line": line}
            notes["warnings"].append(said | _iterations(estimator))
        shown(message, category, filename, lineno, *rest, **more)

    warnings.showwarning = note
    try:
        yield
    finally:
        warnings.showwarning = shown


def _whence(path: str) -> tuple[int, Any]:
    """The script's innermost line on the way to here, and the innermost estimator that stops after `max_iter`."""
    frame: FrameType | None = sys._getframe(2)
    estimator = None
    while frame is not None:
        if frame.f_code.co_filename == path:
            return frame.f_lineno, estimator
        held = frame.f_locals.get("self")
        if estimator is None and hasattr(held, "get_params") and hasattr(held, "max_iter"):
            estimator = held
        frame = frame.f_back
    return 0, estimator


def _iterations(estimator: Any) -> dict[str, Any]:
    most = getattr(estimator, "max_iter", None)
    if estimator is None or not isinstance(most, int):
        return {"estimator": "", "max_iter": 0}
    return {"estimator": type(estimator).__name__, "max_iter": most}


@contextlib.contextmanager
def _watching(watched: Mapping[str, str], path: str, notes: Notes) -> Iterator[None]:
    """Note the rows that classes (name → module) are fitted on; only calls that come from the script itself count."""
    kept = []
    for name, module in watched.items():
        found = getattr(importlib.import_module(module), name)
        for method in ("fit", "fit_transform", "partial_fit"):
            if hasattr(found, method):
                own = found.__dict__.get(method)
                kept.append((found, method, own))
                setattr(found, method, _noting(getattr(found, method), name, path, notes))
    try:
        yield
    finally:
        for found, method, own in kept:
            if own is None:
                delattr(found, method)
            else:
                setattr(found, method, own)


def _noting(method: Callable[..., Any], name: str, path: str, notes: Notes) -> Callable[..., Any]:
    @functools.wraps(method)
    def noted(self: Any, X: Any, *rest: Any, **more: Any) -> Any:
        frame = sys._getframe(1)
        if frame.f_code.co_filename == path and len(notes["fits"]) < _MOST:
            shape = getattr(X, "shape", None)
            notes["fits"].append({"name": name, "line": frame.f_lineno, "rows": int(shape[0]) if shape else len(X)})
        return method(self, X, *rest, **more)

    return noted
