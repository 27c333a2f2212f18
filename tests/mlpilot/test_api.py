"""The same from Python: what is refused before anything is loaded, and tables that are kept for `resume`."""

import inspect
import random

import numpy as np
import pandas as pd
import pytest

import mlpilot
from mlpilot import running
from mlpilot.agent.options import RunOptions
from mlpilot.cli import build
from mlpilot.facts import file_name
from mlpilot.frames import path_of


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"budget": 0}, "90s"),
        ({"max_experiments": 0}, "1 or more"),
        ({"seed": -1}, "0 or more"),
        ({"sandbox": "dokcer"}, "'docker'"),
        ({"metric": 3}, "metric must be a name"),
        ({"task": "clasification"}, "'classification'"),
        ({"privacy": "none"}, "full, schema or local"),
        ({"base_url": "localhost"}, "http"),
        ({"gpus": "some"}, "GPUs"),
        ({"workers": 0}, "1 or more"),
    ],
)
def test_wrong_options_are_refused(options, says, state):
    with pytest.raises(mlpilot.UserError, match=says):
        mlpilot.run("d.csv", target="y", **options)
    assert not state.exists()


def test_an_llm_brain_needs_an_endpoint_but_a_missing_file_comes_first(state):
    with pytest.raises(mlpilot.UserError, match="no such file") as caught:
        mlpilot.run("missing.csv", target="y", brain="llm")
    assert caught.value.exit_code == 2
    with pytest.raises(mlpilot.NoModelError, match="OPENAI_API_KEY"):
        mlpilot.run("d.csv", target="y", brain="llm")
    assert not state.exists()


def test_what_has_no_effect_yet_is_named():
    options = RunOptions(model="m", max_tokens=1, max_cost=0.0, privacy="schema", workers=2)
    (workers,) = running.check(options, [])
    assert workers.startswith("--workers 2 has no effect yet")
    assert running.check(RunOptions(), []) == []


def test_the_options_of_models_are_passed_on(monkeypatch):
    """What a run does with them is tested where it is done; here a run is replaced by one that only listens."""
    told = []
    monkeypatch.setattr("mlpilot.agent.pursue.run", lambda _, options, *__, **___: told.append(options))
    asked = {
        "brain": "llm",
        "model": "qwen2.5-coder",
        "base_url": "http://localhost:8000/v1",
        "max_tokens": 5000,
        "max_cost": 0.25,
        "privacy": "local",
        "offline": True,
    }
    mlpilot.run("d.csv", target="y", budget="10s", **asked)
    (options,) = told
    assert {name: getattr(options, name) for name in asked} == asked


def test_a_model_is_a_name(state):
    with pytest.raises(mlpilot.UserError, match="model must be a name, not int"):
        mlpilot.run("d.csv", target="y", model=5)
    with pytest.raises(mlpilot.UserError, match="MLPILOT_API_KEY"):
        mlpilot.run("d.csv", target="y", brain="builtin", base_url="http://me:secret@localhost/v1")
    assert not state.exists()


def test_data_is_a_path_or_a_frame():
    with pytest.raises(mlpilot.UserError, match="not list"):
        mlpilot.run([1, 2], target="y")


@pytest.mark.parametrize("command", ["run", "score"])
def test_keywords_equal_the_options(command):
    options = {option.lstrip("-").replace("-", "_") for option in build().commands[command].options}
    only_there = {"h", "help", "json", "debug"}
    assert options - only_there <= set(inspect.signature(getattr(mlpilot, command)).parameters)


def test_a_frame_is_kept_once_under_its_content(state):
    frame = pd.DataFrame({"x": [1.5, None], "when": pd.to_datetime(["2026-01-01", None]), "客户": ["a", "b"]})
    path = path_of(frame, "data")
    assert path == path_of(frame.copy(), "data") != path_of(frame.assign(x=2.0), "data")
    assert state.stat().st_mode & 0o077 == 0
    assert path.startswith(str(state)) and path.endswith(".parquet") and file_name(path).startswith("DataFrame ")
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)


def test_what_parquet_cannot_hold_is_kept_as_csv():
    mixed = pd.DataFrame([[1, "a"], ["b", 2]], columns=["x", "x"])
    assert path_of(mixed, "data").endswith(".csv")


def test_names_are_found_and_others_are_not():
    assert {"run", "resume", "score", "Result", "Task", "UserError"} <= set(dir(mlpilot))
    assert mlpilot.Task.__name__ == "Task"
    with pytest.raises(AttributeError, match="nonsense"):
        mlpilot.nonsense  # noqa: B018


def test_the_luck_of_a_notebook_is_left_alone(state, tmp_path):
    """LangGraph, and Rich as it is imported, draw from the generator that all share."""
    table = tmp_path / "t.csv"
    pd.DataFrame({"x": range(60), "y": [0, 1] * 30}).to_csv(table, index=False)
    random.seed(3)
    before = random.getstate(), np.random.get_state()[1].tolist()
    found = mlpilot.run(table, "y", max_experiments=1, brain="builtin", sandbox="none")
    assert mlpilot.resume(found.run).status == found.status
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
