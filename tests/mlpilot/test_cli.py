"""How commands end: exit codes, one line, one JSON object. In this process where that is the same thing."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpilot import failures
from mlpilot.agent.journal import Journal
from mlpilot.agent.options import RunOptions
from mlpilot.agent.task import TaskSpec
from mlpilot.cli import main

pytestmark = pytest.mark.usefixtures("state")


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")
    return tmp_path


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1 and "Traceback" not in captured.err
    return captured.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("run d.csv --target y --budget 0", 2, "90s"),
        ("run d.csv --target y --brain llm", 5, "no endpoint is configured"),
        ("run d.csv --target y --brain llm --offline", 5, "no engine runs on this machine"),
        ("run d.csv --target y --model local:no.gguf", 2, "no such file"),
        ("run d.csv --target y --base-url https://api.example.com/v1", 2, "Name it with --model"),
        ("run d.csv --target y --base-url https://me:secret@api.example.com/v1", 2, "MLPILOT_API_KEY"),
        ("run d.csv --target y --base-url http://localhost:99999", 2, "address of an endpoint"),
        ("run d.csv --target y --base-url http://127.0.0.1:1/v1", 5, "no endpoint answers"),
        ("run missing.csv --target y --base-url http://127.0.0.1:1/v1", 2, "no such file"),
        ("run d.csv --target y --brain llm --sandbox none", 5, "builtin"),
        ("run d.csv --target y --privacy local --base-url https://api.example.com/v1", 2, "--privacy local"),
        ("run d.csv --target y --offline --base-url https://api.example.com/v1", 2, "--offline"),
        ("run d.csv --target y --approve", 2, "no terminal"),
        ("show brave-otter", 2, "nothing has been run"),
        ("report brave-otter", 2, "no run 'brave-otter'"),
        ("export brave-otter out", 2, "no run"),
        ("rm brave-otter", 2, "no run"),
        ("resume", 2, "nothing has been run"),
        ("exec missing.py", 2, "does not exist"),
        ("exec .", 2, "is a folder"),
        ("eval trusst", 2, "did you mean 'trust'"),
        ("predict brave-otter new.csv -o .", 2, "is a folder"),
        ("predict brave-otter new.csv -o no/such/out.csv", 2, "there is no folder"),
        ("predict brave-otter new.csv -o loop.csv", 2, "leads to itself"),
        ("run missing.csv --target y --brain llm", 2, "no such file"),
        ("run d.csv --target y --test missing.csv --brain llm", 2, "no such file"),
        ("run d.csv --target y --baseline missing.py --brain llm", 2, "--baseline missing.py"),
        ("run https://example.com/d.csv --target y", 2, "download"),
        ("run - --target y", 2, "standard input"),
        ("run d.csv --target y --seed 99999999999999999999999", 2, "from 0 to 2147483647"),
    ],
)
def test_wrong_input_gets_one_line(words, code, says, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    Path("loop.csv").symlink_to("loop.csv")
    assert main(words.split()) == code
    assert says in one_line(capsys)


def test_no_file_name(capsys):
    assert main(["predict", "brave-otter", "new.csv", "-o", ""]) == 2
    assert "-o names no file" in one_line(capsys)
    assert main(["run", "", "--target", "y"]) == 2
    assert "no file name" in one_line(capsys)


@pytest.mark.parametrize(
    "words",
    ["show brave-otter", "report brave-otter", "export brave-otter out", "rm brave-otter", "predict brave-otter d.csv",
     "resume brave-otter", "resume", "runs", "run d.csv --target y", "run many.csv --target y --sandbox docker"],
)  # fmt: skip
def test_what_comes_to_nothing_makes_nothing(words, state, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{state}/no-engine.sock")
    (state / "many.csv").write_text("x,y\n" + "".join(f"{n},{n * n}\n" for n in range(40)))
    before = sorted(state.rglob("*"))
    assert main(words.split()) in (0, 2, 4)
    assert sorted(state.rglob("*")) == before


def test_a_refused_run_leaves_no_copy_of_the_data_beside_other_runs(state, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{state}/no-engine.sock")
    (state / "many.csv").write_text("x,y\n" + "".join(f"{n},{n * n}\n" for n in range(40)))
    with Journal.open(state / "state") as journal:
        journal.start("brave-otter", TaskSpec("d.csv", "y"), RunOptions())
    assert main(["run", "many.csv", "--target", "y", "--sandbox", "docker"]) == 4
    assert not any(path.is_file() for path in (state / "state").glob("*/**/*"))


def test_runs_of_an_empty_folder(capsys, state):
    assert main(["runs"]) == 0
    assert "no runs in this folder yet" in one_line(capsys)
    assert not (state / "state").exists()


def test_export_overwrites_nothing(capsys, state):
    (state / "out").mkdir()
    (state / "out" / "mine.txt").write_text("mine")
    assert main(["export", "brave-otter", "out"]) == 2
    assert "not empty" in one_line(capsys)


@pytest.mark.parametrize(
    "words", ["run d.csv --target y --budget 0 --json", "show brave-otter --json", "resume --json", "rum --json"]
)
def test_json_of_an_error(words, capsys):
    assert main(words.split()) == 2
    printed = json.loads(capsys.readouterr().out)
    assert printed["status"] == "failed" and set(printed["error"]) == {"type", "message"}


def test_json_of_score_and_exec_errors_have_their_own_shape(capsys):
    assert main(["score", "s.py", "d.csv", "--json"]) == 2
    assert set(json.loads(capsys.readouterr().out)) == {"status", "score", "ci", "folds", "reason", "diagnosis"}
    assert main(["score", "missing.py", "d.csv", "--target", "y", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["reason"].startswith("cannot read missing.py")
    assert main(["exec", "missing.py", "--json"]) == 2
    printed = json.loads(capsys.readouterr().out)
    assert printed["status"] == "error" and "missing.py" in printed["error"]["message"]
    assert set(printed) == {"status", "stdout", "stderr", "error", "seconds", "state_lost", "sandbox"}


def test_debug_shows_the_traceback(capsys):
    assert main(["show", "brave-otter", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_the_persons_to_mend(capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device", "/state/journal.db")

    monkeypatch.setattr("mlpilot.commands.runs.main", full)
    assert main(["runs"]) == 2
    assert one_line(capsys) == "mlpilot: /state/journal.db: the disk is full; free some space and go on\n"


def test_a_bug_is_called_one_and_its_details_are_kept(capsys, monkeypatch, state):
    def bug(*_):
        raise KeyError("\x1b[31mlost\x1b[0m")

    (state / "state").mkdir()
    monkeypatch.setattr("mlpilot.commands.runs.main", bug)
    with pytest.raises(KeyError) as error:
        main(["runs"])
    sys.excepthook(error.type, error.value, error.tb)
    said = one_line(capsys)
    assert said.startswith("mlpilot: this is a bug in mlpilot: KeyError: 'lost'; details are in ") or "lost" in said
    (saved,) = (state / "state").glob("mlpilot-error-*.txt")
    assert "Traceback" in saved.read_text() and saved.stat().st_mode & 0o077 == 0


def test_a_disk_that_fills_up_during_a_run_says_how_to_go_on(capsys, monkeypatch, state):
    def full(*_):
        raise OSError(28, "No space left on device", "/state/data")

    monkeypatch.setattr("mlpilot.agent.desk.Desk.open", full)
    assert main(["run", "d.csv", "--target", "y"]) == 2
    (run,) = (path.name for path in (state / "state" / "runs").iterdir())
    said = one_line(capsys)
    assert said == f"mlpilot: /state/data: the disk is full; free some space, then `mlpilot resume {run}`\n"


@pytest.mark.parametrize(("words", "code"), [("show brave-otter --json", 2), ("--version", 0)])
def test_an_answer_that_cannot_be_written(words, code):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([sys.executable, "-m", "mlpilot", *words.split()], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == code and done.stderr.count(b"\n") <= 1 and b"Traceback" not in done.stderr


def test_a_word_that_cannot_be_said():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([sys.executable, "-m", "mlpilot", "show", "brave-otter"], stderr=full)
    assert done.returncode == 2


def test_ctrl_c(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("mlpilot.commands.runs.main", interrupted)
    assert main(["runs"]) == failures.INTERRUPTED
    assert one_line(capsys) == "mlpilot: interrupted\n"


def call(*words, **options):
    return subprocess.run([sys.executable, "-m", "mlpilot", *words], capture_output=True, timeout=60, **options)


def test_the_command_itself_with_an_old_terminal():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = call("run", "客户\udcff.csv", "--target", "ü", "--budget", "0", env=environment)
    assert done.returncode == 2 and done.stdout == b"" and done.stderr.count(b"\n") == 1 and done.stderr.isascii()


def test_a_reader_that_leaves():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "mlpilot", "--help"], stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert done.stderr == b""


def test_importing_loads_nothing_heavy():
    code = "import sys, mlpilot; print(any(name in sys.modules for name in ('numpy', 'pandas', 'rich', 'sklearn')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
