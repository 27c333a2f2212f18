"""`mlpilot check`: exit codes, formats, and the lines that editors read."""

import json
import re
import sys

import pytest

from mlpilot.cli import main

LEAK = "X = StandardScaler().fit_transform(X)\na, b, c, d = train_test_split(X, y)\n"
MATCHER = re.compile(
    r"^((?:\w:)?[^:\s]+):(\d+)(?::(\d+))?(?::\d+:\d+)?: (error|warning|note): (.+?)(?:\s+\[([\w-]+)\])?$"
)
"""The problem matcher of the VS Code task."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leak.py").write_text(LEAK)
    (tmp_path / "fine.py").write_text("x = 1\n")
    (tmp_path / "noted.py").write_text("a, b, c, d = train_test_split(X, y)\n")
    return tmp_path


@pytest.mark.parametrize(("name", "code"), [("leak.py", 3), ("fine.py", 0), ("noted.py", 0), (".", 3)])
def test_the_exit_code_tells_the_worst(folder, name, code):
    assert main(["check", name]) == code


@pytest.mark.parametrize(
    ("words", "why"),
    [(["nowhere.py"], "no such file"), (["leak.py", "--select", "LAEK"], "no code begins with"), ([], "required")],
)
def test_mistakes_are_one_line(folder, capsys, words, why):
    assert main(["check", *words]) == 2
    said = capsys.readouterr()
    assert why in said.err and said.err.count("\n") == 1 and not said.out


def test_lines_are_read_by_the_problem_matcher(folder, capsys):
    main(["check", "."])
    lines = capsys.readouterr().out.splitlines()
    found = [MATCHER.match(line) for line in lines]
    assert lines and all(found)
    assert ("leak.py", "1", "5", "warning", "LEAK001") in {one.group(1, 2, 3, 4, 6) for one in found if one}


def test_the_source_is_shown_when_asked_for(folder, capsys):
    main(["check", "leak.py", "--show-source", "--ignore", "SPLIT"])
    _, line, caret, remedy = capsys.readouterr().out.splitlines()
    assert line.strip() == LEAK.splitlines()[0]
    assert line[caret.index("^") :].startswith("StandardScaler")
    assert remedy.strip().startswith("help: ")


def test_json_is_one_list(folder, capsys):
    assert main(["check", ".", "--format", "json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert {"path", "line", "column", "severity", "code", "message", "fix"} == set(found[0])
    assert {one["code"] for one in found} == {"LEAK001", "SPLIT001"}
    assert main(["check", "fine.py", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_sarif(folder, capsys):
    assert main(["check", "leak.py", "--format", "sarif"]) == 3
    log = json.loads(capsys.readouterr().out)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["LEAK001", "SPLIT001"]


def test_select_and_ignore(folder, capsys):
    assert main(["check", ".", "--select", "SPLIT"]) == 0
    assert main(["check", ".", "--ignore", "LEAK001,SPLIT"]) == 0
    assert capsys.readouterr().out.count("[SPLIT001]") == 2


def test_nothing_heavy_is_imported(folder):
    import subprocess

    source = "import sys; from mlpilot.cli import main; main(['check', 'leak.py']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "sklearn", "torch", "keras"} & set(done.stdout.split())
