"""The border: what a sandbox says that it predicts, before anything here believes it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.judging.metrics import Metric
from mlpilot.tools.harness import RawPrediction

SUM_TOLERANCE = 1e-3
_ROUNDING = 1e-9
"""Probabilities may be this far below zero, from rounding; they count as zero."""


@dataclass(frozen=True)
class Rejection:
    """The Judge refuses a prediction."""

    reason: str
    """One line."""


def check(raw: RawPrediction, rows: int, metric: Metric, classes: int) -> NDArray[Any] | Rejection:
    """Predictions for `rows` rows: values (n,) float64, or codes (n,) int32, or probabilities (n, k) that sum to one.

    `classes` is 0 in regression. Never raises, whatever the sandbox sent.
    """
    if raw.kind == "labels" and metric.needs == "labels":
        return _labels(raw, rows, classes)
    if raw.kind == "probabilities" and metric.needs != "values":
        return _probabilities(raw, rows, classes)
    if raw.kind == "values" and metric.needs == "values":
        return _values(raw, rows)
    wanted = {
        "values": f"one number per row, shape ({rows},)",
        "labels": f"one label per row, shape ({rows},), or probabilities, shape ({rows}, {classes})",
        "probabilities": f"probabilities, shape ({rows}, {classes})",
    }[metric.needs]
    return Rejection(f"{metric.shown} needs {wanted}, and predict returned {_name(raw.kind)}")


def _name(kind: object) -> str:
    return str(kind) if kind in ("values", "labels", "probabilities") else "something else"


def _array(raw: RawPrediction, expected: tuple[int, ...], dtype: str) -> NDArray[Any] | Rejection:
    """The buffer as an array of the expected shape, which decides how much is read; the claimed one is compared."""
    claimed = raw.shape
    if not isinstance(claimed, tuple) or tuple(claimed) != expected:
        shown = str(claimed)
        return Rejection(f"predict returned shape {shown[:60]}, expected {expected}")
    size = int(np.prod(expected, dtype=object)) * np.dtype(dtype).itemsize
    if not isinstance(raw.data, bytes | bytearray | memoryview) or memoryview(raw.data).nbytes != size:
        return Rejection(f"the prediction's buffer does not hold {size} bytes")
    return np.frombuffer(raw.data, dtype=dtype).reshape(expected)


def _values(raw: RawPrediction, rows: int) -> NDArray[Any] | Rejection:
    values = _array(raw, (rows,), "<f8")
    if isinstance(values, Rejection):
        return values
    bad = int((~np.isfinite(values)).sum())
    return Rejection(f"{bad} of {rows} predictions are not finite") if bad else values.astype(np.float64)


def _labels(raw: RawPrediction, rows: int, classes: int) -> NDArray[Any] | Rejection:
    codes = _array(raw, (rows,), "<i4")
    if isinstance(codes, Rejection):
        return codes
    bad = int(((codes < 0) | (codes >= classes)).sum())
    return (
        Rejection(f"{bad} of {rows} predicted labels are not classes of the target") if bad else codes.astype(np.int32)
    )


def _probabilities(raw: RawPrediction, rows: int, classes: int) -> NDArray[Any] | Rejection:
    given = _array(raw, (rows, classes), "<f8")
    if isinstance(given, Rejection):
        return given
    bad = int((~np.isfinite(given)).any(axis=1).sum())
    if bad:
        return Rejection(f"{bad} of {rows} rows of probabilities are not finite")
    bad = int((given < -_ROUNDING).any(axis=1).sum())
    if bad:
        return Rejection(f"{bad} of {rows} rows of probabilities have a negative one")
    with np.errstate(over="ignore"):
        sums = given.sum(axis=1)
    bad = int((~(np.abs(sums - 1) <= SUM_TOLERANCE)).sum())
    if bad:
        return Rejection(f"{bad} of {rows} rows of probabilities do not sum to one")
    clipped = np.maximum(given, 0.0)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True), dtype=np.float64)
