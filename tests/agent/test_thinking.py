"""Whole Runs with a model: real data, a real sandbox, a real client; the model is a scripted server.

That server is a fake of the network peer: replies written by hand, which say nothing of how good any model is.
"""

import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_wine

from mlpilot.agent.brains.protocol import Idea
from mlpilot.agent.contributions import OF_MODEL
from mlpilot.agent.events import Asking, Event, ExperimentDone, Switched
from mlpilot.agent.models.switchboard import BUILT_IN
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import Interrupted, resume, run
from mlpilot.agent.result import Result
from mlpilot.agent.task import TaskSpec
from mlpilot.evals.replies import BROKEN, competent, incompetent, solution
from mlpilot.evals.scripted import MODEL, ScriptedServer

WINE = TaskSpec("wine.csv", "target")
EXPERIMENTS = 5
pytestmark = pytest.mark.sandbox


def fallible(request: Any) -> str:
    """A competent model whose second Solution fails in a way that no rule mends; asked to, it mends it."""
    asked = str(request["messages"][1]["content"])
    if "Write the Solution" in asked and BROKEN in asked:
        broken = solution(BROKEN).replace("    numbers =", "    assert params is None\n    numbers =")
        return f"```python\n{broken}```"
    if "This Solution failed" in asked:
        return f"I took the assertion out.\n\n```python\n{solution(BROKEN)}```"
    return competent(request)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state folder for most: folds that were fitted once are found, and only the thinking is new."""
    return with_table(tmp_path_factory.mktemp("thinking"))


def with_table(folder: Path) -> Path:
    load_wine(as_frame=True).frame.to_csv(folder / "wine.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def folder(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(state)
    for name in ("MLPILOT_HOME", "OPENAI_API_KEY", "OPENAI_BASE_URL", "MLPILOT_API_KEY", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("mlpilot.agent.models.engines.finding.PORTS", {})
    return state


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(fallible) as server:
        yield server


def options(server: ScriptedServer | str, **more: Any) -> RunOptions:
    url = server if isinstance(server, str) else server.base_url
    return RunOptions(**{"brain": "llm", "base_url": url, "model": MODEL, "max_experiments": EXPERIMENTS, **more})


def board(result: Result) -> list[tuple[object, ...]]:
    return [
        (one.number, one.name, one.kind, one.by, one.status, dict(one.params), one.members, one.score)
        for one in result.record.experiments
    ]


def ended_well(result: Result, experiments: int = EXPERIMENTS) -> None:
    """Judged, with the built-in default as its first experiment, and with gains that add up."""
    told, record = result.to_json(), result.record
    assert told["status"] == "finished" and told["best"]["score"] < 0.3
    assert told["experiments"]["total"] == experiments
    assert record.experiments[0].by == "built-in"
    if record.thinking.calls:
        first, best = record.experiments[0].score, record.experiments[(record.best or 1) - 1].score
        assert first is not None and best is not None
        assert record.thinking.control == first.value
        lowest = min(one.score.value for one in record.experiments if one.score)
        assert sum(one.gain for one in record.thinking.contributions) == pytest.approx(first.value - lowest)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, list[bytes]]:
    """What came of a Run that nobody disturbed, and what was asked; no lessons of others were there."""
    before = Path.cwd()
    os.chdir(with_table(tmp_path_factory.mktemp("undisturbed")))
    try:
        with ScriptedServer(fallible) as server:
            result = run(WINE, options(server))
            return result, [request.body for request in server.asked]
    finally:
        os.chdir(before)


def test_a_competent_model_takes_part(undisturbed: tuple[Result, list[bytes]]) -> None:
    result, asked = undisturbed
    ended_well(result)
    told = result.to_json()
    assert told["brain"] == "llm"
    assert told["model_calls"]["count"] == len(asked) == 4
    assert Counter(one.by for one in result.record.experiments) == {"built-in": 3, "model": 2}
    assert all(one.status == "scored" for one in result.record.experiments)
    repaired = [one for one in result.record.experiments if any(attempt.repair for attempt in one.attempts)]
    assert [one.attempts[0].repair for one in repaired] == ["I took the assertion out."]
    assert result.record.experiments[-1].kind == "blend"
    assert not result.record.thinking.switches
    assert OF_MODEL[0] in {one.name for one in result.record.thinking.contributions}


def test_an_incompetent_model_does_no_harm(server: ScriptedServer) -> None:
    server.reply = incompetent(3)
    result = run(WINE, options(server))
    ended_well(result)
    assert result.to_json()["model_calls"]["count"] == len(server.asked) > 3
    assert result.record.thinking.switches, "it was said"


@pytest.mark.slow
def test_a_server_that_is_not_there(server: ScriptedServer) -> None:
    server.stop()
    events: list[Event] = []
    result = run(WINE, options(server, max_experiments=4), events.append)
    ended_well(result, 4)
    assert {one.by for one in result.record.experiments} == {"built-in"}
    ((_, after, why),) = result.record.thinking.switches
    assert after == BUILT_IN and "nothing listens" in why
    assert sum(isinstance(event, Switched) for event in events) == 1
    assert result.to_json()["model_calls"]["prompt_tokens"] == 0


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle(server: ScriptedServer) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, ExperimentDone) and event.record.number == 3:
            server.stop()

    result = run(WINE, options(server), listen)
    ended_well(result)
    assert result.record.thinking.endpoints[0].answered == len(server.asked) == 2
    assert [after for _, after, _ in result.record.thinking.switches] == [BUILT_IN]
    (lost,) = [one for one in result.record.experiments if one.status == "failed"]
    assert lost.by == "model" and lost.reason.startswith("no code came for it: nothing listens")


def test_the_limit_on_tokens_stops_the_asking_and_says_so(server: ScriptedServer) -> None:
    events: list[Event] = []
    result = run(WINE, options(server, max_tokens=3000), events.append)
    ended_well(result)
    calls = result.to_json()["model_calls"]
    assert calls["prompt_tokens"] + calls["completion_tokens"] <= 3000
    assert 0 < calls["count"] == len(server.asked) < 4
    assert any("--max-tokens 3,000" in event.why for event in events if isinstance(event, Switched))


@pytest.mark.slow
def test_a_declined_idea_is_one_experiment_and_costs_no_code(server: ScriptedServer) -> None:
    asked: list[Idea] = []

    def approve(idea: Idea) -> bool:
        asked.append(idea)
        return idea.by != "model"

    result = run(WINE, options(server), approve=approve)
    ended_well(result)
    declined = [one for one in result.record.experiments if one.by == "model"]
    assert len(declined) == 2 and all(one.reason == "you declined it" for one in declined)
    assert len({one.name for one in declined}) == 2
    assert len(server.asked) == 1, "the ideas; nobody wrote code for them"
    assert [idea.by for idea in asked].count("model") == 2


@pytest.mark.slow
def test_a_slow_server_does_not_break_the_budget(server: ScriptedServer) -> None:
    """Of replies that take 8 s each, none may take more than its share of the time that is left."""

    def slow(request: Any) -> str:
        time.sleep(8)
        return competent(request)

    server.reply = slow
    began = time.monotonic()
    result = run(WINE, options(server, budget=20.0, max_experiments=None))
    took = time.monotonic() - began
    assert result.status == "finished" and result.best is not None
    assert took < 20.0 * 1.08 + 5.0
    assert result.record.experiments[0].by == "built-in"


SCRIPT = """
import sys
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import run
from mlpilot.agent.task import TaskSpec
options = RunOptions(brain="llm", base_url=sys.argv[1], model=sys.argv[2], max_experiments=int(sys.argv[3]))
run(TaskSpec("wine.csv", "target"), options)
"""


@pytest.mark.parametrize("call", [pytest.param(1, id="code"), pytest.param(3, id="repair", marks=pytest.mark.slow)])
def test_kill_minus_nine_in_the_middle_of_a_call(
    undisturbed: tuple[Result, list[bytes]],
    server: ScriptedServer,
    call: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends as the undisturbed one, and only what was in flight is asked for twice."""
    monkeypatch.chdir(with_table(tmp_path))  # where no lesson of another Run is
    arrived, hold = threading.Event(), threading.Event()

    def reply(request: Any) -> str:
        if len(server.asked) == call + 1 and not hold.is_set():
            arrived.set()
            hold.wait(60)
        return fallible(request)

    server.reply = reply
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), server.base_url, MODEL, str(EXPERIMENTS)],
        stderr=subprocess.DEVNULL,
    ) as process:
        assert arrived.wait(60)
        process.kill()
    hold.set()
    result = resume(None)
    ended_well(result)
    expected, asked = undisturbed
    assert board(result) == board(expected)
    bodies = [request.body for request in server.asked]
    assert bodies == [*asked[: call + 1], *asked[call:]]
    assert result.to_json()["model_calls"]["count"] == len(bodies)
    assert not result.record.thinking.switches


@pytest.mark.slow
def test_a_run_goes_on_without_the_model_that_it_began_with(server: ScriptedServer) -> None:
    """The server is gone, and with it the name of its model: the built-in brain takes over, and that is told."""

    def impatient(event: Event) -> None:
        if isinstance(event, Asking) and event.purpose == "write" and len(server.asked) == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        run(WINE, options(server, model=None), impatient)
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)):  # nobody else takes the port, and nobody answers there
        result = resume(caught.value.run)
    ended_well(result)
    lost = [one for one in result.record.experiments if one.status == "failed"]
    assert [one.reason for one in lost] == ["no code came for it: no endpoint is configured any more"]
    assert result.record.thinking.switches[-1][1] == BUILT_IN
    assert [one.by for one in result.record.experiments].count("model") == 2
