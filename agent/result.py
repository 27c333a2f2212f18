"""What a Run gives back: to a person at a prompt, to a notebook, and as JSON."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpilot.agent.home import run_folder
from mlpilot.agent.judging.judged import Score
from mlpilot.agent.record import ExperimentRecord, RunRecord
from mlpilot.agent.report.words import plural, score_text

if TYPE_CHECKING:
    import pandas as pd

ARTIFACTS = {
    "report": "report.html",
    "solution": "solution.py",
    "notebook": "notebook.ipynb",
    "model": "model.skops",
    "predictions": "predictions.csv",
}


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """One Run, as it ended or as it stands."""

    record: RunRecord

    def __repr__(self) -> str:
        best, test = self.best, self.test
        parts = [self.run, self.status, plural(len(self.record.experiments), "experiment")]
        if best is not None and best.score is not None:
            parts.append(f"best #{best.number} {best.name}: {self.record.metric} {score_text(best.score)}")
        if test is not None:
            parts.append(f"test {score_text(test)}")
        return f"<mlpilot run {', '.join(parts)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: a card with the board, and the one line for those who cannot show it."""
        from mlpilot.agent.report.card import card

        del include, exclude
        return {"text/plain": repr(self), "text/html": card(self.record)}

    @property
    def run(self) -> str:
        """Its name."""
        return self.record.run

    @property
    def status(self) -> str:
        """finished, interrupted, running or failed."""
        return self.record.status

    @property
    def folder(self) -> Path:
        """Where its artifacts are."""
        return run_folder(self.record.run)

    @property
    def best(self) -> ExperimentRecord | None:
        """The best Experiment; None before the end, or when nothing worked."""
        return next((e for e in self.record.experiments if e.number == self.record.best), None)

    @property
    def test(self) -> Score | None:
        """The score on the sealed part, or on the --test file."""
        return self.record.test

    @property
    def board(self) -> "pd.DataFrame":
        """One row an Experiment, in order."""
        import pandas as pd

        columns = ["name", "kind", "status", "score", "low", "high", "standing", "seconds", "why"]
        rows = [_row(experiment) for experiment in self.record.experiments]
        index = pd.Index([experiment.number for experiment in self.record.experiments], name="experiment")
        return pd.DataFrame(rows, index=index, columns=columns)

    @property
    def solution(self) -> str:
        """Source of the best Solution; empty when there is none."""
        best = self.best
        return best.solution.source if best and best.solution else ""

    @property
    def artifacts(self) -> dict[str, str | None]:
        """Paths of report, solution, notebook, model and predictions; None for what was not made."""
        paths = {name: self.folder / file for name, file in ARTIFACTS.items()}
        return {name: str(path) if path.is_file() else None for name, path in paths.items()}

    def report(self) -> Path:
        """Path of the report."""
        return self.folder / ARTIFACTS["report"]

    def to_json(self) -> dict[str, Any]:
        """The shape of `run --json` (DESIGN 10)."""
        record, best = self.record, self.best
        statuses = [experiment.status for experiment in record.experiments]
        return {
            "run": record.run,
            "status": record.status if record.status in ("finished", "interrupted") else "failed",
            "task": {
                "target": record.task.target,
                "type": record.task.type,
                "metric": record.metric,
                "greater_is_better": record.greater_is_better,
                "rows": record.rows,
                "folds": record.folds,
            },
            "best": _best(best),
            "test": _test(record.test),
            "experiments": {
                "total": len(statuses),
                "scored": statuses.count("scored"),
                "failed": len(statuses) - statuses.count("scored") - statuses.count("open"),
                "repaired": sum(e.status == "scored" and any(a.repair for a in e.attempts) for e in record.experiments),
                "reused": sum(experiment.reused for experiment in record.experiments),
            },
            "model_calls": {
                "count": record.thinking.calls,
                "prompt_tokens": record.thinking.prompt_tokens,
                "completion_tokens": record.thinking.completion_tokens,
                "cost_usd": round(record.thinking.cost_usd, 6),
            },
            "sandbox": record.sandbox,
            "brain": record.brain,
            "seconds": round(record.seconds, 3),
            "artifacts": self.artifacts,
        }


def _best(best: ExperimentRecord | None) -> dict[str, Any] | None:
    if best is None or best.score is None:
        return None
    return {"experiment": best.number, "name": best.name, "score": best.score.value, "ci": list(best.score.ci)}


def _test(test: Score | None) -> dict[str, Any] | None:
    return None if test is None else {"score": test.value, "ci": list(test.ci), "rows": test.rows}


def _row(experiment: ExperimentRecord) -> list[Any]:
    score, comparison = experiment.score, experiment.comparison
    low, high = score.ci if score else (None, None)
    standing = comparison.standing if comparison else ""
    value = score.value if score else None
    told = [experiment.name, experiment.kind, experiment.status, value, low, high, standing]
    return [*told, experiment.seconds, experiment.why]
