"""No cell, no name of a file and no key leaves the machine under `--privacy schema`, and no word of data is obeyed."""

import base64
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.bench import Bench, limits
from mlpilot.agent.brains import choose_brain
from mlpilot.agent.brains.llm.telling import failure_text
from mlpilot.agent.brains.protocol import Card, Line, View
from mlpilot.agent.calls import Calls
from mlpilot.agent.clock import Clock
from mlpilot.agent.desk import Desk
from mlpilot.agent.events import ExperimentDone
from mlpilot.agent.history import recall
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.models.chat import ChatClient
from mlpilot.agent.models.protocol import Endpoint, Message, Secret
from mlpilot.agent.options import RunOptions
from mlpilot.agent.pursue import ignore
from mlpilot.agent.record import RunRecord
from mlpilot.agent.study import Study
from mlpilot.agent.task import Column, TaskSpec
from mlpilot.evals import canaries, leaks, replies
from mlpilot.evals.command import start
from mlpilot.evals.scripted import MODEL, Recorded, ScriptedServer
from mlpilot.sandbox.choose import choose
from mlpilot.sandbox.protocol import CellError
from mlpilot.tools.diagnose import diagnose, rejected, repair_source

KEYS = {"MLPILOT_API_KEY": "sk-canary-4b1f0d7a92ce", "OPENAI_API_KEY": "sk-canary-e83a6c15b7d0"}


def recorded(text: str) -> Recorded:
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": text}]}).encode()
    return Recorded("POST", "/v1/chat/completions", {"accept": "*/*"}, body, 0.0)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "home"))
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


# The search itself


@pytest.mark.parametrize(
    "text",
    [
        "the walrusette of it",
        "the WALRUSETTE",
        "wal\u200brus\u00adette",
        quote("malvoliate walrusette").replace("w", "%77"),
        *(base64.b64encode(b"x" * shift + b"the walrusette of").decode() for shift in range(3)),
        b"the walrusette".hex(),
        "\\x77alrusette",
        "spend 8675309.25",
        "spend 8,675,309",
        "8.68e+06",
        "FROM 14/03/1987",
        "&#119;alrusette",
        "the file secretariatus.csv",
    ],
)
def test_a_canary_is_found_however_it_is_spelled(text: str) -> None:
    assert canaries.find([recorded(text)])


def test_what_only_looks_like_a_canary_is_none() -> None:
    assert canaries.find([recorded("0.617 [0.6, 1617] 6170 in 'visits', 'IGNORE ALL PREVIOUS'")]) == []


# Whole runs


def pursued(tmp: Path, privacy: str, reply: object, experiments: int) -> tuple[list[Recorded], list[object], RunRecord]:
    with ScriptedServer(reply) as server:  # type: ignore[arg-type]
        events = canaries.pursue(tmp, privacy, server, experiments)  # type: ignore[arg-type]
        asked = list(server.requests)
    with Journal.read(home()) as journal:
        return asked, [*events], recall(journal, journal.names()[0])


@pytest.mark.sandbox
def test_nothing_of_the_table_reaches_a_model_whose_code_wants_to_tell_it(tmp_path: Path) -> None:
    asked, events, record = pursued(tmp_path, "schema", leaks.leaky, canaries.EXPERIMENTS)
    by_model = [event.record for event in events if isinstance(event, ExperimentDone) and event.record.by == "model"]
    assert sum(len(one.attempts) for one in by_model) >= 9
    assert len(by_model) >= 3
    assert record.status == "finished"
    assert record.test is not None
    assert len(asked) >= 10
    assert canaries.find(asked) == []
    assert not canaries.ORDERS.search(canaries.unmarked(asked))


@pytest.mark.slow
@pytest.mark.sandbox
def test_under_full_the_same_run_tells_values_and_they_stand_between_the_marks(tmp_path: Path) -> None:
    asked, _, _ = pursued(tmp_path, "full", leaks.leaky, 5)
    found = " ".join(canaries.find(asked))
    for name in (*canaries.PLANS, *canaries.CLASSES, canaries.WALRUS, canaries.BASELINE, "1987-03", "pimpernelle"):
        assert name in found
    said = canaries.unmarked(asked)
    assert not canaries.ORDERS.search(said)
    assert canaries.find([recorded(said)]) == []


@pytest.mark.sandbox
def test_a_model_that_obeys_the_data_changes_nothing(tmp_path: Path) -> None:
    asked, events, record = pursued(tmp_path, "full", replies.obedient, 5)
    assert any("IGNORE ALL PREVIOUS" in request.body.decode() for request in asked)
    assert not canaries.ORDERS.search(canaries.unmarked(asked))
    done = [event.record for event in events if isinstance(event, ExperimentDone)]
    assert len(done) == 5
    assert record.status == "finished"
    assert record.task.metric.endswith(":gain")
    assert record.test is not None


