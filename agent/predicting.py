"""The best Solution of a Run on new rows, in the sandbox: with the saved model, or fitted again from its source."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlpilot.agent.bench import limits
from mlpilot.agent.data.conform import conform_noted
from mlpilot.agent.data.phrases import shown
from mlpilot.agent.data.table import read_table
from mlpilot.agent.history import recall
from mlpilot.agent.home import home, run_folder
from mlpilot.agent.journal import Journal
from mlpilot.agent.judging.check import Rejection, check
from mlpilot.agent.judging.metrics import resolve_metric
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.result import ARTIFACTS, Result
from mlpilot.agent.settings import sandbox_for
from mlpilot.agent.study import Study
from mlpilot.sandbox.errors import FailedError, UserError
from mlpilot.sandbox.protocol import Sandbox
from mlpilot.tools.columns import write_columns
from mlpilot.tools.harness import Job, RawPrediction, open_pool, run_job
from mlpilot.tools.solution import Solution

if TYPE_CHECKING:
    import pandas as pd

_WHY_CHARACTERS = 300
"""Of what the sandbox says of its failure: one line, however much it says."""


def predict(
    run: str, table: str, *, sandbox: str = "auto", gpus: str = "", tell: Callable[[str], None]
) -> "pd.DataFrame":
    """Predictions for the rows of `table`: a column `prediction`, and `probability_<class>` where there are some.

    `tell` gets a line for whatever had to be settled to read the table. Raises `UserError` where the Run has no best
    Solution, or the table lacks a column that it needs; `FailedError` where the Solution does not predict these rows.
    """
    with Journal.read(home()) as journal:
        record = recall(journal, run)
    best = Result(record).best
    if best is None or best.solution is None:
        if record.status in ("finished", "failed"):
            raise UserError(f"{run} has no best Solution: none worked; `mlpilot show {run}` says why")
        raise UserError(f"{run} has no best Solution yet: `mlpilot resume {run}` goes on with it")
    read = read_table(table)
    X, changed = conform_noted(read.frame, record.columns, table)
    for line in (*read.notes, *changed):
        tell(f"{table}: {line}")
    box = sandbox_for(sandbox, gpus)
    if box.environment.identity != record.environment:
        tell(f"what the sandbox holds (mlpilot.toml) is not what it held when {run} was made")
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as scratch:
        new = Path(scratch).resolve() / "new"
        write_columns(X, np.arange(len(X)), new)
        Path(scratch).chmod(0o755)
        raw = _predict(record, best, best.solution, box, new, len(X))
    return _told(record, raw, len(X))


def _predict(
    record: RunRecord, best: ExperimentRecord, solution: Solution, sandbox: Sandbox, new: Path, rows: int
) -> RawPrediction:
    saved = run_folder(record.run) / ARTIFACTS["model"]
    classes = record.task.classes if record.task.type == "classification" else None
    if saved.is_file():
        nothing = np.empty(0, dtype=np.int32)
        job = Job(
            source=solution.source,
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
        job = study.new_job(solution.source, best.params, rows)
        folders = [study.search_folder, *([] if record.spec.test else [study.test_folder]), new]
    with open_pool(sandbox, limits(), folders) as pool:
        outcome = run_job(pool, job, timeout=None)
    if outcome.prediction is None:
        why = outcome.error.message if outcome.error else outcome.status
        raise FailedError(f"{best.name} does not predict these rows: {shown(why, _WHY_CHARACTERS)}")
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
