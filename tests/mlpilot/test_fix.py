"""`mlpilot fix`: a script is run, mended by the smallest edit, and what is claimed was seen in a run."""

import json
import os
import signal
import stat
import textwrap
import threading
from pathlib import Path

import pytest

from mlpilot import scripts
from mlpilot.cli import main
from mlpilot.sandbox.errors import UserError
from mlpilot.tools.mending.offers import OFFERS

SHAPE = {"status", "diagnoses", "diff", "proof", "reason"}
FINDING = {"path", "line", "column", "severity", "code", "message", "fix", "evidence", "confidence"}
PROOF = {"what", "before", "after", "seeds"}

RENAMED = '''
    """A table of colours, in code."""
    import numpy as np
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(
        sparse=False,  # dense, please
    )
    print(encoder.fit_transform(np.array([["red"], ["blue"]])).sum(), np.NaN)
'''
LEAK = """
    import argparse
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    from sklearn.linear_model import LogisticRegression

    def main(args):
        df = pd.read_csv(Path(__file__).parent / args.table)
        y = df["y"]
        X = StandardScaler().fit_transform(df[["a", "b"]])
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
        model = LogisticRegression(max_iter=1).fit(X_train, y_train)
        print(model.score(X_test, y_test))

    if __name__ == "__main__":
        parser = argparse.ArgumentParser()
        parser.add_argument("--table", default="table.csv")
        main(parser.parse_args())
"""
UNSEEDED = """
    import numpy as np
    from sklearn.model_selection import train_test_split
    a, b = train_test_split(np.arange(1000))
    print(b.sum())
"""


def write(path, text):
    path.write_text(textwrap.dedent(text).lstrip("\n"))
    return path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fix(capsys, path, *words, code=0):
    """The object that `--json` prints, its shape checked to the letter."""
    assert main(["fix", str(path), "--json", *words]) == code
    said = json.loads(capsys.readouterr().out)
    assert set(said) == SHAPE
    assert all(set(one) == FINDING for one in said["diagnoses"])
    assert said["proof"] is None or set(said["proof"]) == PROOF
    assert (said["status"] == "repaired") == (said["proof"] is not None) == (said["diff"] != "")
    return said


@pytest.mark.sandbox
def test_what_ends_a_script_is_mended_and_proven_by_running_it_twice(capsys, tmp_path):
    path = write(tmp_path / "colours.py", RENAMED)
    before = path.read_text()
    said = fix(capsys, path, "--write")
    assert said["status"] == "repaired"
    edits = [line for line in said["diff"].split("\n")[2:] if line[:1] in ("+", "-")]
    assert [line.strip() for line in edits] == [
        "-    sparse=False,  # dense, please",
        "+    sparse_output=False,  # dense, please",
        '-print(encoder.fit_transform(np.array([["red"], ["blue"]])).sum(), np.NaN)',
        '+print(encoder.fit_transform(np.array([["red"], ["blue"]])).sum(), np.nan)',
    ]
    assert said["proof"]["what"] == "runs to its end"
    assert said["proof"]["before"].startswith("TypeError: ") and said["proof"]["after"] == "ended well, twice"
    assert said["proof"]["seeds"] == 2
    told = [(one["line"], one["code"], "it ends the script" in one["message"]) for one in said["diagnoses"]]
    assert told == [(6, "API005", True), (8, "API003", True)]  # each fault once, though read and met
    assert all(one["evidence"] and one["fix"] for one in said["diagnoses"])
    assert path.read_text() == before.replace("sparse=", "sparse_output=").replace("np.NaN", "np.nan")
    assert (tmp_path / "colours.py.bak").read_text() == before


@pytest.mark.sandbox
def test_a_leak_is_mended_by_what_the_fit_sees_and_not_by_the_score(capsys, tmp_path):
    rows = "".join(f"{n % 7},{n % 5},{int(n % 7 + n % 5 > 5)}\n" for n in range(120))
    (tmp_path / "table.csv").write_text("a,b,y\n" + rows)
    path = write(tmp_path / "train.py", LEAK)
    said = fix(capsys, path)
    assert said["status"] == "repaired"
    assert "StandardScaler sees no row of the test part" in said["proof"]["what"]
    assert "fitted on 120 rows" in said["proof"]["before"] and "fitted on 90 rows" in said["proof"]["after"]
    assert "LogisticRegression converges" in said["proof"]["what"]
    assert '+    X = df[["a", "b"]]' in said["diff"] and "+    X_test = scaler.transform(X_test)" in said["diff"]
    assert {"LEAK001", "RUN003"} <= {one["code"] for one in said["diagnoses"]}
    assert names(tmp_path) == ["table.csv", "train.py"]


