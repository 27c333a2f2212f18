"""Where DataFrames are kept, and what they are called: by their owner's name for them, whatever that is."""

import os
from pathlib import Path

import pandas as pd
import pytest

from mlpilot.agent.kept import is_kept, place, table_name
from mlpilot.frames import keep

DIGEST = "0123456789abcdef"
FRAME = pd.DataFrame({"größe": [1, 2, 3], "y": ["a", "b", "a"]})


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of state of the test's own."""
    monkeypatch.setenv("MLPILOT_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize("variable", ["df", "_", "größe", "数据", "__import__", "con", "a" * 40, "é" * 40])
def test_a_name_is_kept_as_it_is(variable: str, state: Path) -> None:
    path = keep(FRAME, variable)
    assert table_name(path) == variable
    assert is_kept(path)
    assert pd.read_parquet(path).equals(FRAME)
    assert Path(path).is_relative_to(state)


@pytest.mark.parametrize("variable", ["a" * 5000, "𠀀" * 300, "é" * 41])
def test_a_long_name_is_cut(variable: str) -> None:
    path = keep(FRAME, variable)
    assert len(os.fsencode(Path(path).name)) <= 255
    assert table_name(path) == variable[:40]


@pytest.mark.parametrize(
    "variable",
    [
        "../../evil",
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "a\0b",
        "a\nb",
        "a b",
        "df;rm",
        "~",
        "-o",
        "a\u202eb",
        "\ud800",
        "1",
    ],
)
def test_what_is_no_identifier_names_no_file(variable: str, state: Path) -> None:
    """A namespace may hold any text as a key; Python's own names are identifiers."""
    path = Path(keep(FRAME, variable))
    assert path.parent == state / "frames"
    assert table_name(str(path)) == f"DataFrame {path.stem[:6]}"


def test_the_same_contents_are_kept_once_under_each_name() -> None:
    first = keep(FRAME, "df")
    inode = Path(first).stat().st_ino
    assert keep(FRAME.copy(), "df") == first and Path(first).stat().st_ino == inode
    assert keep(FRAME, "other") != first
    assert Path(keep(FRAME, "other")).parent == Path(first).parent
    changed = keep(FRAME.assign(y="b"), "df")
    assert table_name(changed) == "df" and changed != first


def test_the_name_is_known_elsewhere(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is all that a journal holds: where the folder of state stands, and who reads it, is no matter."""
    path = Path(keep(FRAME, "churn"))
    moved = tmp_path / "another place"
    state.rename(moved)
    monkeypatch.chdir("/")
    monkeypatch.setenv("MLPILOT_HOME", "/nowhere")
    assert table_name(str(moved / path.relative_to(state))) == "churn"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/me/churn.csv", "churn.csv"),
        ("churn.csv", "churn.csv"),
        ("/home/me/frames/churn.csv", "churn.csv"),
        ("/home/me/frames/2026/churn.csv", "churn.csv"),
        (f"/home/me/{DIGEST}/churn.csv", "churn.csv"),
        (f"/home/me/frames/{DIGEST.upper()}/churn.csv", "churn.csv"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_tables_of_a_person_have_their_files_names(path: str, name: str) -> None:
    assert table_name(path) == name
    assert not is_kept(path)


def test_a_name_with_dots_cannot_come_about() -> None:
    assert place(Path("s"), DIGEST, ".csv", "df") == Path(f"s/frames/{DIGEST}/df.csv")
    assert place(Path("s"), DIGEST, ".csv", "df.csv") == Path(f"s/frames/{DIGEST}.csv")
