"""Files as they come: notebooks, folders, hostile ones; and what is printed for machines."""

import ast
import json
import mmap
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from mlpilot.sandbox.errors import UserError
from mlpilot.tools.diagnose import Diagnosis, repair_source
from mlpilot.tools.diagnose.static.formats import as_json, as_sarif
from mlpilot.tools.diagnose.static.inspect import check_file, check_files
from mlpilot.tools.diagnose.static.reading.machine import read
from mlpilot.tools.diagnose.static.report import check_source
from mlpilot.tools.diagnose.static.rules.every import RULES
from mlpilot.tools.diagnose.static.rules.rule import Found, Program, Rule
from mlpilot.tools.diagnose.static.source import programs
from mlpilot.tools.recipes.book import suitable, write_module
from mlpilot.tools.recipes.table import Table

LEAK = "X = StandardScaler().fit_transform(X)\na, b, c, d = train_test_split(X, y, random_state=0)\n"

HOSTILE = {
    "syntax.py": b"def f(:\n  pass\n",
    "null.py": b"x = 1\x00\n",
    "line.py": b'x = "' + b"a" * 10_000_000 + b'"\n',
    "wide.py": b'x = "' + b"a" * 1_000_000 + b'"\n',
    "brackets.py": b"x = " + b"(" * 5000 + b"1" + b")" * 5000,
    "minus.py": b"x = " + b"-" * 100_000 + b"1",
    "attributes.py": b"x = a" + b".b" * 50_000 + b"\n",
    "calls.py": b"x = a" + b"()" * 50_000 + b"\n",
    "python2.py": b'print "hello"\n',
    "latin.py": 'x = "é"\n'.encode("latin-1"),
    "klingon.py": b"# coding: klingon\nx = 1\n",
    "wide16.py": "x = 1\n".encode("utf-16"),
    "cut.ipynb": b'{"cells": [',
    "list.ipynb": b"[1, 2]",
    "deep.ipynb": b"[" * 100_000,
}
"""Files that give one clear line each."""

TAME = {
    "empty.py": b"",
    "latin_said.py": '# -*- coding: latin-1 -*-\nx = "é"\n'.encode("latin-1"),
    "recursion.py": b"def f(n):\n    return f(n - 1) + f(n - 2)\nf(10)\n",
    "doubling.py": "\n".join(
        f"def f{i}(x):\n    return f{i + 1}(x), f{i + 1}(x), f{i + 1}(x)" for i in range(30)
    ).encode(),
    "powers.py": b'x = 10**10**10\ny = "a" * 10**9\nz = [0] * 10**12\n',
    "loops.py": "\n".join("    " * i + f"for i{i} in [a, b, c, d]:" for i in range(15)).encode() + b" model.fit(X)\n",
    "odd.ipynb": json.dumps({"cells": [1, None, {"cell_type": "code", "source": [1, {}]}], "metadata": []}).encode(),
    "other.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": "x <- 1"}], "metadata": {"kernelspec": {"language": "R"}}}
    ).encode(),
}
"""Files in which nothing is wrong."""


def test_each_hostile_file_is_one_line_and_spares_the_others(tmp_path: Path) -> None:
    for name, raw in (HOSTILE | TAME).items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "leak.py").write_text(LEAK)
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "folder.py" / "inner.py").write_text("x = 1\n")
    os.mkfifo(tmp_path / "fifo.py")
    found = dict.fromkeys([*HOSTILE, "fifo.py", "leak.py"], 0)
    for one in (one for many in check_files(programs([str(tmp_path)])) for one in many):
        assert one.severity == "warning" if one.path.endswith("leak.py") else one.severity == "error", one
        assert len(one.message) < 300 and "\n" not in one.message and "a bug" not in one.message
        found[Path(one.path).name] += 1
    assert found == dict.fromkeys(found, 1)


def test_a_process_of_many_gigabytes_can_check(tmp_path: Path) -> None:
    (tmp_path / "leak.py").write_text(LEAK)
    with mmap.mmap(-1, 3 * 2**30):
        (found,) = check_files([tmp_path / "leak.py"])
    assert [one.severity for one in found] == ["warning"]


