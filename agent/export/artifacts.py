"""The files that a Run leaves behind, each written whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpilot.agent.atomic import write_atomically
from mlpilot.agent.export.notebook import notebook, written_notebook
from mlpilot.agent.export.standalone import context_of, standalone_source
from mlpilot.agent.record import RunRecord
from mlpilot.agent.report import write_report
from mlpilot.agent.result import ARTIFACTS


def write_artifacts(
    record: RunRecord, folder: Path, *, test_index: Sequence[int] | NDArray[np.int64] | None = None, threads: int = 2
) -> dict[str, str | None]:
    """Write what the Run has into `folder`, each file whole or not at all; returns file names by kind, None if absent.

    `test_index` are the row numbers of the test rows in their file, from 0; without it they are counted from 0 in the
    order of the predictions. The fitted model is not written here. Raises `OSError`.
    """
    written: dict[str, str | None] = dict.fromkeys(("report", "solution", "notebook", "predictions"))
    best = next((one for one in record.experiments if one.number == record.best), None)
    texts: dict[str, str] = {}
    if best is not None and best.solution is not None:
        texts["solution"] = standalone_source(best.solution, best.params, context_of(record, threads))
        texts["notebook"] = written_notebook(notebook(record, texts["solution"], folder))
    if record.behaviour is not None and record.behaviour.test is not None:
        test = record.behaviour.test
        rows = np.arange(len(test)) if test_index is None else np.asarray(test_index)
        texts["predictions"] = predictions_csv(rows, record.behaviour.test_truth, test, record.task.classes)
    for kind, text in texts.items():
        write_atomically(folder / ARTIFACTS[kind], text)
        written[kind] = ARTIFACTS[kind]
    write_report(record, folder / ARTIFACTS["report"])
    written["report"] = ARTIFACTS["report"]
    return written


def predictions_csv(
    rows: NDArray[np.int64], truth: NDArray[Any] | None, predictions: NDArray[Any], classes: Sequence[Any] = ()
) -> str:
    """A CSV with a line for each row: `row` (in the file, from 0), `truth` where known, `prediction`, and
    `probability_<class>` for each class where there are probabilities.

    `truth` (n,) and `predictions` (n,) are values, or codes into `classes`; (n, k) predictions are probabilities.
    """
    import pandas as pd

    labels = np.array([*classes, None], dtype=object)

    def said(values: NDArray[Any]) -> NDArray[Any]:
        if not len(classes):
            return values
        known = np.isfinite(values.astype(float))
        told: NDArray[Any] = labels[np.where(known, values, -1).astype(int)]
        return told

    columns: dict[str, Any] = {"row": rows}
    if truth is not None:
        columns["truth"] = said(truth)
    columns["prediction"] = said(predictions.argmax(axis=1) if predictions.ndim == 2 else predictions)
    if predictions.ndim == 2:
        columns |= {f"probability_{label}": predictions[:, code] for code, label in enumerate(classes)}
    return pd.DataFrame(columns).to_csv(index=False, float_format="%.10g", lineterminator="\n")
