"""The Journal keeps what it is told, once, also across processes that die."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
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


def test_looking_makes_nothing(tmp_path: Path) -> None:
    with Journal.read(tmp_path / "state") as journal:
        assert journal.names() == []
        with pytest.raises(UserError, match="nothing has been run"):
            journal.run("brave-otter")
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_nothing_was_written_to_is_taken_back(tmp_path: Path) -> None:
    home = tmp_path / "state"
    with Journal.open(home):
        (home / "runs").mkdir()
    assert not home.exists()
    with Journal.open(home) as journal:
        journal.start("brave-otter", SPEC, RunOptions())
    with Journal.open(home) as journal:
        journal.forget("brave-otter")
    assert (home / "journal.db").exists()


def test_a_journal_that_another_has_open_stays(tmp_path: Path) -> None:
    home = tmp_path / "state"
    with Journal.open(home):
        other = Journal.open(home)
    other.start("brave-otter", SPEC, RunOptions())
    other.close()
    with Journal.read(home) as journal:
        assert journal.names() == ["brave-otter"]


def test_the_state_folder_is_its_owners_alone(journal: Journal, tmp_path: Path) -> None:
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_written_to_can_be_read(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.close()
    home = tmp_path / "state"
    home.chmod(0o500)
    monkeypatch.setattr(os, "access", lambda path, _: path != home)  # root may write anywhere
    with Journal.read(home) as reader:
        assert reader.names() == ["brave-otter"]
        assert [path.name for path in home.iterdir()] == ["journal.db"]
    home.chmod(0o700)


@pytest.mark.parametrize("way", [Journal.open, Journal.read])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a database at all" * 400, r"is damaged \(file is not a database\); move it away"),
        (None, "is damaged .*; move it away"),
    ],
    ids=["something else", "damaged pages"],
)
def test_a_damaged_journal_is_told_as_one(
    journal: Journal, tmp_path: Path, way: Callable[[Path], Journal], content: bytes | None, says: str
) -> None:
    journal.close()
    file = tmp_path / "state" / "journal.db"
    file.write_bytes(content or file.read_bytes()[:8192] + b"\x07" * (file.stat().st_size - 8192))
    with pytest.raises(UserError, match=says) as caught:
        way(tmp_path / "state").run("brave-otter")
    assert str(file) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("way", [Journal.open, Journal.read])
def test_another_programs_database_is_left_alone(tmp_path: Path, way: Callable[[Path], Journal]) -> None:
    file = tmp_path / "journal.db"
    with sqlite3.connect(file) as connection:
        connection.execute("create table runs (id integer)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(UserError, match=r"not written by this version.*move it away"):
        way(tmp_path)
    with sqlite3.connect(file) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == [("runs",)]
    connection.close()
    assert len(file.read_bytes()) == len(before)


@pytest.mark.parametrize("way", [Journal.open, Journal.read])
def test_a_file_in_place_of_the_state_folder(tmp_path: Path, way: Callable[[Path], Journal]) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="is no folder; set MLPILOT_HOME"):
        way(tmp_path / "file")


def test_a_full_disk_is_the_error_that_it_is(journal: Journal, tmp_path: Path) -> None:
    with journal.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 25")
    with pytest.raises(OSError, match="No space left") as caught:
        journal.keep_fold("k", 0, 1.0, np.zeros(100_000))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(tmp_path / "state" / "journal.db")


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
