"""The VS Code door: what is merged into tasks.json, and that nothing of a person's is lost."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpilot.cli import build, main
from mlpilot.parser import parse
from mlpilot.sandbox.errors import UserError
from mlpilot.vscode import jsonc
from mlpilot.vscode.merging import merge_into, merged
from mlpilot.vscode.tasks import INPUTS, PATTERN, TABLE_PATTERN, TASKS

THEIRS = """\
// tasks of our team
{
  "version": "2.0.0", /* as VS Code writes it */
  "tasks": [
    { "label": "deploy", "type": "shell", "command": "make // not a comment" }, // never on Fridays
    {
      "label": "mlpilot: resume", // an older one of ours
      "type": "shell",
    },
  ],
  "inputs": [{ "id": "who", "type": "promptString" }],
}
"""


def labels(text: str) -> list[str]:
    return [task["label"] for task in jsonc.read(text).value["tasks"]]


def test_a_new_file_is_plain_json() -> None:
    written = json.loads(merged(""))
    assert written == {"version": "2.0.0", "tasks": [*TASKS], "inputs": [*INPUTS]}


def test_what_is_theirs_stays_to_the_letter() -> None:
    text = merged(THEIRS)
    kept = [
        "// tasks of our team",
        "/* as VS Code writes it */",
        '"command": "make // not a comment" }, // never on Fridays',
    ]
    assert all(part in text for part in [*kept, '{ "id": "who", "type": "promptString" }'])
    assert "an older one of ours" not in text
    ours = [task["label"] for task in TASKS]
    assert sorted(labels(text)) == sorted(["deploy", *ours])
    assert [one["id"] for one in jsonc.read(text).value["inputs"]] == ["who", *(one["id"] for one in INPUTS)]


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"tasks":[]}', "{ // only a comment\n}", THEIRS, THEIRS.replace("\n", "\r\n"), "\ufeff" + THEIRS,
     '{\n\t"tasks": [\n\t\t// none yet\n\t]\n}'],
)  # fmt: skip
def test_merging_twice_changes_nothing_more(text: str) -> None:
    once = merged(text)
    assert merged(once) == once
    assert {task["label"] for task in TASKS} <= set(labels(once))
    assert ("\r\n" in text) == ("\r\n" in once)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), st.integers(0, 4), VALUES)
def test_edits_change_what_they_say_and_nothing_else(value: dict[str, object], indent: int, new: object) -> None:
    text = json.dumps(value, indent=indent or None)
    root = jsonc.read(text)
    assert root.value == value
    assert jsonc.read(jsonc.with_member(text, root, "a new name", new)).value == {**value, "a new name": new}
    for name, node in root.members.items():
        assert jsonc.read(jsonc.replaced(text, node, new)).value == {**value, name: new}
        if isinstance(node.value, list):
            assert jsonc.read(jsonc.with_item(text, node, new)).value == {**value, name: [*node.value, new]}


@st.composite
def as_people_write(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A tasks.json with tasks of theirs, comments and blanks in every place, and commas at ends; and its comments."""
    comments: list[str] = []
    line = draw(st.sampled_from(["\n", "\r\n"]))

    def gap() -> str:
        kind = draw(st.sampled_from(["", " ", "line", "block", "\t", "break"]))
        if kind in ("line", "block"):
            comments.append(f'"{len(comments)}", {{[')
            return f" // {comments[-1]}{line}" if kind == "line" else f"/* {comments[-1]} */"
        return line if kind == "break" else kind

    def joined(parts: list[str], opened: str, closed: str) -> str:
        comma = draw(st.sampled_from(["", ","])) if parts else ""
        between = [f"{gap()}{part}{gap()}" for part in parts]
        return opened + (",".join(between) or gap()) + comma + gap() + closed

    labels = draw(st.lists(st.sampled_from(["deploy", "mlpilot: watch", "mlpilot: resume", "größe"]), unique=True))
    tasks = [joined([f'"label":{gap()}"{label}"', '"type": "shell"'], "{", "}") for label in labels]
    members = [f'"tasks":{gap()}{joined(tasks, "[", "]")}', '"version"' + gap() + ':"2.0.0"', '"theirs": 1']
    chosen = draw(st.permutations(members[: draw(st.integers(0, 3))]))
    text = draw(st.sampled_from(["", "\ufeff"])) + gap() + joined(chosen, "{", "}") + gap()
    return text, [comment for comment in comments if comment in text]


