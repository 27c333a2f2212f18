"""A Task with its rows: what the Judge knows, and the jobs that the sandbox is given.

The features are laid out for the sandbox in a secret order, without labels; the sealed part stands in a folder of its
own, which no sandbox sees during the search. Labels travel with each job, and only those that the job may learn from.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpilot.agent.brains.protocol import QUANTILES, Card
from mlpilot.agent.data.fingerprint import labels_digest
from mlpilot.agent.data.prepare import Prepared, prepare
from mlpilot.agent.home import data_folder
from mlpilot.agent.judging.judge import Judge
from mlpilot.agent.judging.metrics import Metric, metric_hash, resolve_metric
from mlpilot.agent.judging.splits import Plan, make_plan
from mlpilot.agent.judging.walls import Rows, Shuffle
from mlpilot.agent.task import Task, TaskSpec
from mlpilot.tools.columns import write_columns
from mlpilot.tools.harness import Job
from mlpilot.tools.space import Value

QUANTILE_ROWS = 20_000
"""Rows, at most about twice as many, from which quantiles are taken."""
FEW_VALUES, ROWS_BEYOND, COMMON = 20, 5, 0.01
"""A quantile is told where a column has at least so many values, and so many rows beyond it; the commonest value is a
mode where more than that share of the rows has it."""


@dataclass(frozen=True, eq=False)
class Study:
    """Load it with `Study.load(spec)`; raises `UserError` for whatever is wrong with the data or the metric."""

    spec: TaskSpec
    prepared: Prepared
    metric: Metric
    plan: Plan
    threads: int
    store: Path
    """Where the rows are laid out."""

    @classmethod
    def load(cls, spec: TaskSpec, threads: int, store: Path | None = None) -> "Study":
        """Read the data, resolve the metric, fix the folds; rows go to `store`, by default a folder that is kept."""
        prepared = prepare(spec)
        task = dataclasses.replace(prepared.task, metric_hash=metric_hash(prepared.task.metric))
        metric = resolve_metric(task.metric, task.type, task.classes)
        plan = make_plan(
            prepared.y,
            task.type,
            groups=prepared.groups,
            order=prepared.order,
            seed=spec.seed,
            sealed=spec.test is None,
            secret=labels_digest(task.target, prepared.y, prepared.labelled),
        )
        return cls(
            spec, dataclasses.replace(prepared, task=task), metric, plan, threads, store or data_folder(task.hash)
        )

    @property
    def task(self) -> Task:
        """What is to be learnt."""
        return self.prepared.task

    @cached_property
    def judge(self) -> Judge:
        """The only holder of hidden labels."""
        p = self.prepared
        return Judge(self.task, self.metric, self.plan, p.y, p.groups, p.order, p.y_test)

    @cached_property
    def card(self) -> Card:
        """The Task as a Brain may see it."""
        y = self.prepared.y[self.plan.search]
        shares: tuple[float, ...] = ()
        if self.task.type == "classification":
            shares = tuple(float(share) for share in np.bincount(y, minlength=len(self.task.classes)) / len(y))
        return Card(
            type=self.task.type,
            metric=self.metric.shown,
            greater_is_better=self.metric.greater_is_better,
            needs=self.metric.needs,
            rows=len(y),
            train_rows=max(len(fold.train) for fold in self.plan.folds),
            columns=tuple(column for column in self.prepared.columns if column.used),
            classes=len(self.task.classes),
            class_shares=shares,
            grouped=self.prepared.groups is not None,
            timed=self.prepared.order is not None,
            goal=self.spec.goal,
            threads=self.threads,
            folds=len(self.plan.folds),
            target=self.task.target,
            class_names=tuple(str(name) for name in self.task.classes),
            quantiles=self._quantiles(y),
        )

    def _quantiles(self, y: NDArray[Any]) -> dict[str, tuple[float, ...]]:
        """Of columns of numbers and of a target that is one, over search rows (a sample of many)."""
        step = max(1, len(y) // QUANTILE_ROWS)
        rows = self.plan.search[::step]
        found = {
            column.name: self.prepared.X[column.name].iloc[rows].to_numpy(dtype=float, na_value=np.nan)
            for column in self.prepared.columns
            if column.used and column.kind == "number"
        }
        if self.task.type == "regression":
            found[self.task.target] = y[::step].astype(float)
        told = {name: _quantiles_told(values[np.isfinite(values)]) for name, values in found.items()}
        return {name: quantiles for name, quantiles in told.items() if quantiles}

    # What the sandbox sees

    @cached_property
    def _search(self) -> Shuffle:
        order = self.prepared.order
        return Shuffle.make(len(self.plan.search), self.task.hash, None if order is None else order[self.plan.search])

    @cached_property
    def _test(self) -> Shuffle:
        order = self.prepared.order
        timed = order is not None and self.spec.test is None
        return Shuffle.make(
            self.test_rows, self.task.hash + "test", order[self.plan.test] if order is not None and timed else None
        )

    @property
    def test_rows(self) -> int:
        """Rows of the sealed part, or of the --test file."""
        return len(self.prepared.X_test) if self.prepared.X_test is not None else len(self.plan.test)

    @cached_property
    def board_hash(self) -> str:
        """Names the search rows with their labels, whatever features a Run uses: looks at a board are counted by it."""
        search = self.plan.search
        return labels_digest(self.task.target, self.prepared.y[search], self.prepared.labelled[search])

    @cached_property
    def test_hash(self) -> str:
        """Names the test rows with their labels in the same way: looks at them are counted by it."""
        truth = self.test_truth
        return labels_digest(self.task.target, np.empty(0) if truth is None else truth, self.test_index)

    @property
    def test_truth(self) -> NDArray[Any] | None:
        """Hidden: for the Judge and for pictures after the end."""
        return self.prepared.y_test if self.spec.test is not None else self.prepared.y[self.plan.test]

    @property
    def test_index(self) -> Rows:
        """Row numbers of the test rows in their file, from 0."""
        if self.spec.test is None:
            return self.prepared.labelled[self.plan.test]
        known = self.prepared.test_rows
        return np.arange(self.test_rows) if known is None else known

    @cached_property
    def search_folder(self) -> Path:
        """Features of the search rows, in secret order."""
        return self._lay_out("search", self.prepared.X, self.plan.search[self._search.rows])

    @cached_property
    def test_folder(self) -> Path:
        """Features of the test rows, in secret order."""
        if self.prepared.X_test is not None:
            return self._lay_out("test", self.prepared.X_test, self._test.rows)
        return self._lay_out("test", self.prepared.X, self.plan.test[self._test.rows])

    def _lay_out(self, part: str, frame: pd.DataFrame, rows: Rows) -> Path:
        folder = self.store / part
        if not folder.exists():
            write_columns(frame, rows, folder)
        return folder

    def light(self) -> "Study":
        """Without the table itself, once both parts are laid out: it may be large."""
        self.search_folder, self.test_folder, self.card  # noqa: B018
        kept = dataclasses.replace(self, prepared=dataclasses.replace(self.prepared, X=self.prepared.X.iloc[:0]))
        for name in ("search_folder", "test_folder", "_search", "_test", "card"):
            kept.__dict__[name] = getattr(self, name)
        return kept

    # Jobs

    def fold_job(self, fold: int, source: str, params: Mapping[str, Value], **options: Any) -> Job:
        """Fit on the fold's training part, predict its held-out part."""
        part = self.plan.folds[fold]
        train = self._search.training(part.train)
        held = part.held[self.held_order(fold)]
        return self._job(source, params, train, self._search.place[train], self._search.place[held], **options)

    def put_back(self, fold: int, prediction: NDArray[Any]) -> NDArray[Any]:
        """A prediction of `fold_job` in the order of the fold's held-out rows."""
        return _unshuffled(prediction, self.held_order(fold))

    def test_job(self, source: str, params: Mapping[str, Value]) -> Job:
        """Fit on all search rows, predict the test rows; for a pool with both folders, the search first."""
        train = self._search.training(np.arange(len(self.plan.search)))
        asked = len(self.plan.search) + np.arange(self.test_rows)
        return self._job(source, params, train, self._search.place[train], asked)

    def put_back_test(self, prediction: NDArray[Any]) -> NDArray[Any]:
        """A prediction of `test_job` in the order of the test rows."""
        return _unshuffled(prediction, self._test.rows)

    def refit_job(self, source: str, params: Mapping[str, Value]) -> Job:
        """Fit on all labelled rows of DATA and send the model back; it predicts nothing."""
        search = self.plan.search[self._search.rows]
        sealed = self.plan.test[self._test.rows] if self.spec.test is None else np.empty(0, dtype=np.int64)
        rows = np.concatenate([search, sealed])
        return self._job(source, params, None, np.arange(len(rows)), np.empty(0), y=self.prepared.y[rows], dump=True)

    def new_job(self, source: str, params: Mapping[str, Value], rows: int) -> Job:
        """As `refit_job`, to predict `rows` new rows that stand below all labelled ones."""
        job = self.refit_job(source, params)
        below = len(job.train) + np.arange(rows, dtype=np.int32)
        return dataclasses.replace(job, dump=False, predict=below)

    def _job(
        self,
        source: str,
        params: Mapping[str, Value],
        train: Rows | None,
        places: Rows,
        asked: NDArray[Any],
        y: NDArray[Any] | None = None,
        **options: Any,
    ) -> Job:
        return Job(
            source=source,
            params=params,
            seed=self.spec.seed,
            target=self.task.target,
            classes=self.task.classes if self.task.type == "classification" else None,
            train=places.astype(np.int32),
            y=self.prepared.y[self.plan.search[train]] if y is None else y,
            predict=asked.astype(np.int32),
            **options,
        )

    def held_order(self, fold: int) -> Rows:
        return self._search.held_out(self.plan.folds[fold].held, f"{self.task.hash} {fold}")


def _quantiles_told(values: NDArray[Any]) -> tuple[float, ...]:
    """Quantiles to three digits, not a number in place of those that are not told; empty where none is.

    Not told is what would be the minimum, the maximum or the mode: the value of a cell, or close to it.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < FEW_VALUES:
        return ()
    commonest = distinct[counts == counts.max()].tolist() if counts.max() > COMMON * len(values) else []
    cells = {float(distinct[0]), float(distinct[-1]), *commonest}
    told = []
    for share, value in zip(QUANTILES, np.quantile(values, QUANTILES).tolist(), strict=True):
        known = value not in cells and min(share, 1 - share) * len(values) >= ROWS_BEYOND
        told.append(float(f"{value:.3g}") if known else math.nan)
    return tuple(told) if any(map(math.isfinite, told)) else ()


def _unshuffled(prediction: NDArray[Any], order: Rows) -> NDArray[Any]:
    restored = np.empty_like(prediction)
    restored[order] = prediction
    return restored
