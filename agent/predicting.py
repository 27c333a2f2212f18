"""The best Solution of a Run on new rows, in the sandbox: with the saved model, or fitted again from its source."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlpilot.agent.bench import limits
from mlpilot.agent.data.conform import conform
from mlpilot.agent.data.table import read_table
from mlpilot.agent.history import recall
from mlpilot.agent.home import home, run_folder
from mlpilot.agent.journal import Journal
from mlpilot.agent.judging.check import Rejection, check
from mlpilot.agent.judging.metrics import resolve_metric
from mlpilot.agent.record import RunRecord
from mlpilot.agent.result import ARTIFACTS, Result
from mlpilot.agent.study import Study
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.errors import FailedError, UserError
from mlpilot.sandbox.protocol import Sandbox
from mlpilot.tools.columns import write_columns
from mlpilot.tools.harness import Job, RawPrediction, open_pool, run_job

if TYPE_CHECKING:
    import pandas as pd


def predict(run: str, table: Path, *, sandbox: str = "auto") -> "pd.DataFrame":
    """Predictions for the rows of `table`: a column `prediction`, and `probability_<class>` where there are some.

    Raises `UserError` where the Run has no best Solution, or the table lacks a column that it needs; `FailedError`
    where the Solution does not predict these rows.
    """
    with Journal.open(home()) as journal:
        record = recall(journal, run)
    X = conform(read_table(table).frame, record.columns)
    if not len(X):
        raise UserError(f"{table} has no rows to predict")
    box = choose(sandbox)
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as scratch:
        new = Path(scratch).resolve() / "new"
        write_columns(X, np.arange(len(X)), new)
        Path(scratch).chmod(0o755)
        raw = _predict(record, box, new, len(X))
    return _told(record, raw, len(X))


def _predict(record: RunRecord, sandbox: Sandbox, new: Path, rows: int) -> RawPrediction:
    best = Result(record).best
    if best is None or best.solution is None:
        raise UserError(f"{record.run} has no best Solution: {record.status}")
    saved = run_folder(record.run) / ARTIFACTS["model"]
    classes = record.task.classes if record.task.type == "classification" else None
    if saved.is_file():
        nothing = np.empty(0, dtype=np.int32)
        job = Job(
            source=best.solution.source,
            params=best.params,
            seed=record.spec.seed,
            target=record.task.target,
            classes=classes,
            train=nothing,
            y=nothing,
            predict=np.arange(rows, dtype=np.int32),
            model=saved.read_bytes(),
        )
        folders = [new]
    else:
        study = Study.load(record.spec, limits().threads)
        if study.task.hash != record.task.hash:
            raise UserError(f"{record.spec.data} has changed since {record.run}, and its model was not saved")
        job = study.new_job(best.solution.source, best.params, rows)
        folders = [study.search_folder, *([] if record.spec.test else [study.test_folder]), new]
    with open_pool(sandbox, limits(), folders) as pool:
        outcome = run_job(pool, job, timeout=None)
    if outcome.prediction is None:
        why = outcome.error.message if outcome.error else outcome.status
        raise FailedError(f"{best.name} does not predict these rows: {why}")
    return outcome.prediction


def _told(record: RunRecord, raw: RawPrediction, rows: int) -> "pd.DataFrame":
    import pandas as pd

    task = record.task
    metric = resolve_metric(task.metric, task.type, task.classes)
    checked = check(raw, rows, metric, len(task.classes))
    if isinstance(checked, Rejection):
        raise FailedError(f"the predictions are refused: {checked.reason}")
    if task.type == "regression":
        return pd.DataFrame({"prediction": checked})
    labels = np.array(task.classes, dtype=object)
    if checked.ndim == 1:
        return pd.DataFrame({"prediction": labels[checked]})
    shares = {f"probability_{label}": checked[:, code] for code, label in enumerate(task.classes)}
    return pd.DataFrame({"prediction": labels[checked.argmax(axis=1)], **shares})