@settings(max_examples=50, deadline=None)
@given(as_people_write())
def test_whatever_people_write_between_stays(written: tuple[str, list[str]]) -> None:
    text, comments = written
    before, after = jsonc.read(text).value, merged(text)
    held = jsonc.read(after).value
    ours = {task["label"]: task for task in TASKS}
    assert merged(after) == after
    assert {task["label"]: task for task in held["tasks"] if task["label"] in ours} == ours
    assert len(held["tasks"]) == len(set(labels(after)))
    theirs = [task for task in before.get("tasks", []) if task["label"] not in ours]
    assert [task for task in held["tasks"] if task["label"] not in ours] == theirs
    assert held.get("theirs") == before.get("theirs")
    replaced = "mlpilot: " in text  # what stands inside a task of ours goes with it
    assert replaced or all(comment in after for comment in comments)


def test_layout_is_as_it_was() -> None:
    tabs = merged('{\n\t"tasks": []\n}\n')
    assert '\n\t\t{\n\t\t\t"label"' in tabs and "\n  " not in tabs
    assert merged('\ufeff{\r\n  "tasks": []\r\n}').startswith("\ufeff{\r\n")
    assert "\n" not in merged('{\r\n  "tasks": []\r\n}').replace("\r\n", "")


@pytest.mark.parametrize("text", ["\ufeff", " \r\n\t", "\ufeff\n"])
def test_a_file_of_nothing_is_a_new_one(text: str) -> None:
    assert jsonc.read(merged(text)).value == json.loads(merged(""))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"tasks": [}', "line 1, column 12"),
        ("[1]", "does not hold an object"),
        ('{"tasks": {}}', "not a list"),
        ('{"version": "0.1.0"}', "2.0.0 is needed"),
        ("/* never ends", "does not end"),
        ("[" * 5000, "nested too deeply"),
        ('{"a": 1} {"b": 2}', "after the end"),
        ('{"tasks": [1 2]}', "comma"),
        ('{"a": nul}', "not a value"),
    ],
)
def test_what_cannot_be_understood_is_left_alone(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / ".vscode" / "tasks.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(UserError, match=said) as caught:
        merge_into(tmp_path)
    assert "\n" not in str(caught.value)
    assert file.read_text() == text
    assert [path.name for path in file.parent.iterdir()] == ["tasks.json"]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["vscode", "init"]) == 0
    assert Path(capsys.readouterr().out.strip()) == tmp_path / ".vscode" / "tasks.json"
    assert main(["vscode", "init"]) == 0
    assert "already" in capsys.readouterr().err
    (tmp_path / ".vscode" / "tasks.json").write_bytes(b"\xff\xfe")
    assert main(["vscode", "init"]) == 2
    assert "UTF-8" in capsys.readouterr().err


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text("{}")
    (tmp_path / ".vscode").mkdir()
    (tmp_path / ".vscode" / "tasks.json").symlink_to(tmp_path / "shared.json")
    path, changed = merge_into(tmp_path)
    assert changed and path == tmp_path / "shared.json"
    assert (tmp_path / ".vscode" / "tasks.json").is_symlink()


def test_the_watch_says_when_a_round_begins_and_ends(tmp_path: Path) -> None:
    command = next(task for task in TASKS if task["label"] == "mlpilot: watch")
    words = [str(tmp_path) if word == "${workspaceFolder}" else word for word in command["args"]]
    background = command["problemMatcher"]["background"]
    (tmp_path / "fine.py").write_text("x = 1\n")
    watching = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    )
    try:
        assert _round(watching, background) == []
        (tmp_path / "leak.py").write_text("X = StandardScaler().fit_transform(X)\na, b = train_test_split(X)\n")
        found = _round(watching, background)
        assert any(re.match(PATTERN["regexp"], line) and "leak.py:1:" in line for line in found)
        (tmp_path / "leak.py").unlink()
        assert _round(watching, background) == []
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0
    finally:
        watching.kill()
        watching.wait()


