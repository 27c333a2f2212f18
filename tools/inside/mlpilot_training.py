"""What the observers of all frameworks share: curves that stay small, when to look closely, and the line of the script.

The facts go out as JSON in the shape of `tools/diagnose/dynamic/facts.py`; whoever reads them there trusts nothing.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

MOST_POINTS, MOST_SAMPLES, MOST_TRAININGS, MOST_LAYERS, MOST_EPOCHS = 200, 12, 8, 40, 200
_SHARE, _FREE_SECONDS = 0.04, 0.25
"""Of a training's time, what looking closely may take; and seconds that it may take in any case."""
_STARVED = 1e-3
"""Of the highest learning rate so far, below which hardly anything is learnt."""

CURVES = ("losses", "validation_losses", "accuracies", "validation_accuracies", "waits")


class Curve:
    """Values by step, thinned evenly so that no more than `MOST_POINTS` are held."""

    def __init__(self) -> None:
        self._points: list[tuple[int, float]] = []
        self._stride = 1
        self._count = 0

    def wants(self) -> bool:
        """Whether the next value would be held."""
        return self._count % self._stride == 0

    def add(self, step: int, value: float) -> None:
        """Count a value, and hold it if it is its turn."""
        if self.wants():
            self._points.append((step, value))
            if len(self._points) > MOST_POINTS:
                del self._points[1::2]
                self._stride *= 2
        self._count += 1

    def skip(self) -> None:
        """Count a value that is not wanted."""
        self._count += 1

    def __len__(self) -> int:
        return len(self._points)

    def as_json(self) -> list[list[float]]:
        """Pairs of step and value."""
        return [[step, short(value)] for step, value in self._points]


