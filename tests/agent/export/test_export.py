"""The exports run on their own, on real data."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.data.prepare import prepare
from mlpilot.agent.export import Context, notebook, predictions_csv, standalone_source, write_artifacts
from mlpilot.agent.export.notebook import moved
from mlpilot.agent.record import RunRecord
from mlpilot.agent.task import Column, TaskSpec
from mlpilot.commands.export import copy_all
from mlpilot.tools.solution import Solution


def run(folder: Path, *arguments: str) -> str:
    """Run solution.py in a Python that has no way to mlpilot's sources, warnings as errors of ours."""
    command = [sys.executable, "-I", "solution.py", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_classification_solution_runs_alone(
    cancer_record: RunRecord, cancer_table: pd.DataFrame, tmp_path: Path
) -> None:
    assert write_artifacts(cancer_record, tmp_path)["solution"] == "solution.py"
    assert "mlpilot" not in (tmp_path / "solution.py").read_text().replace("Written by mlpilot", "")
    cancer_table.iloc[:400].to_csv(tmp_path / "train.csv", index=False)
    cancer_table.iloc[400:].drop(columns="diagnosis").to_csv(tmp_path / "new.csv", index=False)
    assert "400 rows × 30 columns" in run(tmp_path, "predict", "train.csv", "new.csv", "-o", "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    assert list(out) == ["prediction", "probability_benign", "probability_malignant"]
    assert (out["prediction"] == cancer_table["diagnosis"].iloc[400:].to_numpy()).mean() > 0.93
    np.testing.assert_allclose(out["probability_benign"] + out["probability_malignant"], 1)


def test_train_saves_a_model_that_is_safe_to_load(
    diabetes_record: RunRecord, diabetes_table: pd.DataFrame, tmp_path: Path
) -> None:
    skops = pytest.importorskip("skops.io")
    write_artifacts(diabetes_record, tmp_path)
    diabetes_table.to_csv(tmp_path / "train.csv.gz", index=False)
    assert "saved to model.skops" in run(tmp_path, "train", "train.csv.gz")
    model = skops.load(tmp_path / "model.skops")
    X = diabetes_table.drop(columns="progression")
    assert np.corrcoef(model.predict(X), diabetes_table["progression"])[0, 1] > 0.6


ECHO = """from __future__ import annotations

import pandas as pd

SPACE = {"C": Float(0.1, 10.0), "depth": Int(1, 3), "kind": Choice(["a", "b"], default="b"), "steps": 7}


def load(X: pd.DataFrame) -> list[str]:
    return [str(kind) for kind in X.dtypes]


PARAMS = {"steps": 0}


def fit(X, y, *, params, seed, report):
    assert params == {"C": 0.5, "depth": 2, "kind": "b", "steps": 7, "odd": float("inf")} and PARAMS["steps"] == 0
    report(step=1, loss=0.5)
    return {"dtypes": load(X), "classes": sorted(set(y)), "rows": len(y)}


def predict(model, X):
    assert load(X) == model["dtypes"], (load(X), model["dtypes"])
    print("DTYPES", model["dtypes"], model["classes"], [str(value) for value in X.iloc[0]], len(X.columns))
    return [model["classes"][0]] * len(X)
"""
CHOSEN = {"C": 0.5, "depth": 2, "kind": "b", "steps": 7, "odd": float("inf")}
KINDS = [
    Column("price", "number", 0, 3, form="1.234,5"),
    Column("count", "number", 0, 3, form="whole"),
    Column("size 'm²'", "number", 1, 3),
    Column("ok", "boolean", 0, 2),
    Column("seen", "boolean", 1, 2),
    Column("day", "date", 0, 3, form="%d/%m/%Y"),
    Column("town", "category", 1, 3),
    Column("x\n\u2028import os", "text", 0, 3),
    Column("id", "id", 0, 3, used=False, why="an id"),
]
TABLE = pd.DataFrame(
    {
        "id": ["a1", "a2", "a3", "a4"],
        "price": ["1.234,50", "€ 2", "3,5 %", "4"],
        "count": ["1", "2", "3", "4"],
        "size 'm²'": ["1e400", "?", "2.5", "-1"],
        "ok": ["yes", "no", "Yes", "no"],
        "seen": ["true", "", "false", "true"],
        "day": ["31/12/2024", "01/02/2025", "03/02/2025", "04/02/2025"],
        "town": ["007", "3.0", "n/a", "Köln"],
        "x import os": ["a, b", "c", "d", "e"],
        "y \u202eclass": ["1", "0", "", "1"],
    }
)


def test_columns_arrive_in_the_types_of_the_search(tmp_path: Path) -> None:
    columns = [replace(column, name=" ".join(column.name.split())) for column in KINDS]
    context = Context("y \u202eclass", (0, 1), columns)
    (tmp_path / "solution.py").write_text(standalone_source(Solution("echo", ECHO), CHOSEN, context), encoding="utf-8")
    TABLE.to_csv(tmp_path / "train.tsv", sep="\t", index=False)
    TABLE.iloc[:1].to_json(tmp_path / "new.jsonl", orient="records", lines=True)
    said = run(tmp_path, "predict", "train.tsv", "new.jsonl", "-o", "out.csv")
    dtypes = "['float64', 'int64', 'float64', 'bool', 'float64', 'datetime64[ns]', 'object', 'object']"
    values = "['1234.5', '1', 'nan', 'True', '1.0', '2024-12-31 00:00:00', '007', 'a, b']"
    assert f"DTYPES {dtypes} [0, 1] {values} 8" in said
    assert "1 without a known target" in said
    assert (tmp_path / "out.csv").read_text() == "prediction\n0\n"


def test_reads_a_table_as_the_search_did(tmp_path: Path) -> None:
    """Features and target equal those of `prepare`, in values and types."""
    rng = np.random.default_rng(0)
    n = 60
    table = pd.DataFrame(
        {
            "whole": rng.integers(0, 9, n),
            "real": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "euro": [f"{1000 + k}.{k % 10}50,5".replace("1", "1.", 1).replace("..", ".")[-9:] for k in range(n)],
            "percent": [f"{k}.5 %" for k in range(n)],
            "flag": rng.choice(["yes", "no"], n),
            "gappy": rng.choice(["True", "False", ""], n),
            "day": pd.date_range("2024-01-28", periods=n).strftime("%d/%m/%Y"),
            "code": rng.choice(["3", "4.0", "", "Köln"], n),
            " spaced  name ": rng.choice([" a", "b ", "?"], n),
            "kind": rng.choice(["red", "green", "none"], n),
        }
    )
    table.to_csv(tmp_path / "table.csv", index=False)
    prepared = prepare(TaskSpec(str(tmp_path / "table.csv"), "kind"))
    context = Context("kind", prepared.task.classes, prepared.columns)
    alone = {"__name__": "alone"}
    exec(compile(standalone_source(Solution("echo", "def fit(): ...\n"), {}, context), "solution.py", "exec"), alone)
    rows = alone["load"](tmp_path / "table.csv")
    y = alone["labels"](rows)
    assert y.tolist() == [prepared.task.classes[code] for code in prepared.y]
    found = alone["features"](rows.loc[y.index]).reset_index(drop=True)
    assert found.dtypes.to_dict() == prepared.X.dtypes.to_dict()
    for name in prepared.X:
        assert found[name].equals(prepared.X[name]), name


def test_names_from_data_stay_data() -> None:
    """A column called like code is a text in the settings, on one line, and nothing else."""
    evil = 'a"]\n__import__("os").system("touch /tmp/owned")\n# \u2028\u202e'
    source = standalone_source(
        Solution("echo", ECHO), {"p": evil}, Context(evil, (evil, "b"), [Column(evil, "number", 0, 3)])
    )
    names = compile(source, "solution.py", "exec").co_names
    assert "__import__" not in names and "system" not in names
    assert "\u202e" not in source and "\u2028" not in source


def test_source_is_unchanged_but_for_the_future() -> None:
    source = standalone_source(Solution("echo", ECHO), CHOSEN, Context("y", (), []))
    assert ECHO.partition("\n")[2].strip() in source
    assert source.startswith('"""') and source.index("from __future__") < source.index("import os")
    assert standalone_source(Solution("echo", ECHO), CHOSEN, Context("y", (), [])) == source


def test_packages_that_were_added_are_named() -> None:
    context = Context("y", (), [], packages=("lightgbm==4.7.0", 'evil==1"""+exit()'))
    source = standalone_source(Solution("echo", ECHO), CHOSEN, context)
    assert "It was judged with these at hand:\nlightgbm==4.7.0 evil==1+exit\n" in ast.get_docstring(
        ast.parse(source), False
    )
    assert "at hand" not in standalone_source(Solution("echo", ECHO), CHOSEN, Context("y", (), []))


@pytest.mark.parametrize("name", ["cancer", "diabetes"])
def test_notebook_runs(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    record, table = request.getfixturevalue(f"{name}_record"), request.getfixturevalue(f"{name}_table")
    data = tmp_path / "table.parquet"
    table.to_parquet(data)
    record = replace(record, spec=replace(record.spec, data=str(data)))
    write_artifacts(record, tmp_path / "runs")
    folder = tmp_path / "else" / "where"
    copy_all([tmp_path / "runs" / "notebook.ipynb"], folder)
    book = nbformat.read(folder / "notebook.ipynb", as_version=4)
    nbformat.validate(book)
    nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}
    ).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert any("rows" in output.get("text", "") for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_a_notebook_says_nothing_of_where_it_was_made(cancer_record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b", target_is_directory=True)
    (tmp_path / "a" / "b").mkdir(parents=True)
    kept = tmp_path / "frames" / "0123456789abcdef" / "it's.parquet"
    record = replace(cancer_record, spec=replace(cancer_record.spec, data=str(kept)))
    write_artifacts(record, tmp_path / "link")
    text = (tmp_path / "link" / "notebook.ipynb").read_text()
    assert str(tmp_path) not in text
    assert "569 rows of it's," in text
    away = moved(text, tmp_path / "link", tmp_path / "x" / "y" / "z")
    paths = [ast.literal_eval(json.loads(one)["cells"][2]["source"].split("  #")[0][7:]) for one in (text, away)]
    assert paths == [f"{up}/frames/0123456789abcdef/it's.parquet" for up in ("../..", "../../..")]
    assert moved(away, tmp_path / "x" / "y" / "z", tmp_path / "link") == text


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"cells": [{"metadata": {"tags": ["parameters"]}, "source": "DATA = where()"}]}',
     '{"cells": [{"metadata": {"tags": ["parameters"]}, "source": "DATA = \'/abs/olute.csv\'"}]}'],
)  # fmt: skip
def test_a_notebook_that_a_person_has_changed_is_moved_as_it_is(text: str, tmp_path: Path) -> None:
    assert moved(text, tmp_path, tmp_path / "x") == text


