"""The Journal keeps what it is told, once, also across processes that die."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from mlpilot.agent.journal import Journal
from mlpilot.agent.judging.judged import Comparison, Score
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.diagnose.model import Diagnosis
from mlpilot.tools.solution import Solution

SPEC = TaskSpec("data.csv", "y", drop=("a", "b"))
SOLUTION = Solution("a line", "def fit(): ...\n", 7)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal.open(tmp_path / "state")
    journal.start("brave-otter", SPEC, RunOptions(budget=60.0))
    return journal


def decided(journal: Journal, number: int = 1, run: str = "brave-otter") -> None:
    journal.open_experiment(run, number, decision={"n": number}, kind="draft", name="a line", why="to see")


def test_a_run_comes_back_as_it_was_told(journal: Journal) -> None:
    row = journal.run("brave-otter")
    assert (row.spec, row.options, row.status, row.active) == (SPEC, RunOptions(budget=60.0), "running", 0.0)


def test_facts_add_up(journal: Journal) -> None:
    journal.learn("brave-otter", rows=10)
    journal.learn("brave-otter", folds=5, data_hash="abc")
    assert journal.run("brave-otter").facts == {"rows": 10, "folds": 5}


def test_a_decision_said_twice_is_kept_once(journal: Journal) -> None:
    decided(journal)
    journal.open_experiment("brave-otter", 1, decision={"n": 2}, kind="tune", name="other", why="")
    (entry,) = journal.experiments("brave-otter")
    assert (entry.kind, entry.decision, entry.status) == ("draft", {"n": 1}, "open")


def test_an_experiment_is_judged_with_its_numbers_intact(journal: Journal) -> None:
    decided(journal)
    journal.write("brave-otter", 1, SOLUTION, params={"C": 0.1, "kernel": "rbf"}, key="k")
    score = Score(1 / 3, (0.1, 0.5), (0.3, 0.4), 100, {"accuracy": 0.9})
    journal.judged("brave-otter", 1, status="scored", score=score, comparison=Comparison("better", 0.01, 3), seconds=2)
    entry = journal.experiment("brave-otter", 1)
    assert entry.score == score
    assert entry.comparison == Comparison("better", 0.01, 3)
    assert entry.params == {"C": 0.1, "kernel": "rbf"}
    assert journal.solution(entry.solution or "") == SOLUTION


def test_predictions_come_back_bit_by_bit_and_the_first_word_counts(journal: Journal) -> None:
    first = np.random.default_rng(0).random((7, 3))
    journal.keep_fold("k", 2, 1.5, first)
    journal.keep_fold("k", 2, 9.9, np.zeros((7, 3)))
    ((seconds, kept),) = journal.folds("k").values()
    assert seconds == 1.5
    assert np.array_equal(kept, first)


def test_only_lasting_failures_are_remembered(journal: Journal) -> None:
    decided(journal)
    for number, status in enumerate(["timeout", "killed", "out_of_memory"], start=1):
        journal.attempt("brave-otter", 1, number, SOLUTION, "k", status=status, failure={"reason": status})
    assert journal.failure("k") is None
    journal.attempt("brave-otter", 1, 4, SOLUTION, "k", status="error", failure={"reason": "a bug"})
    known = journal.failure("k")
    assert known is not None and known.failure == {"reason": "a bug"}


def test_an_attempt_is_corrected_not_repeated(journal: Journal) -> None:
    decided(journal)
    journal.attempt("brave-otter", 1, 1, SOLUTION, "k", status="error", seconds=1.0)
    diagnosis = {"kind": "typo", "message": "a name is misspelt", "evidence": "x", "line": 3, "remedy": "spell it"}
    journal.attempt("brave-otter", 1, 1, SOLUTION, "k", diagnosis=diagnosis)
    mended = Solution("a line", "def fit(x): ...\n", 7)
    journal.repaired("brave-otter", 1, 1, "spelt it", mended, {"p": 1})
    (attempt,) = journal.attempts("brave-otter", 1)
    assert (attempt.status, attempt.seconds, attempt.repair) == ("error", 1.0, "spelt it")
    assert attempt.diagnosis == Diagnosis(**diagnosis)
    assert journal.experiment("brave-otter", 1).solution == mended.id


def test_looks_are_counted_over_runs_on_the_same_data(journal: Journal) -> None:
    journal.start("calm-crow", SPEC, RunOptions())
    for run in ("brave-otter", "calm-crow"):
        journal.learn(run, data_hash="same")
        decided(journal, run=run)
        journal.judged(run, 1, status="scored", score=Score(1.0, (0.0, 2.0)))
    assert journal.looks("same", "calm-crow") == 1
    assert journal.looks("other", "calm-crow") == 0


def test_the_test_part_is_spent_by_the_first_look_of_another_run(journal: Journal) -> None:
    assert journal.look_at_test("h", "brave-otter") is False
    assert journal.look_at_test("h", "brave-otter") is False
    assert journal.look_at_test("h", "calm-crow") is True


def test_forgetting_a_run_keeps_what_others_share(journal: Journal) -> None:
    journal.start("calm-crow", SPEC, RunOptions())
    for run, keys in (("brave-otter", ["own", "shared"]), ("calm-crow", ["shared"])):
        for number, key in enumerate(keys, start=1):
            decided(journal, number, run)
            journal.write(run, number, SOLUTION, key=key)
            journal.keep_fold(key, 0, 1.0, np.ones(3))
    journal.forget("brave-otter")
    assert journal.names() == ["calm-crow"]
    assert journal.folds("own") == {}
    assert list(journal.folds("shared")) == [0]


def test_a_misspelt_run_gets_the_nearest_name(journal: Journal) -> None:
    with pytest.raises(UserError, match="did you mean brave-otter"):
        journal.run("brave-oter")


def test_a_state_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot keep a journal") as caught:
        Journal.open(tmp_path / "file" / "state")
    assert "\n" not in str(caught.value)


def test_what_was_said_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    """A process that journals without end is killed by SIGKILL; every fold that it reported is whole."""
    script = textwrap.dedent(
        f"""
        import numpy as np
        from pathlib import Path
        from mlpilot.agent.journal import Journal
        journal = Journal.open(Path({str(tmp_path)!r}))
        for fold in range(10**6):
            journal.keep_fold("k", fold, 1.0, np.full(50_000, fold, dtype=float))
            print(fold, flush=True)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reported = [int(process.stdout.readline()) for _ in range(5)]
        os.kill(process.pid, signal.SIGKILL)
    with Journal.open(tmp_path) as journal:
        kept = journal.folds("k")
    assert set(reported) <= set(kept)
    assert all(np.array_equal(values, np.full(50_000, fold)) for fold, (_, values) in kept.items())