class Schedule:
    """Steps to look at closely: the first, then each time twice as far, and never for more than its share of time."""

    def __init__(self) -> None:
        self.next = 0
        self._spent = 0.0
        self._began = time.perf_counter()

    def due(self, step: int) -> bool:
        """Whether this step is to be looked at."""
        if step < self.next:
            return False
        if self._spent > _FREE_SECONDS + _SHARE * (time.perf_counter() - self._began):
            self.next = step + max(1, step // 8)
            return False
        return True

    def looked(self, step: int, seconds: float) -> None:
        """It was, and took that long."""
        self._spent += seconds
        self.next = 2 * step + 1


class Record:
    """One training as it goes on; `as_json` has the shape of `Training`."""

    def __init__(self, framework: str, backend: str) -> None:
        self.facts: dict[str, Any] = {"framework": framework, "backend": backend}
        self.curves = {name: Curve() for name in CURVES}
        self.schedule = Schedule()
        self.steps, self.highest = 0, 0.0
        """Updates so far, and the highest learning rate."""
        self.sampled: list[int] = []
        self.layers: dict[str, dict[str, Any]] = {}
        self.predictions: list[dict[str, Any]] = []
        self.epoch_losses: list[float] = []
        self.epochs = 0
        self._began = time.perf_counter()
        self._last = self._began

    @property
    def alternates(self) -> bool:
        """Whether steps of another training come between its own."""
        return bool(self.facts.get("alternates"))

    def stepped(self, times: int = 1) -> None:
        """The weights were updated."""
        self.steps += times
        self._last = time.perf_counter()

    def rate(self, value: float, steps: int = 1) -> None:
        """The learning rate of steps that were made."""
        self.facts["last_learning_rate"] = value
        self.highest = max(self.highest, value)
        if value < _STARVED * self.highest:
            self.facts["starved"] = self.facts.get("starved", 0) + steps

    def epoch(self, loss: float) -> None:
        """An epoch ended; the loss is its mean."""
        self.epochs += 1
        if len(self.epoch_losses) < MOST_EPOCHS:
            self.epoch_losses.append(short(loss))

    def bad(self, where: str, value: float) -> None:
        """Note where something is not finite, if it is the first."""
        kind = "nan" if math.isnan(value) else "inf"
        self.facts.setdefault("bad", {"step": self.steps, "where": where[:120], "value": kind})

    def sample(self, values: dict[str, dict[str, Any]]) -> None:
        """A look at the layers: name → `kind`, `activation`, `units`, `parameters`, and the numbers of its series."""
        if not self.layers:
            names = list(values)
            kept = names if len(names) <= MOST_LAYERS else names[: MOST_LAYERS // 2] + names[-MOST_LAYERS // 2 :]
            self.layers = {name: _fresh(name, values[name]) for name in kept}
        self.sampled.append(self.steps)
        for name, layer in self.layers.items():
            for series in ("gradients", "weights", "updates", "dead", "saturated"):
                seen = values.get(name, {}).get(series)
                held = layer[series]
                if seen is None and held:
                    seen = held[-1]
                if seen is not None:
                    held.append(short(seen))
        if len(self.sampled) > MOST_SAMPLES:
            for series in (self.sampled, *(layer[name] for layer in self.layers.values() for name in SERIES)):
                if len(series) > MOST_SAMPLES:
                    del series[1]

    def predicted(self, rows: int, classes: int, predicted: int, most: float) -> None:
        """Classes of one batch."""
        said = {"step": self.steps, "rows": rows, "classes": classes, "predicted": predicted, "most": short(most)}
        if len(self.predictions) > 1 and self.steps < 2 * self.predictions[-2]["step"] + 1:
            self.predictions[-1] = said  # ever more rarely, and the last
        else:
            self.predictions.append(said)
        if len(self.predictions) > MOST_SAMPLES:
            del self.predictions[1]

    def as_json(self) -> dict[str, Any]:
        """The facts, bounded."""
        curves = {name: curve.as_json() for name, curve in self.curves.items()}
        return {
            **self.facts,
            **curves,
            "steps": self.steps,
            "epochs": self.epochs,
            "epoch_losses": self.epoch_losses,
            "seconds": short(self._last - self._began),
            "sampled": self.sampled,
            "layers": list(self.layers.values()),
            "predictions": self.predictions,
        }


SERIES = ("gradients", "weights", "updates", "dead", "saturated")


class Book:
    """All trainings of a script: the first ones and the last ones, and what the observers could not do."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.records: list[Record] = []
        self.models: list[dict[str, Any]] = []
        """What other estimators were fitted on."""
        self._faults: list[str] = []

    def open(self, framework: str, backend: str) -> Record:
        """A training begins."""
        record = Record(framework, backend)
        self.records.append(record)
        if len(self.records) > MOST_TRAININGS:
            del self.records[MOST_TRAININGS // 2]
        return record

    def safely(self, work: Callable[..., None], *args: Any) -> None:
        """Observe; a fault of the observer's own is noted, and never the script's."""
        try:
            work(*args)
        except Exception as error:  # noqa: BLE001 - whatever an observer meets, the script goes on
            self.unseen(f"{type(error).__name__}: {error}"[:300])

    def unseen(self, why: str) -> None:
        """Note that facts are missing."""
        if len(self._faults) < 5 and why not in self._faults:
            self._faults.append(why)

    def line(self) -> int | None:
        """The script's innermost line on the way to here."""
        return next((frame.f_lineno for frame in frames() if frame.f_code.co_filename == self.path), None)

    def as_bytes(self, ended: bool) -> bytes:
        """Everything; `ended`: whether the script ran to its end."""
        told = []
        for record in self.records:
            facts = record.as_json()
            facts.setdefault("finished", ended)
            told.append(facts)
        return json.dumps({"trainings": told, "faults": self._faults, "models": self.models}).encode()


def frames() -> Iterator[FrameType]:
    """The frames from the caller's outwards."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        yield frame
        frame = frame.f_back


def short(value: float) -> float:
    """A number with five digits; NaN and infinity stay."""
    return float(f"{float(value):.5g}")


def scale(array: Any) -> dict[str, Any]:
    """What `Scale` holds of a numpy array, of its first rows where it is large."""
    import numpy as np

    shape = [int(size) for size in array.shape][:8]
    rows = max(1, 1_000_000 * len(array) // max(array.size, 1)) if array.ndim else 1
    values = np.asarray(array[:rows] if array.ndim else array.reshape(1), dtype="float64")
    finite = np.isfinite(values)
    told: dict[str, Any] = {"shape": shape, "finite": bool(finite.all())}
    kept = values[finite]
    if not kept.size:
        return {**told, "minimum": 0.0, "maximum": 0.0, "mean": 0.0, "spread": 0.0, "distinct": 0, "whole": False}
    spread = float(kept.std())
    spreads = np.where(finite, values, 0).std(axis=0) if values.ndim == 2 else np.array([spread])
    varied = spreads[spreads > 0] if (spreads > 0).any() else np.zeros(1)
    return {
        **told,
        "minimum": short(kept.min()),
        "maximum": short(kept.max()),
        "mean": short(kept.mean()),
        "spread": short(spread),
        "least_spread": short(varied.min()),
        "most_spread": short(varied.max()),
        "distinct": min(1000, len(np.unique(kept[:100_000]))),
        "whole": bool((kept == np.round(kept)).all()),
    }


def classes(record: Record, outputs: Any, targets: Any, threshold: float) -> float | None:
    """Note the classes predicted for a batch (numpy); the share that is right, or None where these are no classes.

    `outputs`: (rows, classes), or (rows,) or (rows, 1) of a binary model, one class above the threshold.
    """
    import numpy as np

    if len(outputs) == 0 or not np.isfinite(outputs).all():
        return None
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        chosen = outputs.argmax(axis=1)
        wanted = targets.argmax(axis=1) if targets.shape == outputs.shape else targets.ravel()
    elif outputs.size == len(outputs):
        chosen, wanted = (outputs.ravel() > threshold).astype(int), targets.ravel()
    else:
        return None
    if len(wanted) != len(chosen) or (wanted != np.round(wanted)).any():
        return None
    _, counts = np.unique(chosen, return_counts=True)
    record.predicted(len(chosen), len(np.unique(wanted)), len(counts), counts.max() / len(chosen))
    return float((chosen == wanted).mean())


def _fresh(name: str, values: dict[str, Any]) -> dict[str, Any]:
    told = {key: values.get(key, "") for key in ("kind", "activation")}
    return {"name": name[:120], **told, "units": int(values.get("units", 0)),
            "parameters": int(values.get("parameters", 0)), **{series: [] for series in SERIES}}  # fmt: skip
