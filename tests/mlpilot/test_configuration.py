"""mlpilot.toml: what it may say, what is said of mistakes, and how packages come into the sandbox: after a yes."""

import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlpilot.agent.bench import limits
from mlpilot.agent.clock import Clock
from mlpilot.agent.desk import Desk
from mlpilot.agent.home import home
from mlpilot.agent.journal import Journal
from mlpilot.agent.keys import experiment_key
from mlpilot.agent.options import RunOptions
from mlpilot.agent.settings import environment_of, read_settings
from mlpilot.agent.study import Study
from mlpilot.agent.task import TaskSpec
from mlpilot.cli import main
from mlpilot.sandbox.environment import Environment
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.solution import Solution

SOLUTION = """
import numpy as np
from gauss_of_tests import SHIFT

def fit(X, y, *, params, seed, report):
    return y.mean()

def predict(model, X):
    return np.full(len(X), model) + SHIFT
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project's folder, state and cache, with one package on pip's shelf."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    info = "gauss_of_tests-1.0.dist-info"
    with zipfile.ZipFile(shelf / "gauss_of_tests-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("gauss_of_tests.py", "SHIFT = 0.0\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: gauss-of-tests\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(shelf),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "MLPILOT_HOME": str(tmp_path / "state"),
        "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
    }.items():
        monkeypatch.setenv(name, value)
    tmp_path.chmod(0o755)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    Path("cell.py").write_text("import gauss_of_tests\nprint(gauss_of_tests.SHIFT)\n")
    return Path()


def say(text: str | bytes) -> None:
    Path("mlpilot.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "[sandbox\n",
            "mlpilot.toml is not TOML: Expected ']' at the end of a table declaration (at line 1, column 9)",
        ),
        (b"\xff\xfe", "mlpilot.toml is not UTF-8 text (byte 0)"),
        ("x = 1\n" * 20_000, "mlpilot.toml is larger than 64 KiB"),
        ("[[" * 3000, "mlpilot.toml is not TOML"),
        ("sandbox = 3", "sandbox must be a table, [sandbox], not '3'"),
        ("[sandbx]", "there is no table sandbx; did you mean sandbox?"),
        ("[sandbox]\npackage = []", "there is no key sandbox.package; did you mean sandbox.packages?"),
        ("[sandbox]\nsizes = []", "known are sandbox.packages, sandbox.python, sandbox.image"),
        ('[sandbox]\npackages = "lightgbm"', 'sandbox.packages must be a list, such as ["lightgbm", "xgboost>=2"]'),
        ("[sandbox]\npackages = [3]", "sandbox.packages must be names of packages"),
        ('[sandbox]\npackages = ["./mine"]', "no paths, no addresses, not './mine'"),
        ('[sandbox]\npackages = ["-r other.txt"]', "no paths, no addresses"),
        ('[sandbox]\npackages = ["x @ https://example.com/x.whl"]', "no paths, no addresses"),
        ('[sandbox]\npackages = ["x @ file:///x.whl"]', "no paths, no addresses"),
        ('[sandbox]\npackages = ["Foo_bar", "foo-bar>1"]', "sandbox.packages names foo-bar twice"),
        (f"[sandbox]\npackages = {[f'p{n}' for n in range(201)]}", "has 201 entries; at most 200"),
        ("[sandbox]\npython = 3.11", "sandbox.python must be a path in quotes, such as \".venv\", not '3.11'"),
        ('[sandbox]\nimage = ""', "sandbox.image must be a name in quotes"),
        ('[sandbox]\nimage = "a\\nb"', "one line without control characters"),
        ('[sandbox]\nimage = "a"\npackages = ["b"]', "sandbox.packages and sandbox.image exclude each other"),
        ('[sandbox]\nimage = "a"\npython = "b"', "sandbox.python and sandbox.image exclude each other"),
        ('[sandbox]\npython = "no/such"', "no/such does not exist; name a virtual environment"),
    ],
)
def test_mistakes_get_one_line_before_anything_is_done(project, text, says, capsys):
    say(text)
    for words in ("exec cell.py --sandbox none", "score cell.py d.csv --target y", "sandbox build"):
        if "no/such" in says and words != "exec cell.py --sandbox none":
            continue
        assert main(words.split()) == 2
        printed = capsys.readouterr()
        assert says in printed.err and printed.err.count("\n") == 1 and printed.out == ""
    assert not Path("../state").exists()


def test_a_run_is_refused_before_its_data_is_read(project, capsys):
    say("[sandbox]\nworkers = 3")
    Path("d.csv").write_text("x,y\n" + "".join(f"{n},{n * n}\n" for n in range(40)))
    assert main(["run", "d.csv", "--target", "y"]) == 2
    assert "there is no key sandbox.workers" in capsys.readouterr().err
    assert not Path("../state").exists()


def test_it_is_read_from_the_working_folder_alone(project, monkeypatch):
    assert read_settings().packages == ()
    say('[sandbox]\npackages = ["b >= 2", "a[x]"]')
    assert read_settings().packages == ("b>=2", "a[x]")
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert read_settings().packages == ()


def test_a_python_is_found_from_the_folder_of_the_file(project):
    say('[sandbox]\npython = "venv"')
    Path("venv").symlink_to(sys.prefix)
    environment = environment_of(read_settings(), "0")
    assert environment.python.executable == str(Path("venv/bin/python").absolute())
    assert environment.identity.startswith("python ") and environment.key.endswith("+gpu")


def test_nothing_is_installed_without_a_yes(project, capsys):
    say('[sandbox]\npackages = ["gauss-of-tests"]')
    for words in ("exec cell.py", "exec cell.py --sandbox none", "score cell.py d.csv --target y", "predict r d.csv"):
        assert main(words.split()) == 2
        assert capsys.readouterr().err.endswith(
            "mlpilot: mlpilot.toml asks for gauss-of-tests, which is not installed: run `mlpilot sandbox build`\n"
        )
    assert main(["sandbox", "build"]) == 2
    printed = capsys.readouterr()
    assert "   gauss-of-tests 1.0\n1 package, 0.0 MB to fetch" in printed.err
    assert "nothing was installed: that takes a yes; say it with `mlpilot sandbox build --yes`" in printed.err
    assert not Path("../cache").exists() and not Path("mlpilot.lock").exists()
    assert main(["doctor", "--json"]) in (0, 4)
    found = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)["machine"]}
    assert (found["mlpilot.toml"]["state"], found["mlpilot.toml"]["remedy"]) == (
        "missing",
        "run `mlpilot sandbox build`",
    )


def test_at_a_terminal_the_answer_counts(project):
    """A real terminal, and the whole command: no, then yes."""
    say('[sandbox]\npackages = ["gauss-of-tests"]')
    command = [sys.executable, "-m", "mlpilot", "exec", "cell.py", "--sandbox", "none"]
    for typed, code in (("n\n", 2), ("\n", 2), ("yes\n", 0), ("", 0)):
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True) as process:
            os.close(theirs)
            os.write(ours, typed.encode())
            shown = b""
            while chunk := _read(ours):
                shown += chunk
            printed = process.communicate()[0]
        os.close(ours)
        assert process.returncode == code, shown
        assert (b"install? [y/N]" in shown) == (typed != "")
        assert printed == ("0.0\n" if code == 0 else "")
        assert Path("mlpilot.lock").exists() == (code == 0)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.bubblewrap
def test_a_solution_is_judged_with_what_was_added(project, capsys):
    say('[sandbox]\npackages = ["gauss-of-tests"]')
    Path("mine.py").write_text(SOLUTION)
    Path("d.csv").write_text("x,y\n" + "".join(f"{n},{n % 7 + 0.5}\n" for n in range(80)))
    assert main(["sandbox", "build", "--yes"]) == 0
    folder = Path(capsys.readouterr().out.strip())
    assert folder.is_dir() and folder.is_relative_to(Path("../cache").resolve())
    words = ["score", "mine.py", "d.csv", "--target", "y", "--sandbox", "bubblewrap", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "scored"
    Path("mlpilot.toml").unlink()
    assert main(words) == 3
    assert "gauss_of_tests" in json.loads(capsys.readouterr().out)["reason"]


def test_what_exists_already_is_not_built(project, capsys):
    say('[sandbox]\nimage = "team/ml:3"')
    assert main(["sandbox", "build"]) == 2
    assert "names an existing image, which is used as it is" in capsys.readouterr().err


def test_a_lock_of_other_wishes_does_not_count(project):
    say('[sandbox]\npackages = ["gauss-of-tests"]')
    assert main(["sandbox", "build", "--yes"]) == 0
    assert environment_of(read_settings()).is_built
    say('[sandbox]\npackages = ["Gauss.of_tests"]')
    assert environment_of(read_settings()).is_built
    say('[sandbox]\npackages = ["gauss-of-tests>=1"]')
    assert not environment_of(read_settings()).is_built
    Path("mlpilot.lock").write_text("version = 3")
    with pytest.raises(UserError, match=r"mlpilot\.lock is not as"):
        environment_of(read_settings())


def test_a_run_does_not_go_on_in_another_environment(project):
    """What it was begun with is in the Journal; what mlpilot.toml says now is not that."""
    with Journal.open(home()) as journal:
        for name, facts in (("brave-otter", {"environment": ""}), ("calm-heron", {"environment": "packages 0123"})):
            journal.start(name, TaskSpec("d.csv", "y"), RunOptions(sandbox="none"))
            journal.learn(name, sandbox="none", **facts)
        assert Desk("brave-otter", journal, Clock(None, 0.0), lambda _: None).sandbox.name == "none"
        with pytest.raises(
            UserError, match=r"what the sandbox holds \(mlpilot.toml\) has changed since calm-heron began"
        ):
            _ = Desk("calm-heron", journal, Clock(None, 0.0), lambda _: None).sandbox


def test_a_score_is_kept_for_the_environment_that_it_is_from(project):
    Path("d.csv").write_text("x,y\n" + "".join(f"{n},{n % 7 + 0.5}\n" for n in range(80)))
    study = Study.load(TaskSpec("d.csv", "y"), 1, Path("store").resolve())
    solution = Solution("mine", SOLUTION, 1)
    environments = [Environment(), Environment(gpus="0"), Environment(identity="packages 1"), Environment(identity="x")]
    keys = {experiment_key(study, solution, {}, limits(), one.key) for one in environments}
    assert len(keys) == len(environments)
    assert experiment_key(study, solution, {}, limits()) in keys