def _round(watching: "subprocess.Popen[str]", background: dict[str, str]) -> list[str]:
    """The lines of the next round."""
    assert watching.stdout is not None
    assert re.match(background["beginsPattern"], watching.stdout.readline())
    lines: list[str] = []
    while not re.match(background["endsPattern"], line := watching.stdout.readline()):
        assert line, "it has ended"
        lines.append(line.rstrip("\n"))
    return lines


DOCUMENTED: dict[str, dict[str, object]] = {
    "task": {"label": str, "detail": str, "type": {"shell", "process"}, "command": str, "args": list, "options": dict,
             "presentation": dict, "problemMatcher": object, "isBackground": bool, "group": object},
    "presentation": {"reveal": {"always", "silent", "never"}, "revealProblems": {"never", "onProblem", "always"},
                     "panel": {"shared", "dedicated", "new"}, "clear": bool, "focus": bool, "echo": bool},
    "options": {"cwd": str, "env": dict},
    "problemMatcher": {"owner": str, "source": str, "fileLocation": list, "pattern": dict, "background": dict,
                       "severity": {"error", "warning", "info"}},
    "pattern": {"regexp": str} | dict.fromkeys(("file", "line", "column", "severity", "message", "code"), int),
    "background": {"activeOnStart": bool, "beginsPattern": str, "endsPattern": str},
    "promptString": {"id": str, "type": {"promptString"}, "description": str, "default": str, "password": bool},
    "pickString": {"id": str, "type": {"pickString"}, "description": str, "default": str, "options": list},
}  # fmt: skip
"""What VS Code documents of tasks, version 2.0.0, as far as it concerns us: fields, and their types or values."""


def conforms(value: dict[str, object], kind: str) -> None:
    for name, held in value.items():
        known = DOCUMENTED[kind].get(name)
        assert known is not None, f"{kind}.{name} is not documented"
        assert held in known if isinstance(known, set) else isinstance(held, known), f"{kind}.{name}: {held!r}"  # type: ignore[arg-type]
        if name in DOCUMENTED and isinstance(held, dict):
            conforms(held, name)


def test_the_shape_is_what_is_documented() -> None:
    for task in TASKS:
        conforms(task, "task")
        assert task.get("isBackground", False) == ("background" in (task["problemMatcher"] or {}))
    for asked in INPUTS:
        conforms(asked, asked["type"])
        assert not asked.get("options") or asked["default"] in asked["options"]
    named = set(re.findall(r"\$\{input:([\w-]+)\}", json.dumps(TASKS)))
    assert named == {asked["id"] for asked in INPUTS}


def test_the_tasks_are_commands_that_there_are() -> None:
    for task in TASKS:
        words = [re.sub(r"\$\{[^}]+\}", "5m", word) for word in task["args"]]
        assert words[:3] == ["-P", "-m", "mlpilot"]
        parse(build(), words[3:])


LINES = {
    "src/train.py:12:5: warning: the scaler has seen the test rows [LEAK001]":
        ["src/train.py", "12", "5", "warning", "the scaler has seen the test rows", "LEAK001"],
    "a.py:3: error: it does not parse": ["a.py", "3", None, "error", "it does not parse", None],
    "C:\\work\\a.py:3:1: note: seed it [SEED-1]": ["C:\\work\\a.py", "3", "1", "note", "seed it", "SEED-1"],
    "a.ipynb:7:2:7:9: error: see [1] below [X1]": ["a.ipynb", "7", "2", "error", "see [1] below", "X1"],
    "mlpilot: checking": None,
    "/home/é mit raum/sch lecht.py:5:16: warning: fitted at line 6: all rows [LEAK001]":
        ["/home/é mit raum/sch lecht.py", "5", "16", "warning", "fitted at line 6: all rows", "LEAK001"],
    "    help: fit it at line 3:1: error: no": None,
    "--- a/src/train.py": None,
    "2 errors, 1 warning in 1 file of 1": None,
    "a.py:x: error: no line": None,
}  # fmt: skip


