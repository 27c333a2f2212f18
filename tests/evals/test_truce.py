"""Who attacks without walls and who watches for attacks wait for each other, across processes."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from mlpilot.evals import truce
from mlpilot.evals.hostile.ground import Ground

TRY = """
import fcntl, os, sys
held = os.open(sys.argv[1], os.O_RDWR)
for manner in (fcntl.LOCK_SH, fcntl.LOCK_EX):
    try:
        fcntl.flock(held, manner | fcntl.LOCK_NB)
        print("had")
    except BlockingIOError:
        print("waits")
"""


def another(place: Path) -> list[str]:
    """How another process fares that would watch, and one that would attack."""
    [path] = place.glob("mlpilot-attacks-*.lock")
    return subprocess.run([sys.executable, "-c", TRY, path], capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_many_may_watch_and_none_attacks_meanwhile(place: Path) -> None:
    with Ground():
        assert another(place) == ["had", "waits"]
    assert another(place) == ["had", "had"]


def test_who_attacks_is_alone(place: Path) -> None:
    with suppress(ZeroDivisionError), truce.attacking():
        assert another(place) == ["waits", "waits"]
        raise ZeroDivisionError
    assert another(place) == ["had", "had"]


def test_no_other_file_is_touched(place: Path) -> None:
    """The folder is everyone's: a link laid there beforehand is not followed."""
    target = place / "target"
    (place / f"mlpilot-attacks-{os.getuid()}.lock").symlink_to(target)
    with pytest.raises(OSError), truce.watching():
        pass
    assert not target.exists()
