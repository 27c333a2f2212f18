"""The whole loop on real data, in the sandbox that this machine allows."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_wine

from mlpilot.agent import history
from mlpilot.agent.events import AttemptFailed, Event, ExperimentDone, Finished, FoldDone
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import Interrupted, resume, run
from mlpilot.agent.scoring import score
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.errors import NoModelError, UserError

BROKEN = """
SPACE = {"n": Int(10, 50, default=20)}

def fit(X, y, *, params, seed, report):
    from sklearn.ensemble import RandomForestRegressor
    return RandomForestRegressor(params["n"], max_features="auto", random_state=seed).fit(X, y)

def predict(model, X):
    return model.predict(X)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, with two real tables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLPILOT_HOME", raising=False)
    for name, load in (("wine", load_wine), ("diabetes", load_diabetes)):
        load(as_frame=True).frame.to_csv(f"{name}.csv", index=False)
    return tmp_path


WINE = TaskSpec("wine.csv", "target")


@pytest.mark.sandbox
def test_a_run_ends_with_a_score_that_the_sealed_part_confirms(folder: Path) -> None:
    events: list[Event] = []
    result = run(WINE, RunOptions(max_experiments=4), events.append)
    told = result.to_json()
    assert told["status"] == "finished"
    assert told["experiments"]["total"] == 4
    assert told["task"] == {
        "target": "target",
        "type": "classification",
        "metric": "log_loss",
        "greater_is_better": False,
        "rows": 178,
        "folds": len(result.record.experiments[0].score.folds) if result.record.experiments[0].score else 0,
    }
    assert 0 < told["best"]["score"] < 0.3
    assert told["test"]["rows"] == result.record.test_rows > 40
    assert told["test"]["ci"][0] <= told["test"]["score"] <= told["test"]["ci"][1]
    assert all(path and Path(path).is_file() for name, path in told["artifacts"].items() if name != "model")
    predictions = pd.read_csv(told["artifacts"]["predictions"])
    assert len(predictions) == result.record.test_rows
    assert sum(isinstance(event, ExperimentDone) for event in events) == 4
    assert isinstance(events[-1], Finished)
    assert resume(None).to_json() == told


@pytest.mark.sandbox
def test_the_same_work_is_found_and_not_done_again(folder: Path) -> None:
    first = run(WINE, RunOptions(max_experiments=2))
    second = run(WINE, RunOptions(max_experiments=2))
    assert [e.score for e in first.record.experiments] == [e.score for e in second.record.experiments]
    assert second.to_json()["experiments"]["reused"] == 2
    assert not first.record.test_spent
    assert second.record.test_spent


@pytest.mark.sandbox
def test_a_broken_baseline_is_repaired_and_said_so(folder: Path) -> None:
    (folder / "mine.py").write_text(BROKEN)
    events: list[Event] = []
    result = run(TaskSpec("diabetes.csv", "target"), RunOptions(max_experiments=1, baseline="mine.py"), events.append)
    (experiment,) = result.record.experiments
    assert experiment.status == "scored"
    assert [attempt.status for attempt in experiment.attempts] == ["error", "ok"]
    assert "max_features" in experiment.attempts[0].repair
    assert any(isinstance(event, AttemptFailed) and event.repair for event in events)
    assert result.to_json()["experiments"]["repaired"] == 1


@pytest.mark.sandbox
def test_ctrl_c_stops_and_resume_goes_on(folder: Path) -> None:
    undisturbed = run(WINE, RunOptions(max_experiments=2))
    with Journal.open(home()) as journal:
        history.remove(journal, undisturbed.run)

    def impatient(event: Event) -> None:
        if isinstance(event, FoldDone) and (event.number, event.fold) == (2, 1):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        run(WINE, RunOptions(max_experiments=2), impatient)
    with Journal.open(home()) as journal:
        assert history.recall(journal, caught.value.run).status == "interrupted"
    resumed = resume(caught.value.run)
    assert resumed.status == "finished"
    assert _board(resumed) == _board(undisturbed)


