"""A person's own metric, `FILE.py:FUNC`: their own code, run by the Judge in the host because they ask for it.

`FUNC(y_true, y_pred)` gets original labels or values, and probabilities (n, k) if it says that it needs them; it must
carry `FUNC.greater_is_better` (a bool) and `FUNC.needs` (`"labels"` or `"probabilities"`; in regression `"values"`).
"""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np

from mlpilot.agent.judging.losses import Array
from mlpilot.agent.task import TaskType
from mlpilot.sandbox.errors import UserError


class CustomMetric:
    """The function, checked and given original labels. Raises `UserError` in one line for all that is wrong."""

    def __init__(self, name: str, type: TaskType, classes: Sequence[Any]) -> None:
        self._name = name
        self._classes = np.asarray(classes, dtype=_label_type(classes)) if type == "classification" else None
        path, function = parts(name)
        self._function = _load(path, function)
        greater = getattr(self._function, "greater_is_better", None)
        if not isinstance(greater, bool | np.bool_):
            raise UserError(f"metric {name!r}: set {function}.greater_is_better = True or False")
        self.greater_is_better = bool(greater)
        self.needs = self._read_needs(function, type)

    def _read_needs(self, function: str, type: TaskType) -> Literal["labels", "probabilities", "values"]:
        needs = getattr(self._function, "needs", None)
        if type == "regression":
            if needs not in ("values", "labels"):
                raise UserError(f'metric {self._name!r}: set {function}.needs = "values"')
            return "values"
        if needs == "labels":
            return "labels"
        if needs == "probabilities":
            return "probabilities"
        raise UserError(f'metric {self._name!r}: set {function}.needs = "labels" or "probabilities"')

    def value(self, truth: Array, prediction: Array) -> float:
        """Raises `UserError` if the function breaks or does not return a number."""
        if self._classes is not None:
            truth = self._classes[truth]
            prediction = prediction if self.needs == "probabilities" else self._classes[prediction]
        try:
            # Copies: what the function does to its arguments must not reach the Judge's own arrays. What it prints is
            # for the person, and must not run into an answer on standard output.
            with contextlib.redirect_stdout(sys.stderr):
                return float(self._function(np.array(truth), np.array(prediction)))
        except (Exception, SystemExit) as error:  # any error of theirs, said in one line
            raise UserError(f"metric {self._name!r} broke: {_one_line(error)}") from error


def parts(name: str) -> tuple[Path, str]:
    """Path and function of `FILE.py:FUNC`."""
    path, colon, function = name.rpartition(":")
    if not colon or not path.endswith(".py") or not function.isidentifier():
        raise UserError(f"metric {name!r}: give your own function as FILE.py:FUNC")
    return Path(path), function


def read(path: Path) -> bytes:
    """The file's bytes."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"metric file {path}: {error.strerror or error}") from error


def _load(path: Path, function: str) -> Callable[[Array, Array], Any]:
    source = read(path)
    module = ModuleType(f"_mlpilot_metric_{path.stem}")
    module.__file__ = str(path)
    # Known by name only while it runs, for what looks its own module up (dataclasses do); no byte code is written.
    sys.modules[module.__name__] = module
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:  # any error of theirs, said in one line
        raise UserError(f"metric file {path} does not run: {_one_line(error)}") from error
    finally:
        del sys.modules[module.__name__]
    found = getattr(module, function, None)
    if not callable(found):
        raise UserError(f"metric file {path} defines no function {function!r}")
    return found  # type: ignore[no-any-return]


def _label_type(classes: Sequence[Any]) -> Any:
    return object if any(isinstance(label, str) for label in classes) else None


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__
