"""Each cheat works where there are no walls; otherwise its failing inside them would say nothing."""

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpilot.evals import coin_flips, truce

CHEATS = sorted(coin_flips.CHEATS.glob("[0-9]*.py"))
SAME_PROCESS = {"17", "18", "19", "20", "21"}
"""Those that reach no further than their own process, or need no carrying at all."""
NAIVE = Path(__file__).with_name("naive.py")


@pytest.fixture(scope="module")
def naive() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, NAIVE]
    with (
        truce.attacking(),
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        yield process


def test_there_are_twenty_or_more() -> None:
    assert len(CHEATS) >= 20
    assert len({path.read_text() for path in CHEATS}) == len(CHEATS)


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda path: path.stem)
def test_works_where_there_are_no_walls(cheat: Path, tmp_path: Path, naive: subprocess.Popen[str]) -> None:
    data = tmp_path / "data.csv"
    table = coin_flips.write(data, rows=160, seed=1)
    (tmp_path / "library").mkdir()
    for number in range(60):
        (tmp_path / "library" / f"part{number}.txt").touch()
    apart = cheat.name[:2] not in SAME_PROCESS
    assert naive.stdin is not None and naive.stdout is not None
    try:
        job = {"solution": str(cheat), "data": str(data), "folder": str(tmp_path), "apart": apart}
        print(json.dumps(job), file=naive.stdin, flush=True)
        answers = dict(json.loads(naive.stdout.readline()))
    finally:
        runpy.run_path(str(cheat)).get("forget", lambda: None)()
    accuracy = sum(answers[row] == label for row, label in enumerate(table["y"])) / len(table)
    assert accuracy > 0.75, f"{cheat.name} carries nothing: accuracy {accuracy:.2f} on coin flips"