GROUPS = """
const [pattern, lines] = JSON.parse(require("fs").readFileSync(0));
const regex = new RegExp(pattern);
const groups = found => found && found.slice(1).map(group => group ?? null);
console.log(JSON.stringify(lines.map(line => groups(regex.exec(line)))));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: there is no Node here to try the regex in")
def test_the_matcher_in_the_language_that_reads_it() -> None:
    assert _matched(PATTERN["regexp"], [*LINES]) == [*LINES.values()]


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: there is no Node here to try the regex in")
@pytest.mark.parametrize("label", ["check this file", "fix this file"])
def test_the_matcher_finds_what_the_task_prints(tmp_path: Path, label: str) -> None:
    script = tmp_path / "größe mit raum" / "sch lecht.py"
    script.parent.mkdir()
    # It does not parse, so that nothing has to be run to judge it.
    script.write_text("größe = 1\nif größe:\nprint(größe)\n")
    task = next(task for task in TASKS if task["label"] == f"mlpilot: {label}")
    words = [str(script) if word == "${file}" else word for word in task["args"]]
    printed = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, check=False, stdin=subprocess.DEVNULL
    ).stdout
    (pattern,) = [task["problemMatcher"]["pattern"]]
    found = [groups for groups in _matched(pattern["regexp"], printed.splitlines()) if groups]
    assert found, printed
    assert all((groups[0], groups[1], groups[3]) == (str(script), "3", "error") for groups in found)


BAD_TABLES = {
    "too many fields.csv": ("a,b\n1,2\n3,4,5\n", 3),
    "größe.csv": ('a,b\n1,2\n3,"4\n5,6\n', 3),
    "lines.jsonl": ('{"a": 1, "b": 2}\n{"a": 1,\n', 2),
}


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: there is no Node here to try the regex in")
@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_table_that_cannot_be_read_is_a_problem_at_its_line(tmp_path: Path, name: str) -> None:
    content, line = BAD_TABLES[name]
    table = tmp_path / name
    table.write_text(content)
    (found,) = [groups for groups in _matched(TABLE_PATTERN["regexp"], _printed_by_run(table, "b")) if groups]
    assert (found[TABLE_PATTERN["file"] - 1], found[TABLE_PATTERN["line"] - 1]) == (str(table), str(line))
    assert f"line {line}" in str(found[TABLE_PATTERN["message"] - 1])


@pytest.mark.skipif(shutil.which("node") is None, reason="NOT TESTED: there is no Node here to try the regex in")
@pytest.mark.slow
@pytest.mark.sandbox
def test_what_a_run_prints_is_no_problem(tmp_path: Path) -> None:
    table = tmp_path / "ta ble.csv"
    table.write_text("a,line 3: error,y\n" + "".join(f"{n},{n % 7},{'no' if n % 3 else 'yes'}\n" for n in range(60)))
    printed = _printed_by_run(table, "y", "--max-experiments", "1", "--brain", "builtin")
    assert any("#1" in line or "1  " in line for line in printed), printed
    mistaken = _printed_by_run(table, "price")
    assert "price" in "".join(mistaken)
    for pattern in (PATTERN, TABLE_PATTERN):
        assert not any(_matched(pattern["regexp"], printed + mistaken))


def _printed_by_run(table: Path, target: str, *more: str) -> list[str]:
    """What the task prints, both streams, as a terminal shows them."""
    command = next(task for task in TASKS if task["label"] == "mlpilot: run on this table")
    given = {"${file}": str(table), "${input:mlpilot-target}": target, "${input:mlpilot-budget}": "60s"}
    words = [given.get(word, word) for word in command["args"]]
    return subprocess.run(
        [sys.executable, *words, *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=table.parent, check=False,
    ).stdout.splitlines()  # fmt: skip


def _matched(regexp: str, lines: list[str]) -> list[list[str | None] | None]:
    """What Node's regular expressions, which are VS Code's, make of each line."""
    asked = json.dumps([regexp, lines])
    found = subprocess.run(["node", "-e", GROUPS], input=asked, capture_output=True, text=True, check=True)
    matched: list[list[str | None] | None] = json.loads(found.stdout)
    return matched