def test_a_file_that_kills_its_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deadly(path: Path) -> list[Diagnosis]:
        if path.name == "deadly.py":
            os._exit(139)
        if path.name == "wrong.py":
            raise ZeroDivisionError("in a rule")
        return check_file(path)

    monkeypatch.setattr("mlpilot.tools.diagnose.static.inspect.check_file", deadly)
    paths = [tmp_path / name for name in ("a.py", "deadly.py", "b.py", "wrong.py", "c.py")]
    for path in paths:
        path.write_text(LEAK)
    codes = [[one.code for one in found] for found in check_files(paths)]
    assert codes == [["LEAK001"], ["READ001"], ["LEAK001"], ["READ001"], ["LEAK001"]]


def test_a_rule_that_breaks_spares_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(program: Program) -> Iterator[Found]:
        yield program.tree.body[0], "found before it broke"
        raise IndexError("list index out of range")

    broken = Rule("TEST001", "test", "warning", "a rule that breaks", "none", "none", breaks)
    monkeypatch.setattr("mlpilot.tools.diagnose.static.report.RULES", [broken, *RULES])
    found = {one.code: one for one in check_source(LEAK)}
    assert set(found) == {"TEST001", "READ002", "LEAK001"}
    assert found["READ002"].severity == "note"
    assert found["READ002"].message == (
        "TEST001 was not looked for: this is a bug in mlpilot: IndexError: list index out of range"
    )


def test_what_has_no_positional_arguments_and_what_is_infinite_is_read() -> None:
    source = """
import numpy as np
import tensorflow as tf
from torch.utils.data import Subset
train, valid = Subset(dataset=data, indices=rows), Subset(dataset=data, indices=rows[:9])
x = np.zeros((3, 1e400))
layer = tf.keras.layers.Dense(1e400)(tf.keras.Input((1e400,)))
"""
    assert [one.code for one in check_source(source)] == ["TORCH260"]


def test_a_file_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlpilot.tools.diagnose.static.inspect.SECONDS", 0.3)
    monkeypatch.setattr("mlpilot.tools.diagnose.static.inspect.check_file", lambda _: time.sleep(600))
    (found,) = check_files([tmp_path / "slow.py"])
    assert "takes longer than" in found[0].message


def test_folders(tmp_path: Path) -> None:
    kept = ["a.py", "b.ipynb", "sub/c.py"]
    left = [".hidden.py", ".git/d.py", "venv/e.py", "mine/lib/f.py", "node_modules/g.py", "notes.txt", "h.pyc"]
    for name in [*kept, *left]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "mine" / "pyvenv.cfg").write_text("")
    (tmp_path / "out.py").symlink_to("/etc/hostname")
    (tmp_path / "around").symlink_to(tmp_path)
    assert programs([str(tmp_path)]) == [tmp_path / name for name in kept]


def test_what_is_not_there_is_the_persons_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "table.CSV").write_text("a,b\n1,2\n")
    for name, why in (
        ("nowhere.py", "no such file"),
        ("empty", "no Python file"),
        ("fifo", "neither a plain file"),
        ("table.CSV", "holds data"),
    ):
        with pytest.raises(UserError, match=why):
            programs([str(tmp_path / name)])


def test_a_place_in_a_notebook_is_that_of_its_file(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# X = StandardScaler()"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install x\n", "files = !ls\n", "X?\n"]},
        {"cell_type": "code", "source": ["%%bash\n", "ls -la\n"]},
        {"cell_type": "code", "source": ["%%time\n", 'name = "é\\n"\n', "X = StandardScaler().fit_transform(X)\n"]},
        {"cell_type": "code", "source": "print 'a'"},
        {"cell_type": "code", "source": "a, b, c, d = train_test_split(X, y,\n    random_state=0)\nX.dropna()"},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}, indent=1), encoding="utf-8")
    found = {one.code: one for one in check_file(path)}
    assert set(found) == {"SYNTAX001", "LEAK001"}
    lines = path.read_text(encoding="utf-8").split("\n")
    leak, broken = found["LEAK001"], found["SYNTAX001"]
    assert lines[leak.line - 1][leak.column - 1 :].startswith("StandardScaler()")
    assert lines[broken.line - 1][broken.column - 1 :].startswith("print 'a'")
    assert leak.message.endswith("(cell 4, line 3)") and broken.message.endswith("(cell 5, line 1)")


def test_columns_count_characters() -> None:
    (one,) = check_source('é = "日本"; b = np.float\n')
    assert (one.code, one.line, one.column) == ("API003", 1, 15)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("", ["LEAK001"]),
        ("  # mlpilot: ignore", []),
        ("  # mlpilot: ignore[LEAK001, API003]", []),
        ("  # mlpilot: ignore[API003]", ["LEAK001"]),
    ],
)
def test_what_the_author_waves_through(comment: str, codes: list[str]) -> None:
    first, second = LEAK.splitlines()
    assert [one.code for one in check_source(f"{first}{comment}\n{second}\n")] == codes


