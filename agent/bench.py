"""Where Solutions are tried: a sandbox with the Study's rows in it, and the Judge's first look at what comes back."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from mlpilot.agent.judging.judge import Rejection
from mlpilot.agent.study import Study
from mlpilot.sandbox.protocol import CellError, Limits, Output, Pool, Sandbox
from mlpilot.tools.harness import Job, Outcome, open_pool, run_job
from mlpilot.tools.space import Value


def limits() -> Limits:
    """What one Run's sandbox may use: three gigabytes, so that mlpilot with all its parts stays below four."""
    cores = len(os.sched_getaffinity(0))
    return Limits(memory_bytes=3 * 2**30, cpus=float(cores), threads=min(cores, 8))


@dataclass(frozen=True, eq=False)
class Tried:
    """One fold: a prediction that the Judge accepted, or why there is none."""

    seconds: float
    prediction: NDArray[Any] | None = None
    """In the order of the fold's held-out rows, checked."""
    status: str = "ok"
    """`ok`, `rejected`, or how the Cell ended."""
    error: CellError | None = None
    reason: str = ""
    stdout: str = ""
    stderr: str = ""


class Bench:
    """Owns the pool of a Study; opened when first needed, closed with `close`."""

    def __init__(self, study: Study, sandbox: Sandbox, allowed: Limits) -> None:
        self.study, self.sandbox, self._limits = study, sandbox, allowed
        self._pool: Pool | None = None
        self._has_test = False

    def fold(
        self,
        fold: int,
        source: str,
        params: Mapping[str, Value],
        *,
        timeout: float | None,
        on_output: Callable[[Output], None] | None = None,
    ) -> Tried:
        """Fit and predict one fold."""
        started = time.monotonic()
        job = self.study.fold_job(fold, source, params)
        outcome = run_job(self._open(), job, timeout=timeout, on_output=on_output)
        rows = len(self.study.plan.folds[fold].held)
        return self._looked_at(outcome, rows, time.monotonic() - started, lambda p: self.study.put_back(fold, p))

    def shuffled(
        self,
        fold: int,
        source: str,
        params: Mapping[str, Value],
        columns: tuple[str, ...],
        *,
        seconds: float,
        timeout: float,
    ) -> tuple[Job, Outcome]:
        """One fold again, with predictions in which one column is shuffled, for so many seconds after it is fitted."""
        job = self.study.fold_job(fold, source, params, shuffle=columns, shuffle_seconds=seconds)
        return job, run_job(self._open(), job, timeout=timeout)

    def test(self, source: str, params: Mapping[str, Value], *, timeout: float) -> Tried:
        """Fit on all search rows and predict the test rows."""
        started = time.monotonic()
        outcome = run_job(self._open(with_test=True), self.study.test_job(source, params), timeout=timeout)
        return self._looked_at(outcome, self.study.test_rows, time.monotonic() - started, self.study.put_back_test)

    def refit(self, source: str, params: Mapping[str, Value], *, timeout: float) -> Outcome:
        """Fit on all labelled rows; the model comes back as skops."""
        return run_job(self._open(with_test=True), self.study.refit_job(source, params), timeout=timeout)

    def _looked_at(
        self, outcome: Outcome, rows: int, seconds: float, restore: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Tried:
        def without(status: str, reason: str) -> Tried:
            return Tried(seconds, None, status, outcome.error, reason, outcome.stdout, outcome.stderr)

        if outcome.status != "ok":
            return without(outcome.status, _ending(outcome))
        if outcome.prediction is None:
            return without("rejected", "predict returned nothing that can be read")
        checked = self.study.judge.check(outcome.prediction, rows)
        if isinstance(checked, Rejection):
            return without("rejected", checked.reason)
        return Tried(seconds, restore(checked))

    def _open(self, *, with_test: bool = False) -> Pool:
        """The pool; the test rows are in its sight only once the search is over."""
        if self._pool is not None and with_test and not self._has_test:
            self.close()
        if self._pool is None:
            folders = [self.study.search_folder, *([self.study.test_folder] if with_test else [])]
            self._pool, self._has_test = open_pool(self.sandbox, self._limits, folders), with_test
        return self._pool

    def close(self) -> None:
        """End the sandbox."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _ending(outcome: Outcome) -> str:
    """How a Cell that did not end well ended, in words."""
    if outcome.status == "error" and outcome.error is not None:
        return f"{outcome.error.type}: {outcome.error.message}"[:300]
    return {
        "timeout": "it took longer than its share of the time",
        "killed": "its process ended itself",
        "out_of_memory": "it ran out of memory",
        "disk_full": "it filled its scratch folder",
        "too_much_output": "it printed, or sent back, more than it may",
    }.get(outcome.status, "it failed")