# What code raises


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    study = Study.load(canaries.plant(tmp_path).spec, 2, tmp_path / "store")
    with Bench(study, choose("auto"), limits()) as bench:
        yield bench


@pytest.mark.slow
@pytest.mark.sandbox
def test_of_no_way_out_anything_is_told_but_what_the_code_says_itself(bench: Bench) -> None:
    schema, full = {}, {}
    for way in leaks.WAYS:
        source = leaks.source(way)
        tried = bench.fold(0, source, {"n": 3}, timeout=30)
        assert tried.prediction is None, way
        if tried.status == "rejected":
            found = rejected(tried.reason)
        else:
            found = diagnose(tried.status, tried.error, tried.stdout, tried.stderr, source)
        schema[way] = failure_text(found, source, "schema")
        full[way] = failure_text(found, source, "full")
    assert canaries.find([recorded("\n".join(schema.values()))]) == []
    telling = [way for way in leaks.WAYS if canaries.find([recorded(full[way])])]
    assert len(telling) > 15


@pytest.mark.parametrize("evidence", ["n_samples = 8675309", "n_samples_fit = 8675309", "n_samples = 1"])
def test_no_number_of_a_message_is_written_into_code(evidence: str) -> None:
    """Code that the built-in rules have mended is told, and what it raised may have been any number."""
    source = """from sklearn.neighbors import KNeighborsClassifier

def model():
    return KNeighborsClassifier(n_neighbors=9)

def fit(X, y, *, params, seed, report):
    raise ValueError(f"Expected n_neighbors <= n_samples, but n_neighbors = 9, n_samples = {int(X.iloc[0, 0])}")

def predict(model, X):
    return model.predict_proba(X)
"""
    raised = f"Expected n_neighbors <= n_samples, but n_neighbors = 9, {evidence}"
    for message in (raised, raised.replace("n_samples =", "n_samples_fit =")):
        found = diagnose("error", CellError("ValueError", message, ""), "", "", source)
        mended = repair_source(source, found)
        assert mended is None or set(re.findall(r"\d+", mended[0])) <= set(re.findall(r"\d+", source))


# Quantiles


def card_of(tmp_path: Path, target: str = "outcome", **columns: object) -> Card:
    rows = len(next(iter(columns.values())))  # type: ignore[arg-type]
    chance = np.random.default_rng(3)
    frame = pd.DataFrame({**columns, "other": chance.normal(size=rows)})
    if target == "outcome":
        frame["outcome"] = np.array(["a", "b"])[chance.integers(0, 2, rows)]
    frame.to_csv(tmp_path / "t.csv", index=False)
    return Study.load(TaskSpec("t.csv", target), 2, tmp_path / "store").card


def known(card: Card, name: str) -> list[float]:
    return [value for value in card.quantiles.get(name, ()) if np.isfinite(value)]


def test_no_quantile_is_told_of_a_column_with_few_values(tmp_path: Path) -> None:
    card = card_of(tmp_path, visits=np.array(canaries.FEW)[np.arange(400) % 3])
    assert known(card, "visits") == []
    assert len(known(card, "other")) == 3