@pytest.mark.sandbox
def test_kill_minus_nine_loses_nothing(folder: Path) -> None:
    script = textwrap.dedent(
        """
        from mlpilot.agent.pursue import run
        from mlpilot.agent.task import TaskSpec
        from mlpilot.agent.options import RunOptions
        from mlpilot.agent.events import ExperimentDone
        def tell(event):
            if isinstance(event, ExperimentDone):
                print(event.record.number, flush=True)
        run(TaskSpec("wine.csv", "target"), RunOptions(max_experiments=4), tell)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "1"
        time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
    with Journal.open(home()) as journal:
        (name,) = journal.names()
        before = {e.number: e.score for e in journal.experiments(name) if e.status == "scored"}
        assert history.summaries(journal)[0].status == "interrupted"
    assert 1 in before
    resumed = resume(None)
    assert resumed.status == "finished"
    assert {e.number: e.score for e in resumed.record.experiments if e.number in before} == before
    assert len(resumed.record.experiments) == 4


def _board(result: object) -> list[object]:
    return [(e.name, e.params, e.score) for e in result.record.experiments]  # type: ignore[attr-defined]


@pytest.mark.sandbox
def test_a_budget_in_time_is_kept(folder: Path) -> None:
    started = time.monotonic()
    result = run(WINE, RunOptions(budget=20.0))
    assert result.status == "finished"
    assert result.record.experiments
    assert time.monotonic() - started < 23.0


@pytest.mark.sandbox
def test_score_judges_one_file_as_a_run_would(folder: Path) -> None:
    result = run(WINE, RunOptions(max_experiments=1))
    best = result.best
    assert best is not None and best.score is not None
    (folder / "same.py").write_text(result.solution)
    outcome = score(folder / "same.py", WINE)
    assert outcome.status == "scored"
    assert outcome.to_json()["score"] == best.score.value


def test_what_is_wrong_with_the_input_leaves_no_run_behind(folder: Path) -> None:
    for spec in (
        TaskSpec("none.csv", "y"),
        TaskSpec("wine.csv", "nothing"),
        TaskSpec("wine.csv", "target", metric="x"),
    ):
        with pytest.raises(UserError) as caught:
            run(spec, RunOptions(max_experiments=1))
        assert "\n" not in str(caught.value)
    with Journal.open(home()) as journal:
        assert journal.names() == []


def test_the_llm_brain_is_refused_before_anything_is_begun(folder: Path) -> None:
    with pytest.raises(NoModelError):
        run(WINE, RunOptions(brain="llm", max_experiments=1))
    assert not home().exists()


def test_a_run_without_walls_works_too(folder: Path) -> None:
    result = run(WINE, RunOptions(max_experiments=1, sandbox="none"))
    assert result.best is not None and result.test is not None


OWN_METRIC = """
def cost(truth, labels):
    return {value}

cost.greater_is_better = False
cost.needs = "labels"
"""


def test_an_own_metric_is_tried_before_anything_is_begun(folder: Path) -> None:
    (folder / "mine.py").write_text(OWN_METRIC.format(value="1 / 0"))
    with pytest.raises(UserError, match="ZeroDivisionError"):
        run(TaskSpec("wine.csv", "target", metric="mine.py:cost"), RunOptions(max_experiments=1, sandbox="none"))
    assert not home().exists()


def test_what_has_changed_is_named(folder: Path) -> None:
    (folder / "mine.py").write_text(OWN_METRIC.format(value="float((truth != labels).mean())"))

    def impatient(event: Event) -> None:
        if isinstance(event, FoldDone):
            raise KeyboardInterrupt

    spec = TaskSpec("wine.csv", "target", metric="mine.py:cost")
    with pytest.raises(Interrupted):
        run(spec, RunOptions(max_experiments=1, sandbox="none"), impatient)
    (folder / "mine.py").write_text(OWN_METRIC.format(value="float((truth != labels).sum())"))
    with pytest.raises(UserError, match=r"metric .*mine.py:cost has changed"):
        resume(None)
