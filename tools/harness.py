"""Runs a Solution inside a Session, and takes back nothing but plain buffers.

The other half, `inside/mlpilot_harness.py`, does the work there. What comes back is measured and taken apart here;
whether it is acceptable is for the Judge to say.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlpilot.sandbox.output import bounded
from mlpilot.sandbox.protocol import CellError, CellStatus, Limits, Mount, Output, Pool, Sandbox
from mlpilot.tools.space import Value

VERSION = 1
"""Raised when a change here can change a Score; part of every Experiment's key."""

DATA = "/mnt/data"
HARNESS = "/mnt/harness"
CELL = "import mlpilot_harness; mlpilot_harness.work(received_buffers(), send_buffer)"

_HEAD_BYTES = 200
"""The line of JSON before the numbers of a prediction."""
_FACTS_BYTES = 2**16
_SPARE_BYTES = 16 * 2**20
"""Room for predictions of a wrong shape: that they are wrong is for the Judge to say."""
_NAMES, _NAME_CHARACTERS = 1000, 200
_SHUFFLED = re.compile(r"shuffled (\d{1,6}) (\d{1,6})", re.ASCII)


@dataclass(frozen=True, eq=False)
class Job:
    """One fit and what to do with the model. Rows are positions in the table that the pool has loaded."""

    source: str
    params: Mapping[str, Value]
    seed: int
    target: str
    classes: tuple[Any, ...] | None
    """Original labels in code order; None in regression."""
    train: NDArray[np.int32]
    y: NDArray[Any]
    """(len(train),) int32 codes, or float64 values."""
    predict: NDArray[np.int32]
    shuffle: Sequence[str] = ()
    """Columns to predict once more with, shuffled among the rows, for their importance."""
    shuffle_rows: int = 2000
    shuffle_seconds: float = 5.0
    """Shuffling stops after this long; each column is done once before any is done again."""
    repeats: int = 3
    dump: bool = False
    """Send the fitted model back as skops."""
    model: bytes | None = None
    """A dumped model to predict with instead of fitting one."""


@dataclass(frozen=True, eq=False)
class RawPrediction:
    """Predictions as they came out of the sandbox: as many bytes as the shape says, and nothing more is known."""

    kind: Literal["values", "labels", "probabilities"]
    shape: tuple[int, ...]
    data: bytes
    """Little-endian float64, or int32 class codes for labels (-1: not a class)."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """How a Job ended."""

    status: CellStatus
    seconds: float
    fit_seconds: float = 0.0
    prediction: RawPrediction | None = None
    shuffled: Mapping[tuple[str, int], RawPrediction] = field(default_factory=dict)
    """By (column, repeat)."""
    model: bytes | None = None
    untrusted: tuple[str, ...] = ()
    """Types in the dumped model that skops does not trust by itself."""
    error: CellError | None = None
    stdout: str = ""
    stderr: str = ""


def open_pool(sandbox: Sandbox, limits: Limits, folders: Sequence[Path]) -> Pool:
    """A pool whose kernels have the columns of `folders` in memory, one below the other."""
    mounts = [Mount(folder, f"{DATA}/{number}") for number, folder in enumerate(folders)]
    inside = [sandbox.inside(mount) for mount in mounts]
    preload = f"import mlpilot_harness; mlpilot_harness.warm_up(); mlpilot_harness.load(*{inside!r})"
    harness = Mount(Path(__file__).parent / "inside", HARNESS)
    return sandbox.pool(limits, [*mounts, harness], preload=preload, path=[HARNESS])


def run_job(
    pool: Pool, job: Job, *, timeout: float | None, on_output: Callable[[Output], None] | None = None
) -> Outcome:
    """Run the Job in a Session of its own, and close it: nothing of it is left for the next one."""
    header = {
        "source": job.source,
        "params": dict(job.params),
        "seed": job.seed,
        "target": job.target,
        "classes": None if job.classes is None else list(job.classes),
        "shuffle": list(job.shuffle),
        "shuffle_rows": job.shuffle_rows,
        "shuffle_seconds": job.shuffle_seconds,
        "repeats": job.repeats,
        "dump": job.dump,
        "model": job.model is not None,
    }
    label_type = "<f8" if job.classes is None else "<i4"
    buffers = [
        json.dumps(header).encode(),
        job.train.astype("<i4").tobytes(),
        job.y.astype(label_type).tobytes(),
        job.predict.astype("<i4").tobytes(),
        *([job.model] if job.model is not None else []),
    ]
    with pool.session() as session:
        cell = session.run(CELL, timeout=timeout, buffers=buffers, on_output=on_output, buffer_bytes=_most_bytes(job))
    facts = _facts(cell.buffers.get("facts", b""))
    status: CellStatus = cell.status
    if status == "ok" and facts is None:
        status = "killed"  # the Cell claims to have ended well, and the harness never reached its end
    return Outcome(
        status=status,
        seconds=cell.seconds,
        fit_seconds=facts.fit_seconds if facts else 0.0,
        prediction=_prediction(cell.buffers.get("prediction")),
        shuffled=_shuffled(cell.buffers, job),
        model=cell.buffers.get("model") if job.dump else None,
        untrusted=facts.untrusted if facts else (),
        error=cell.error,
        stdout=cell.stdout,
        stderr=cell.stderr,
    )


def _most_bytes(job: Job) -> int | None:
    """How much a Job may send back; None (the sandbox's own limit) where a model of unknown size is asked for."""
    if job.dump:
        return None
    width = 8 * max(1, len(job.classes or ()))
    shuffled = len(job.shuffle) * job.repeats
    rows = len(job.predict) + shuffled * min(job.shuffle_rows, len(job.predict))
    return rows * width + (1 + shuffled) * _HEAD_BYTES + _FACTS_BYTES + _SPARE_BYTES


@dataclass(frozen=True)
class _Facts:
    fit_seconds: float
    untrusted: tuple[str, ...]


def _facts(data: bytes) -> _Facts | None:
    """The harness's own last words, which generated code could have forged: used for display, never for a Score."""
    if len(data) > _FACTS_BYTES:
        return None
    try:
        said = json.loads(data)
        seconds, names = float(said["fit_seconds"]), said.get("untrusted", [])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    if not math.isfinite(seconds) or not isinstance(names, list):
        return None
    return _Facts(seconds, tuple(bounded(name, _NAME_CHARACTERS) for name in names[:_NAMES]))


def _prediction(data: bytes | None) -> RawPrediction | None:
    """Take a prediction buffer apart: one line of JSON, then the numbers. None unless both agree on the size."""
    if data is None:
        return None
    head, _, body = data.partition(b"\n")
    try:
        described = json.loads(head[:_HEAD_BYTES])
        kind = described["kind"]
        shape = tuple(int(size) for size in described["shape"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    if kind not in ("values", "labels", "probabilities") or not 1 <= len(shape) <= 2 or min(shape) < 0:
        return None
    if math.prod(shape) * (4 if kind == "labels" else 8) != len(body):
        return None
    return RawPrediction(kind, shape, body)


def _shuffled(buffers: Mapping[str, bytes], job: Job) -> dict[tuple[str, int], RawPrediction]:
    found: dict[tuple[str, int], RawPrediction] = {}
    for name, data in buffers.items():
        numbers = _SHUFFLED.fullmatch(name)
        if numbers is None:
            continue
        column, repeat = map(int, numbers.groups())
        prediction = _prediction(data)
        if prediction is not None and column < len(job.shuffle) and repeat < job.repeats:
            found[job.shuffle[column], repeat] = prediction
    return found