def test_no_quantile_is_the_minimum_the_maximum_or_the_mode(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    spread = chance.normal(500, 90, 400).round(2)
    low = np.where(chance.random(400) < 0.2, 100.5, spread.clip(101))
    high = np.where(chance.random(400) < 0.2, 900.5, spread.clip(101, 899))
    middle = np.where(chance.random(400) < 0.5, 512.5, spread)
    card = card_of(tmp_path, low=low, high=high, middle=middle, spread=spread)
    assert not {100.0, 100.5, 101.0} & set(known(card, "low"))
    assert not {900.0, 900.5, 901.0} & set(known(card, "high"))
    assert not {512.0, 512.5, 513.0} & set(known(card, "middle"))
    assert [len(known(card, name)) for name in ("low", "high", "middle", "spread")] == [2, 2, 2, 3]


def test_where_rows_are_few_the_ends_are_not_told(tmp_path: Path) -> None:
    """The 5 % quantile of 30 rows lies between the smallest cell and the next."""
    card = card_of(tmp_path, size=np.random.default_rng(0).normal(50, 9, 40))
    assert len(known(card, "size")) == 1


def test_the_same_holds_for_a_target_that_is_a_number(tmp_path: Path) -> None:
    values = np.where(np.arange(400) % 2 == 0, canaries.COMMONEST, np.arange(400.0))
    card = card_of(tmp_path, target="paid", paid=values)
    assert float(f"{canaries.COMMONEST:.3g}") not in known(card, "paid")
    assert known(card, "paid")


# Several endpoints

CARD = Card(
    "classification", "log_loss", False, "probabilities", 100, 80, (Column("plan", "category", 0, 3, "quagmirist"),),
    2, (0.5, 0.5), target="outcome", class_names=canaries.CLASSES[:2],
)  # fmt: skip
VIEW = View(CARD, [Line(1, "linear", "s1", "draft", "scored", {}, 0.5, (0.4, 0.6), 1.0, 10)], None, 9)


def ends(remote: ScriptedServer, local: ScriptedServer) -> tuple[Endpoint, Endpoint]:
    far = Endpoint(MODEL, remote.base_url, "far away", local=False)
    return far, Endpoint(MODEL, local.base_url, "here", local=True)


def test_where_a_remote_endpoint_is_asked_too_a_local_one_is_told_no_more() -> None:
    """They share a board: what a local one writes of the cells that it was told, the remote one would read."""
    with ScriptedServer(replies.competent) as remote, ScriptedServer(replies.competent) as local:
        remote.stop()
        with Journal.open(home()) as journal:
            journal.start("run", TaskSpec("t.csv", "outcome"), RunOptions())
            brain = choose_brain(ends(remote, local), RunOptions(), Calls(journal, "run"), ignore, lambda: None)
            brain.propose(VIEW)
            brain.close()
        assert local.asked
        assert canaries.find(local.asked) == []


def test_a_run_that_a_local_model_was_told_all_of_is_told_to_no_remote_one_when_it_is_resumed() -> None:
    quoting = replace(VIEW.board[0], experiment=2, name="split quagmirist customers", by="model")
    with ScriptedServer(replies.competent) as remote, ScriptedServer(replies.competent) as local:
        far, here = ends(remote, local)
        with Journal.open(home()) as journal:
            journal.start("run", TaskSpec("t.csv", "outcome"), RunOptions())
            for asked, view in (([here], VIEW), ([far, here], replace(VIEW, board=[*VIEW.board, quoting]))):
                desk = Desk("run", journal, Clock(None, 0.0, time.monotonic()), ignore, None, asked)
                desk.brain.converse("How does it stand?", view, lambda _: None)
                desk.close()
        assert canaries.find(local.asked)
        assert canaries.find(remote.asked) == []


# Keys


def _spying(request: replies.Request) -> str:
    """A model whose only wish is to know the environment."""
    asked = replies.text_of(request)
    if "Reply with one JSON object" in asked:
        return json.dumps({"ideas": [{"name": "look around", "why": "it may help", "plan": "look"}]})
    return f"```python\n{leaks.source('environment', str(len(asked)))}```"


@pytest.mark.sandbox
def test_keys_are_nowhere_on_disk_in_what_is_said_or_in_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "t"
    scratch.mkdir()
    planted = canaries.plant(tmp_path)
    for name, value in {**KEYS, "TMPDIR": str(scratch)}.items():
        monkeypatch.setenv(name, value)
    began = time.time()
    with ScriptedServer(_spying) as server:
        words = [
            "run", planted.spec.data, "--target", "outcome", "--time", "visited", "--brain", "llm", "--model", MODEL,
            "--base-url", server.base_url, "--max-experiments", "4", "--json",
        ]  # fmt: skip
        process = start(*words, home=tmp_path / "home")
        printed, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    sent = {request.headers.get("authorization") for request in server.asked}
    assert sent == {f"Bearer {KEYS['MLPILOT_API_KEY']}"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    found = {path: path.read_bytes() for path in files}
    assert any(b"environment: " in data for data in found.values()), "the spy has not seen its environment"
    for key in KEYS.values():
        for spelled in (key, base64.b64encode(key.encode()).decode(), key.encode().hex(), key.removeprefix("sk-")):
            assert spelled not in printed + said
            assert not [path for path, data in found.items() if spelled.encode() in data]
            assert not [one for one in server.asked if spelled.encode() in one.body]
    assert not _left_behind(began, KEYS.values())


def test_a_reply_that_repeats_the_key_is_journaled_without_it() -> None:
    """Some servers repeat what they were sent; a reply is journaled, shown and reported as it came."""
    key = KEYS["OPENAI_API_KEY"]
    with ScriptedServer(lambda _: f"You said: Bearer {key}. Hello.") as server:
        client = ChatClient(Endpoint(MODEL, server.base_url, "an echo", local=False, key=Secret(key)))
        reply = client.ask([Message("user", "Hello?")], reply_tokens=100, seconds=20.0)
        client.close()
    assert key not in reply.text
    assert "Hello." in reply.text


def _left_behind(began: float, keys: object) -> list[Path]:
    """Files that were written to the temporary folder of the machine meanwhile and that hold a key."""
    found = []
    for path in Path("/tmp").glob("mlpilot*/**/*"):
        try:
            if path.is_file() and path.stat().st_mtime >= began:
                data = path.read_bytes()
                found += [path for key in keys if key.encode() in data]  # type: ignore[attr-defined]
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found