def test_notebook_respects_groups_and_time_and_shows_hostile_names(cancer_record: RunRecord) -> None:
    evil = "[x](javascript:alert(1)) <img src=x> | $a$"
    task = replace(cancer_record.task, group="patient")
    grouped = notebook(replace(cancer_record, task=task, run=evil), "", Path.cwd())
    text = json.dumps(grouped)
    assert "GroupShuffleSplit" in text and "<img" not in text.replace("\\\\<", "") and "[x](" not in text
    timed = replace(cancer_record, task=replace(cancer_record.task, time="day"))
    assert "sort_values" in json.dumps(notebook(timed, "", Path.cwd()))


def test_predictions_are_told_in_labels() -> None:
    text = predictions_csv(np.array([3, 7]), np.array([1.0, np.nan]), np.array([[0.25, 0.75], [1, 0]]), ("no", "yes"))
    assert text == "row,truth,prediction,probability_no,probability_yes\n3,yes,yes,0.25,0.75\n7,,no,1,0\n"
    assert predictions_csv(np.array([0]), None, np.array([1.5])) == "row,prediction\n0,1.5\n"
    assert predictions_csv(np.array([0]), None, np.array([1]), (10, 20)) == "row,prediction\n0,20\n"


def test_a_run_without_a_best_leaves_a_report_only(cancer_record: RunRecord, tmp_path: Path) -> None:
    nothing = replace(cancer_record, best=None, experiments=(), behaviour=None, test=None)
    written = write_artifacts(nothing, tmp_path)
    assert written == {"report": "report.html", "solution": None, "notebook": None, "predictions": None}
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_nothing_is_left_half_written(cancer_record: RunRecord, tmp_path: Path) -> None:
    first = write_artifacts(cancer_record, tmp_path / "a", test_index=np.arange(143) + 5)
    write_artifacts(cancer_record, tmp_path / "b", test_index=np.arange(143) + 5)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(name for name in first.values() if name) and len(names) == 4
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert pd.read_csv(tmp_path / "a" / "predictions.csv")["row"].iloc[0] == 5
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "solution.py").mkdir()  # the rename fails, as it would on a full disk
    with pytest.raises(OSError):
        write_artifacts(cancer_record, tmp_path / "c")
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["solution.py"]
