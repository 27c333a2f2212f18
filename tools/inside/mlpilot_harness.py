"""Runs one Solution inside a Session: the part of the harness that the sandbox sees.

`load` runs in the clean zygote, before any generated code exists: it imports what Solutions use and maps the features
into memory, so that each forked kernel has them at once. `work` runs in a Cell: it fits the Solution on the rows whose
labels came with the job, predicts the others, and sends plain buffers back.

Source of the Solution, params, rows and labels arrive as buffers of the request; nothing is left on a shared disk.
"""

import json
import linecache
import random
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Send = Callable[[str, Any], None]

FILE = "solution.py"
"""The name that tracebacks show for the Solution's source."""

table: pd.DataFrame = pd.DataFrame()
"""The features of all rows that this sandbox may see; no label is ever in it."""


def warm_up() -> None:
    """Import what Solutions commonly use, once, before the forks."""
    import sklearn.calibration
    import sklearn.compose
    import sklearn.decomposition
    import sklearn.discriminant_analysis
    import sklearn.ensemble
    import sklearn.feature_extraction.text
    import sklearn.gaussian_process
    import sklearn.impute
    import sklearn.kernel_approximation
    import sklearn.kernel_ridge
    import sklearn.linear_model
    import sklearn.naive_bayes
    import sklearn.neighbors
    import sklearn.neural_network
    import sklearn.pipeline
    import sklearn.preprocessing
    import sklearn.svm  # noqa: F401


def load(*folders: str) -> None:
    """Read column folders (see `read_columns`) one below the other into `table`."""
    global table
    parts = [read_columns(Path(folder)) for folder in folders]
    table = parts[0] if len(parts) == 1 else pd.concat(_same_kinds(parts), ignore_index=True)


def read_columns(folder: Path) -> pd.DataFrame:
    """A folder of `schema.json` and one `.npy` a column, as `tools.columns.write_columns` lays it out."""
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    columns: dict[str, Any] = {}
    for number, column in enumerate(schema["columns"]):
        values = np.load(folder / f"{number}.npy", mmap_mode="r", allow_pickle=False)
        if column["kind"] == "text":
            words = json.loads((folder / f"{number}.json").read_text(encoding="utf-8"))
            values = np.array([*words, np.nan], dtype=object)[values]
        columns[column["name"]] = values
    return pd.DataFrame(columns, index=pd.RangeIndex(schema["rows"]))


def _same_kinds(parts: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Booleans beside numbers become numbers, so that a missing value in one part does not make objects of both."""
    mixed = [name for name in parts[0] if len({part[name].dtype for part in parts}) > 1]
    return [part.astype({name: "float64" for name in mixed if part[name].dtype == bool}) for part in parts]


def work(buffers: Sequence[memoryview], send: Send) -> None:
    """Do one job: [header, train rows, labels, predict rows] in, predictions (and what else was asked) out."""
    try:
        _work(buffers, send)
    except SystemExit as error:
        raise RuntimeError("the Solution called sys.exit; fit and predict must return") from error


def _work(buffers: Sequence[memoryview], send: Send) -> None:
    header = json.loads(bytes(buffers[0]))
    train = np.frombuffer(buffers[1], dtype="<i4")
    rows = np.frombuffer(buffers[3], dtype="<i4")
    classes = header["classes"]
    random.seed(header["seed"])  # so that a Solution that forgot its seed gives the same model in each Run
    np.random.seed(header["seed"])
    import mlpilot_loading

    mlpilot_loading.in_this_process()
    solution = _module(header["source"])
    if header["model"]:
        model = _loads(bytes(buffers[4]))
        fit_seconds = 0.0
    else:
        X = _take(table, train)
        y = _labels(buffers[2], classes, header["target"])
        started = time.perf_counter()
        model = solution.fit(X, y, params=dict(header["params"]), seed=header["seed"], report=_report)
        fit_seconds = time.perf_counter() - started
        del X, y
    facts: dict[str, Any] = {"fit_seconds": fit_seconds}
    if len(rows):
        X = _take(table, rows)
        _send_prediction(send, "prediction", solution.predict(model, X), classes)
        _send_shuffled(send, solution, model, X.head(header["shuffle_rows"]), header)
    if header["dump"]:
        facts["untrusted"] = _dump(send, model)
    send("facts", json.dumps(facts).encode())


def _take(frame: pd.DataFrame, rows: "np.ndarray[Any, Any]") -> pd.DataFrame:
    taken = frame.take(rows)
    taken.index = pd.RangeIndex(len(rows))
    return taken


def _module(source: str) -> Any:
    """The Solution as a module; its source is known to `linecache`, so that tracebacks show its lines."""
    module = types.ModuleType("solution")
    module.__dict__.update(Float=_described, Int=_described, Choice=_described, __file__=FILE)
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    sys.modules["solution"] = module
    exec(compile(source, FILE, "exec"), module.__dict__)
    return module


def _described(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Stands for Float, Int and Choice: the host has read SPACE from the source, here it need only evaluate."""
    return (*args, kwargs)


def _labels(buffer: memoryview, classes: Sequence[Any] | None, name: str) -> "pd.Series[Any]":
    if classes is None:
        return pd.Series(np.frombuffer(buffer, dtype="<f8").copy(), name=name)
    codes = np.frombuffer(buffer, dtype="<i4")
    return pd.Series(np.array(classes, dtype=object)[codes], name=name).infer_objects()


_last_report = 0.0


def _report(**values: Any) -> None:
    """What `fit` may call with step=, loss=, ...; shown at most ten times a second."""
    global _last_report
    now = time.monotonic()
    if now - _last_report >= 0.1:
        _last_report = now
        print("· " + " ".join(f"{key}={value}" for key, value in values.items()), flush=True)


def _send_prediction(send: Send, name: str, prediction: Any, classes: Sequence[Any] | None) -> None:
    """A plain little-endian buffer, and what it is. The Judge decides whether it is acceptable."""
    values = np.asarray(prediction)
    if classes is None or values.ndim == 2:
        kind = "values" if classes is None else "probabilities"
        data = np.ascontiguousarray(values, dtype="<f8")
    else:
        kind = "labels"
        codes: Mapping[Any, int] = {label: code for code, label in enumerate(classes)}
        data = np.array([codes.get(label, -1) for label in values.ravel().tolist()], dtype="<i4")
        if values.ndim != 1:
            data = data.reshape(values.shape)
    send(name, json.dumps({"kind": kind, "shape": data.shape}).encode() + b"\n" + data.tobytes())


def _send_shuffled(send: Send, solution: Any, model: Any, X: pd.DataFrame, header: Mapping[str, Any]) -> None:
    """Predict with one column shuffled among the rows (Breiman 2001), each column in turn, for the Judge to score."""
    end = time.monotonic() + header["shuffle_seconds"]
    for repeat in range(header["repeats"]):
        for number, name in enumerate(header["shuffle"]):
            if time.monotonic() > end:
                return
            order = np.random.default_rng([header["seed"], number, repeat]).permutation(len(X))
            shuffled = X.copy(deep=False)
            shuffled[name] = X[name].to_numpy()[order]
            prediction = solution.predict(model, shuffled)
            _send_prediction(send, f"shuffled {number} {repeat}", prediction, header["classes"])


def _dump(send: Send, model: Any) -> list[str]:
    """Send the fitted model as skops, which runs no code on loading; returns the types beyond those skops trusts."""
    import skops.io

    data = skops.io.dumps(model)
    send("model", data)
    return [str(name) for name in skops.io.get_untrusted_types(data=data)]


def _loads(data: bytes) -> Any:
    import skops.io

    return skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