@pytest.mark.sandbox
def test_a_leak_into_the_folds_is_proven_by_the_rows_of_each_fit(capsys, tmp_path, monkeypatch):
    text = """
        from sklearn.datasets import load_iris
        from sklearn.model_selection import cross_val_score
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.preprocessing import StandardScaler
        X, y = load_iris(return_X_y=True)
        X = StandardScaler().fit_transform(X)
        print("accuracy", cross_val_score(KNeighborsClassifier(), X, y).mean())
    """
    monkeypatch.setattr("mlpilot.commands.fix.QUIET_SECONDS", -1.0)  # as if it had taken long
    assert main(["fix", str(write(tmp_path / "folds.py", text)), "--json"]) == 0
    output = capsys.readouterr()
    said = json.loads(output.out)
    assert "run 1: the script as it is\nrun 2: LEAK007 at line 6: what was fitted on all rows" in output.err
    assert (said["status"], said["proof"]["before"]) == ("repaired", "1")
    assert said["proof"]["what"] == "cross-validations of what was learnt from all rows"
    assert said["proof"]["after"].startswith("0")


@pytest.mark.sandbox
def test_a_leak_is_seen_though_the_script_exits_and_prints_the_training_score_last(capsys, tmp_path):
    text = """
        import sys
        from sklearn.datasets import load_iris
        from sklearn.model_selection import train_test_split
        from sklearn.tree import DecisionTreeClassifier

        def main():
            X, y = load_iris(return_X_y=True)
            X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
            model = DecisionTreeClassifier(random_state=0).fit(X, y)
            print("test accuracy", model.score(X_test, y_test))
            print("train accuracy", model.score(X_train, y_train))
            return 0

        sys.exit(main())
    """
    said = fix(capsys, write(tmp_path / "tree.py", text))
    assert (said["status"], said["proof"]["before"]) == ("repaired", "0")
    assert said["proof"]["what"] == "judgements of rows held out"
    assert said["proof"]["after"].startswith("1; the honest score is lower: test accuracy 1 →")


@pytest.mark.sandbox
def test_a_seed_is_proven_by_two_runs_that_differed(capsys, tmp_path):
    said = fix(capsys, write(tmp_path / "s.py", UNSEEDED))
    assert said["proof"]["what"] == "two runs print the same"
    assert "+a, b = train_test_split(np.arange(1000), random_state=0)" in said["diff"]


@pytest.mark.sandbox
def test_a_healthy_script_is_left_alone(capsys, tmp_path):
    path = write(tmp_path / "fine.py", "import sys\nprint(sys.argv, __name__)\nsys.exit(0)\n")
    said = fix(capsys, path, "--write")
    assert said == {"status": "healthy", "diagnoses": [], "diff": "", "proof": None, "reason": ""}
    assert names(tmp_path) == ["fine.py"]


@pytest.mark.sandbox
def test_what_no_rule_mends_is_said_with_its_line(capsys, tmp_path):
    path = write(tmp_path / "mine.py", "def check(rows):\n    raise ValueError('too few rows: 3')\n\ncheck([])\n")
    said = fix(capsys, path, code=3)
    (one,) = said["diagnoses"]
    assert (said["status"], one["line"], one["column"], one["code"]) == ("not_repaired", 2, 5, "RUN001")
    assert "too few rows: 3" in said["reason"]


@pytest.mark.sandbox
def test_half_mended_is_not_handed_over(capsys, tmp_path):
    path = write(tmp_path / "half.py", "import numpy as np\nprint(np.NaN)\nraise RuntimeError('my own')\n")
    said = fix(capsys, path, "--write", code=3)
    assert said["status"] == "not_repaired" and "np.NaN" in said["reason"] and "my own" in said["reason"]
    assert "np.NaN" in path.read_text() and names(tmp_path) == ["half.py"]


@pytest.mark.sandbox
def test_a_script_that_does_not_end_could_not_be_judged(capsys, tmp_path):
    path = write(tmp_path / "slow.py", "while True:\n    pass\n")
    said = fix(capsys, path, "--timeout", "1", code=3)
    assert (
        said["status"] == "failed"
        and said["reason"] == "it did not finish in its time; --timeout gives each run longer"
    )


@pytest.mark.sandbox
def test_findings_of_check_that_nothing_mends_are_never_healthy(capsys, tmp_path):
    text = """
        from sklearn.datasets import load_diabetes
        from sklearn.linear_model import Ridge
        from sklearn.metrics import mean_squared_error
        from sklearn.model_selection import train_test_split
        X, y = load_diabetes(return_X_y=True)
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
        rmse = mean_squared_error(y_test, Ridge().fit(X_train, y_train).predict(X_test))
        print(rmse)
    """
    path = write(tmp_path / "same.py", text)
    assert main(["check", str(path)]) == 3
    code = capsys.readouterr().out.rpartition("[")[2].rstrip("]\n")
    assert code not in OFFERS
    assert main(["fix", str(path)]) == 3
    said = capsys.readouterr().out
    assert f"[{code}]" in said and "not repaired" in said and "healthy" not in said


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.ipynb", "{}", "no list of cells"),
        ("a.py", "x = '\0'", "null bytes"),
        ("a.py", "x" * 3_000_000, "larger than"),
        (".", None, "is a folder"),
        ("none.py", None, "does not exist"),
    ],
)
def test_what_cannot_be_mended_is_one_line(capsys, tmp_path, name, text, says):
    if text is not None:
        (tmp_path / name).write_text(text)
    assert main(["fix", str(tmp_path / name), "--json"]) == 2
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert set(said) == SHAPE and said["status"] == "failed" and says in said["reason"]
    assert captured.err.count("\n") == 1


