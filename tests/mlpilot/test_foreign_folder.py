"""Files of the folder that one works in are data: none of them is imported, whatever it is called."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlpilot.chat import reading
from mlpilot.chat.pursuit import Pursuit
from mlpilot.chat.stopping import apart

NAMES = ("ctypes", "json", "random", "csv", "pandas", "numpy", "argparse", "sklearn", "rich", "pip")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder full of modules with the names of others, each of which leaves a mark when it is imported."""
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(folder: Path) -> str:
    mark = folder / "imported"
    return mark.read_text() if mark.exists() else ""


def test_a_module_there_would_leave_its_mark(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "json"], check=False)
    assert imported(folder) == "json"


def test_a_large_table_is_read_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "table.csv").write_text("a,b\n" + "1,2\n" * 20)
    monkeypatch.setattr(reading, "LARGE", 1)
    assert reading.look("table.csv", threading.Event()).rows == 20
    assert imported(folder) == ""


def test_commands_run_apart_and_by_hand(folder: Path) -> None:
    assert "endpoints" in apart(["models"], threading.Event())
    done = subprocess.run([sys.executable, "-m", "mlpilot", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "usage" in done.stdout.lower()
    assert imported(folder) == ""


def test_a_run_in_the_background(folder: Path) -> None:
    ends: list[tuple[int, dict[str, object]]] = []
    Pursuit(["models"], lambda _: None, lambda code, answer: ends.append((code, answer))).wait(60)
    [(code, answer)] = ends
    assert code == 0 and "endpoints" in answer
    assert imported(folder) == ""
