"""One small run, and every command that can be used on it, as a person would go through them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.cli import main

pytestmark = pytest.mark.bubblewrap


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("journey")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(2000, 3)), columns=["a", "b", "größe [m]"])
    frame["y"] = frame["a"] * 2 - frame["b"] + rng.normal(scale=0.3, size=2000)
    frame.to_csv(folder / "table.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def there(place, monkeypatch):
    monkeypatch.setenv("MLPILOT_HOME", str(place / "state"))
    monkeypatch.chdir(place)


def call(capsys, *words, code=0):
    assert main(words) == code
    return capsys.readouterr()


def test_the_whole_way(capsys, place):
    words = "run table.csv --target y --max-experiments 1 --sandbox bubblewrap --json"
    ran = call(capsys, *words.split())
    told = json.loads(ran.out)
    run = told["run"]
    assert told["status"] == "finished" and told["best"]["experiment"] == 1 and told["sandbox"] == "bubblewrap"
    assert f"run {run} starts: at most 1 experiment" in ran.err and "#1 " in ran.err

    assert json.loads(call(capsys, "show", run, "--json").out) == told
    assert json.loads(call(capsys, "resume", "--json").out) == told
    shown = call(capsys, "show", run).out
    assert "table.csv · 2,000 rows × 3 columns · y: a number · regression, RMSE (lower is better)" in shown
    assert "best     #1" in shown and f"mlpilot report {run} --open" in shown
    listed = call(capsys, "runs").out
    assert run in listed and "table.csv → y" in listed
    report = call(capsys, "report").out.strip()  # of the latest, as with its name
    assert report == call(capsys, "report", run).out.strip() == told["artifacts"]["report"]

    exported = call(capsys, "export", run, "out").out.split()
    assert "out/solution.py" in exported and (place / "out" / "report.html").stat().st_size > 1000
    call(capsys, "export", run, "out", code=2)

    new = pd.read_csv("table.csv").drop(columns="y").head(5).astype(object)
    new.loc[3, "b"] = "unreadable"
    new.to_csv("new.csv", index=False)
    predicted = call(capsys, "predict", run, "new.csv")
    assert "note: new.csv: b: 1 value of another kind, taken as missing" in predicted.err
    printed = predicted.out
    assert printed.splitlines()[0] == "prediction" and len(printed.splitlines()) == 6
    call(capsys, "predict", run, "new.csv", "-o", "predicted.csv")
    assert (place / "predicted.csv").read_text() == printed

    Path(report).unlink()
    assert f"{run} has no report yet" in call(capsys, "report", code=2).err
    call(capsys, "rm", run)
    call(capsys, "show", run, code=2)
    assert "nothing has been run" in call(capsys, "show", code=2).err
    assert "no runs in this folder yet" in call(capsys, "runs").err


def test_score_and_exec(capsys, place):
    (place / "mean.py").write_text(
        "def fit(X, y, *, params, seed, report):\n    return y.mean()\n\n\n"
        "def predict(model, X):\n    import numpy as np\n    return np.full(len(X), model)\n"
    )
    scored = json.loads(call(capsys, *["score", "mean.py", "table.csv", "--target", "y", "--json"]).out)
    assert scored["status"] == "scored" and scored["ci"][0] < scored["score"] < scored["ci"][1]
    (place / "wrong.py").write_text(
        "def fit(X, y, *, params, seed, report):\n    return 1 / 0\n\n\ndef predict(model, X):\n    return X\n"
    )
    failed = json.loads(call(capsys, *["score", "wrong.py", "table.csv", "--target", "y", "--json"], code=3).out)
    assert failed["status"] == "failed" and failed["score"] is None and "ZeroDivisionError" in failed["reason"]

    (place / "cell.py").write_text("print('out\\x1b[31m')\nraise ValueError('no')\n")
    ended = json.loads(call(capsys, "exec", "cell.py", "--json", code=3).out)
    assert ended["status"] == "error" and ended["stdout"].startswith("out") and ended["error"]["type"] == "ValueError"
    said = call(capsys, "exec", "cell.py", "--sandbox", "none", code=3)
    assert said.out == "out\n" and "nothing is isolated" in said.err and "ValueError" in said.err