def test_what_is_no_python_need_not_be_run(capsys, tmp_path):
    said = fix(capsys, write(tmp_path / "two.py", "print 'hello'\n"), "--sandbox", "none", code=3)
    assert said["status"] == "not_repaired" and "Python 2" in said["reason"]


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        (b"a = 1\r\nb\t= 2\r\nc = 3\r\n", b"a = 1\r\nb\t= 22\r\nc = 3\r\nd = 4\r\n"),
        (b"\xef\xbb\xbfa = 1\nb\t= 2\nc = 3\n", b"\xef\xbb\xbfa = 1\nb\t= 22\nc = 3\nd = 4\n"),
        (b"a = 1\nb\t= 2\r\nc = 3\n", b"a = 1\nb\t= 22\r\nc = 3\nd = 4\n"),
        (b"# coding: latin-1\na = '\xe9'\nb\t= 2\nc = 3\n", b"# coding: latin-1\na = '\xe9'\nb\t= 22\nc = 3\nd = 4\n"),
    ],
    ids=["crlf", "mark", "mixed", "latin"],
)
def test_all_but_the_edit_is_kept(tmp_path, raw, mended):
    path = tmp_path / "s.py"
    path.write_bytes(raw)
    path.chmod(0o750)
    for backup in ("s.py.bak", "s.py.bak1"):
        (tmp_path / backup).write_text("mine")
    script = scripts.read_script(path)
    kept = scripts.write_script(script, script.text.replace("= 2", "= 22") + "d = 4\n")
    assert path.read_bytes() == mended
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert kept.name == "s.py.bak2" and kept.read_bytes() == raw
    assert (tmp_path / "s.py.bak").read_text() == "mine" == (tmp_path / "s.py.bak1").read_text()


def test_a_last_line_without_an_end_stays_so(tmp_path):
    path = tmp_path / "s.py"
    path.write_bytes(b"a = 1\r\nb = 2")
    script = scripts.read_script(path)
    assert scripts.as_bytes(script, "a = 1\nb = 3") == b"a = 1\r\nb = 3"
    assert scripts.as_bytes(script, "a = 1\nb = 2\nc = 3") == b"a = 1\r\nb = 2\r\nc = 3"
    assert "\\ No newline at end of file" in scripts.diff(script, "a = 1\nb = 3")


def test_a_file_that_changed_meanwhile_is_left_as_it_is(tmp_path):
    path = tmp_path / "s.py"
    path.write_text("a = 1\n")
    script = scripts.read_script(path)
    path.write_text("a = 2\n")
    with pytest.raises(UserError, match="changed meanwhile"):
        scripts.write_script(script, "a = 3\n")
    assert path.read_text() == "a = 2\n" and names(tmp_path) == ["s.py"]


def test_a_link_stays_a_link(tmp_path):
    path = tmp_path / "real.py"
    path.write_text("a = 1\n")
    link = tmp_path / "link.py"
    link.symlink_to(path)
    scripts.write_script(scripts.read_script(link), "a = 2\n")
    assert link.is_symlink() and Path(path).read_text() == "a = 2\n"


def test_a_file_that_is_read_only_is_not_written_and_that_is_said_first(capsys, tmp_path):
    path = write(tmp_path / "s.py", "import numpy as np\nnp.NaN\n")
    path.chmod(0o444)
    assert main(["fix", str(path), "--write", "--json"]) == 2
    assert "read-only" in json.loads(capsys.readouterr().out)["reason"]
    assert names(tmp_path) == ["s.py"]


def test_ctrl_c_while_it_is_written_comes_too_late_and_leaves_nothing_half(tmp_path, monkeypatch):
    path = tmp_path / "s.py"
    path.write_text("a = 1\n")
    script, own = scripts.read_script(path), scripts.write_atomically

    def interrupted(*given):
        os.kill(os.getpid(), signal.SIGINT)
        return own(*given)

    monkeypatch.setattr(scripts, "write_atomically", interrupted)
    waiting = threading.Event()
    other = threading.Thread(target=waiting.wait)  # the system may hand the signal to it
    other.start()
    try:
        kept = scripts.write_script(script, "a = 2\n")
    finally:
        waiting.set()
    other.join()
    assert (path.read_text(), kept.read_text()) == ("a = 2\n", "a = 1\n")


def test_no_backup_is_left_of_a_file_that_could_not_be_written(tmp_path, monkeypatch):
    path = tmp_path / "s.py"
    path.write_text("a = 1\n")
    script = scripts.read_script(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scripts, "write_atomically", full)
    with pytest.raises(UserError, match="No space left on device; it is as it was"):
        scripts.write_script(script, "a = 2\n")
    assert names(tmp_path) == ["s.py"]


def test_python_3_11_wraps_a_ctrl_c_that_comes_while_a_class_is_made(capsys, monkeypatch, tmp_path):
    def wrapped(*_):
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr(scripts, "read_script", wrapped)
    assert main(["fix", str(tmp_path / "s.py")]) == 130
    assert capsys.readouterr().err == "mlpilot: interrupted\n"