def test_reading_stops_where_a_program_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlpilot.tools.diagnose.static.reading.expressions.MOST_STEPS", 1000)
    trace = read(ast.parse("\n".join(f"x{i} = f(a, b, c, d)" for i in range(500))))
    assert trace.exhausted and len(trace.calls) < 500


def test_json_and_sarif() -> None:
    found = check_source(LEAK, "some folder/é.py")
    assert as_json(found) == [
        {
            "path": "some folder/é.py",
            "line": 1,
            "column": 5,
            "severity": "warning",
            "code": "LEAK001",
            "message": found[0].message,
            "fix": found[0].remedy,
        }
    ]
    log = as_sarif(found, "1.2.3")
    (run,) = log["runs"]
    rules, (result,) = run["tool"]["driver"]["rules"], run["results"]
    assert log["version"] == "2.1.0" and run["tool"]["driver"]["version"] == "1.2.3"
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "LEAK001"
    assert len({rule["id"] for rule in rules}) == len(rules) and all(rule["shortDescription"]["text"] for rule in rules)
    location = result["locations"][0]["physicalLocation"]
    assert location == {
        "artifactLocation": {"uri": "some%20folder/%C3%A9.py"},
        "region": {"startLine": 1, "startColumn": 5},
    }
    assert result["level"] == "warning" and result["message"]["text"]


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ("from sklearn.cross_validation import KFold\n", "from sklearn.model_selection import KFold\n"),
        ("import numpy as np\na = np.zeros(3, np.float)\n", "import numpy as np\na = np.zeros(3, float)\n"),
        ("encoder = OneHotEncoder(sparse=False)\n", "encoder = OneHotEncoder(sparse_output=False)\n"),
        ('m = GradientBoostingRegressor(loss="ls")\n', 'm = GradientBoostingRegressor(loss="squared_error")\n'),
    ],
)
def test_what_is_found_by_reading_can_be_mended_as_if_it_had_been_run(wrong: str, mended: str) -> None:
    (one,) = check_source(wrong)
    done = repair_source(wrong, one)
    assert done is not None and done[0] == mended
    assert check_source(mended) == []


@pytest.mark.parametrize(("task", "classes"), [("classification", 2), ("classification", 4), ("regression", 0)])
def test_our_own_recipes_are_clean(task: Literal["classification", "regression"], classes: int) -> None:
    table = Table(
        task,
        800,
        classes,
        50,
        numbers=("a", "b"),
        booleans=("f",),
        categories=("c", "d"),
        dates=("t",),
        texts=("x",),
        missing=frozenset({"a", "c"}),
        distinct={"c": 5, "d": 30},
        metric="neg_log_loss" if classes else "r2",
    )
    written = [(one.key, write_module(table, one.parts(table))) for one in suitable(table)]
    assert len(written) > 5
    assert not [(key, str(found)) for key, module in written for found in check_source(module)]


_BY_NAMES_PUT_TOGETHER = """
import pandas as pd
df = pd.read_csv("air.csv")
for w in (3, 7):
    df[f"ma{w}"] = df["pm"].rolling(w, center=True).mean()
df["wind"] = 1 / (df["wind"] + 0.5)
df["weekend"] = (df.index % 7 > 4).astype(int)
df["change"] = df["temp"].diff().fillna(0)
train, test = df[:900], df[900:]
features = [c for c in df.columns if c != "target"]
model = Ridge().fit(train[features], train["target"])
print(model.score(test[features], test["target"]))
"""


@pytest.mark.parametrize("hash_seed", ["1", "2", "3", "4"])
def test_the_words_of_a_finding_do_not_hang_on_the_order_of_a_set(tmp_path: Path, hash_seed: str) -> None:
    source = "X = (X - X.mean()) / X.std()\na, b, c, d = train_test_split(X, y, random_state=0)\n"
    (tmp_path / "scaled.py").write_text(source)
    (tmp_path / "window.py").write_text(_BY_NAMES_PUT_TOGETHER)
    told = subprocess.run(
        [sys.executable, "-m", "mlpilot", "check", "scaled.py", "window.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "scaled.py:1:10: warning: the mean that goes into the data is that of X" in told.stdout
    assert "window.py:5:20: warning: a feature is a window that is centred on its row" in told.stdout
