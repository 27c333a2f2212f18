"""Judge one Solution file: the same split as a Run with that seed, search rows only; the test part stays sealed."""

import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mlpilot.agent.bench import Bench, Tried, limits
from mlpilot.agent.desk import read_solution
from mlpilot.agent.judging.judge import Rejection
from mlpilot.agent.judging.judged import Score
from mlpilot.agent.settings import read_settings, sandbox_for
from mlpilot.agent.study import Study
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.protocol import CellError, Sandbox
from mlpilot.tools.contract import problem
from mlpilot.tools.diagnose import diagnose, rejected
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution
from mlpilot.tools.space import defaults, read_space


@dataclass(frozen=True)
class ScoreOutcome:
    """The Judge's word on one Solution."""

    status: Literal["scored", "rejected", "failed"]
    score: Score | None = None
    reason: str = ""
    diagnosis: Diagnosis | None = None
    metric: str = ""
    """Shown name; empty where there is no score."""
    greater_is_better: bool = False

    def to_json(self) -> dict[str, Any]:
        """The shape of `score --json` (DESIGN 10)."""
        return {
            "status": self.status,
            "score": self.score.value if self.score else None,
            "ci": list(self.score.ci) if self.score else None,
            "folds": list(self.score.folds) if self.score else [],
            "reason": self.reason or None,
            "diagnosis": asdict(self.diagnosis) if self.diagnosis else None,
        }


def score(
    path: Path,
    spec: TaskSpec,
    *,
    sandbox: str = "auto",
    gpus: str = "",
    timeout: float = 120.0,
    started: float | None = None,
) -> ScoreOutcome:
    """Judge the Solution at `path`; the first failed fold ends it.

    `timeout` is wall time for the whole, from `started` (of `time.monotonic`), or from now. Raises `UserError` for
    what is wrong with the input, and `NoSandboxError`.
    """
    end = timeout + (time.monotonic() if started is None else started)
    solution = read_solution(path)
    read_settings()  # what is wrong with them is said before anything is done
    with tempfile.TemporaryDirectory(prefix="mlpilot-") as store:
        study = Study.load(spec, limits().threads, Path(store).resolve())
        found = problem(solution.source)
        if found is not None:
            error = CellError(found.kind, found.message, found.message)
            return _failed(solution, Tried(0.0, None, "error", error, f"{found.kind}: {found.message}"))
        return _judged(study, solution, sandbox_for(sandbox, gpus), end)


def _judged(study: Study, solution: Solution, sandbox: Sandbox, end: float) -> ScoreOutcome:
    params = defaults(read_space(solution.source))
    predictions = []
    with Bench(study, sandbox, limits()) as bench:
        for fold in range(len(study.plan.folds)):
            left = end - time.monotonic()
            if left <= 0:
                return _failed(solution, Tried(0.0, None, "timeout", reason="it was not done in time (--timeout)"))
            tried = bench.fold(fold, solution.source, params, timeout=left)
            if tried.prediction is None:
                return _failed(solution, tried)
            predictions.append(tried.prediction)
    score = study.judge.score(predictions)
    if isinstance(score, Rejection):
        return ScoreOutcome("rejected", None, score.reason, rejected(score.reason))
    metric = study.metric
    return ScoreOutcome("scored", score, metric=metric.shown, greater_is_better=metric.greater_is_better)


def _failed(solution: Solution, tried: Tried) -> ScoreOutcome:
    if tried.status == "rejected":
        return ScoreOutcome("rejected", None, tried.reason, rejected(tried.reason))
    found = diagnose(tried.status, tried.error, tried.stdout, tried.stderr, solution.source)
    return ScoreOutcome("failed", None, tried.reason, found)
