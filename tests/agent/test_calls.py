"""Calls in a real Journal: what was spent is known whatever happened, and numbers are given once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.agent.calls import Calls, Past, Spent
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.protocol import Reply, Usage
from mlpilot.agent.options import RunOptions
from mlpilot.agent.record import EndpointUse
from mlpilot.agent.task import TaskSpec

MOST = Usage(100, 500, 0.01, estimated=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def journal(home: Path) -> Iterator[Journal]:
    with Journal.open(home) as journal:
        for name in ("run", "other"):
            journal.start(name, TaskSpec("t.csv", "y"), RunOptions())
        yield journal


@pytest.fixture
def calls(journal: Journal) -> Calls:
    return Calls(journal, "run")


def test_a_call_counts_in_full_until_its_reply_says_less(calls: Calls) -> None:
    assert calls.spent() == Spent()
    first = calls.begin("propose 2", "A", "system 1", MOST)
    assert calls.spent() == Spent(1, 100, 500, 0.01)
    calls.answered(first, Reply("yes", Usage(80, 20, 0.002), seconds=1.5))
    assert calls.spent() == Spent(1, 80, 20, 0.002)
    second = calls.begin("write 2", "A", "system 1", MOST)
    calls.failed(second, "timeout", "it took too long", 3.0, MOST)
    third = calls.begin("write 2", "B", "system 1", MOST)
    calls.failed(third, "connection", "nothing listens", 0.1, Usage(0, 0))
    spent = calls.spent()
    assert (spent.calls, spent.tokens, spent.cost_usd) == (3, 700, pytest.approx(0.012))


def test_replies_are_found_by_what_they_were_for(calls: Calls) -> None:
    for place in ("write 1", "write 10", "writer 1", "propose 1", "write 1"):
        calls.answered(calls.begin(place, "A", "p", MOST), Reply(f"for {place}", MOST, "length"))
    calls.unreadable(5, "it is no code")
    calls.begin("write 2", "A", "p", MOST)
    calls.failed(calls.begin("write 3", "A", "p", MOST), "server", "no", 0.0, MOST)
    assert calls.replies("write") == [
        ("write 1", Past(1, "A", "for write 1", "length")),
        ("write 10", Past(2, "A", "for write 10", "length")),
        ("write 1", Past(5, "A", "for write 1", "length")),
    ]
    assert calls.replies("repair") == []
    assert calls.replies("%") == [] and calls.replies("_rite") == []


def test_any_text_comes_back_as_it_was(calls: Calls) -> None:
    text = "'\"; drop table calls; --\x00\x1b[31m \u202e \U0001f41f\n" * 3
    calls.answered(calls.begin("write 1", "A", "p", MOST), Reply(text, MOST))
    assert calls.replies("write")[0][1].text == text


def test_what_each_endpoint_was_used_for(calls: Calls) -> None:
    for endpoint in ("B", "A", "B"):
        calls.answered(calls.begin("write 1", endpoint, "p", MOST), Reply("x", Usage(10, 5, 0.5), seconds=2.0))
    calls.unreadable(3, "no")
    assert calls.uses() == (EndpointUse("B", 2, 1, 20, 10, 1.0, 4.0), EndpointUse("A", 1, 1, 10, 5, 0.5, 2.0))


def test_who_speaks_is_who_took_over_last(calls: Calls) -> None:
    assert calls.speaker() is None
    calls.begin("write 1", "A", "p", MOST)
    assert calls.speaker() == "A"
    calls.switched("A", "B", "it is down")
    calls.begin("write 1", "B", "p", MOST)
    calls.switched("B", "A", "it answers")
    assert calls.speaker() == "A"
    assert calls.switches() == [("A", "B", "it is down"), ("B", "A", "it answers")]


def test_runs_do_not_see_each_other(journal: Journal, calls: Calls) -> None:
    other = Calls(journal, "other")
    assert other.begin("write 1", "A", "p", MOST) == calls.begin("write 1", "A", "p", MOST) == 1
    calls.answered(1, Reply("mine", MOST))
    calls.switched("A", "B", "so")
    assert other.replies("write") == [] and other.switches() == []
    assert other.spent().calls == 1
    journal.forget("run")
    assert calls.spent() == Spent() and calls.switches() == []
    assert other.spent().calls == 1


_BEGIN_MANY = """
import sys
from pathlib import Path
from mlpilot.agent.calls import Calls
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.protocol import Usage
with Journal.open(Path(sys.argv[1])) as journal:
    calls = Calls(journal, "run")
    print(*(calls.begin("converse 1", "A", "p", Usage(100, 500, 0.01)) for _ in range(25)))
"""


def test_two_processes_never_share_a_number(journal: Journal, home: Path, calls: Calls) -> None:
    command = [sys.executable, "-c", _BEGIN_MANY, str(home)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    numbers = [int(number) for process in both for number in process.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 51))
    assert calls.spent().calls == 50
