"""What is left when a Run is removed: nothing of its own, everything that another needs."""

from pathlib import Path

import pytest

from mlpilot.agent import history
from mlpilot.agent.home import data_folder, home, run_folder
from mlpilot.agent.journal import Journal
from mlpilot.agent.lock import hold
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec

HASH = "5f" * 32


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """One Run of a Task whose rows are laid out."""
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    journal = Journal.open(home())
    started(journal, "brave-otter", task_hash=HASH)
    data_folder(HASH).mkdir(parents=True)
    return journal


def started(journal: Journal, run: str, **facts: str) -> None:
    journal.start(run, TaskSpec("t.csv", "y"), RunOptions())
    run_folder(run).mkdir(parents=True)
    journal.learn(run, **facts)


def test_rows_go_with_the_last_run_of_their_task(journal: Journal) -> None:
    started(journal, "calm-crow", task_hash=HASH)
    history.remove(journal, "brave-otter")
    assert data_folder(HASH).exists() and not run_folder("brave-otter").exists()
    history.remove(journal, "calm-crow")
    assert not data_folder(HASH).exists()


def test_rows_stay_for_a_run_that_may_be_about_to_read_them(journal: Journal) -> None:
    started(journal, "calm-crow")
    with hold("calm-crow"):
        history.remove(journal, "brave-otter")
    assert data_folder(HASH).exists()


def test_a_run_that_ended_before_it_read_anything_needs_no_rows(journal: Journal) -> None:
    started(journal, "calm-crow")
    history.discard(journal, "brave-otter", HASH)
    assert not data_folder(HASH).exists()
