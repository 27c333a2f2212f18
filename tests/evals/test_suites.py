"""Each benchmark, sampled: it runs, says what it measured, and its verdict can be no."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpilot.agent.journal import Entry
from mlpilot.agent.judging.judged import Score
from mlpilot.evals import SUITES, big, kill, memory, tables
from mlpilot.evals.coin_flips import write


def suite(name: str, *words: str, codes: tuple[int, ...] = (0,)) -> dict[str, object]:
    """What `mlpilot eval NAME WORDS --json` says; its exit code stands there as `code`."""
    command = [sys.executable, "-m", "mlpilot", "eval", name, *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode in codes, done.stdout + done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    assert answer["suite"] == name
    return answer | {"code": done.returncode}


def test_all_are_known_to_the_command_line() -> None:
    done = subprocess.run([sys.executable, "-m", "mlpilot", "eval", "list"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == list(SUITES)


def test_coin_flips_are_sorted_and_even(tmp_path: Path) -> None:
    table = write(tmp_path / "coins.csv", rows=100, seed=0)
    assert table["y"].is_monotonic_increasing and table["y"].mean() == 0.5
    pd.testing.assert_frame_equal(table, pd.read_csv(tmp_path / "coins.csv"))


def test_tables() -> None:
    """One split of 44 test rows does not say who is better: only that all were measured, and the verdict follows."""
    answer = suite("tables", "--tasks", "wine", "--splits", "1", "--budget", "20s", codes=(0, 3))
    wine = answer["tasks"]["wine"]  # type: ignore[index]
    assert wine["metric"] == "log-loss" and wine["standing"] in ("ahead", "level", "behind")
    assert (answer["code"] == 0) == (wine["standing"] != "behind")
    split = wine["splits"][0]
    assert split["mlpilot"] == pytest.approx(split["recomputed"], rel=1e-3, abs=1e-6)


def test_tables_can_say_that_mlpilot_is_behind() -> None:
    rows = [{"mlpilot": 0.5 + noise, "linear": 0.3, "forest": 0.4, "boosting": 0.4} for noise in (0.0, 0.01, 0.02)]
    assert tables.summarise("wine", rows)["standing"] == "behind"
    level = [{"mlpilot": 0.3 + noise, "linear": 0.3, "forest": 0.4, "boosting": 0.4} for noise in (-0.02, 0.01, 0.02)]
    assert tables.summarise("wine", level)["standing"] == "level"
    failed = [{"mlpilot": float("nan"), "linear": 0.3, "forest": 0.4, "boosting": 0.4}]
    assert tables.summarise("wine", failed)["standing"] == "failed"


@pytest.mark.parametrize("name", list(tables.BENCHMARKS))
def test_tables_are_numbers_without_gaps(name: str) -> None:
    frame = tables.BENCHMARKS[name].read()
    assert all(np.issubdtype(kind, np.number) for kind in frame.dtypes) and not frame.isna().any().any()


@pytest.mark.slow
def test_kill() -> None:
    answer = suite("kill", "--kills", "1", "--experiments", "2")
    assert answer["clean"] == 1 and len(answer["board"]) == 2  # type: ignore[arg-type]


def entry(number: int, value: float, key: str, seconds: float = 1.0) -> Entry:
    score = Score(value, (value - 1, value + 1))
    return Entry(number, {}, "draft", "a", "b", None, (), None, {}, key, "scored", score, None, seconds, False, "")


def test_kill_sees_what_was_lost_or_repeated() -> None:
    before = {1: entry(1, 0.5, "a"), 2: entry(2, 0.6, "b")}
    assert not kill.lost_or_repeated(before, dict(before))
    assert kill.lost_or_repeated(before, {1: before[1]}) == ["#2 was lost"]
    assert kill.lost_or_repeated(before, {**before, 2: entry(2, 0.7, "b")}) == ["#2 was lost"]
    assert kill.lost_or_repeated(before, {**before, 2: entry(2, 0.6, "b", 2.0)}) == ["#2 was run again"]
    assert kill.lost_or_repeated(before, {**before, 3: entry(3, 0.6, "b")}) == ["1 scored twice"]


def test_trust() -> None:
    answer = suite("trust", "--only", "01,03,20")
    assert answer["cheats"] == answer["held"] == 3


def test_models() -> None:
    sample = ["--only", "faults,reader,prompts", "--runs", "0", "--sequences", "6", "--replies", "300"]
    answer = suite("models", *sample)
    assert answer["wrong"] == []
    assert answer["faults"]["sequences"]["held"] == 6  # type: ignore[index]
    assert answer["reader"]["read"] > 100  # type: ignore[index]
    assert answer["prompts"]["schema, 3 ideas"]["of_aide"]["100"] < 0.25  # type: ignore[index]


def test_big_table_has_what_it_says(tmp_path: Path) -> None:
    big.write(tmp_path / "big.csv", 2000, seed=0)
    table = pd.read_csv(tmp_path / "big.csv")
    assert table.shape == (2000, 31) and set(table["y"]) == {"yes", "no"}
    assert table.select_dtypes("number").shape[1] == 20 and table.isna().any().sum() == 6
    assert big.seconds("90s") == 90 and big.seconds("10m") == 600


@pytest.mark.slow
def test_big() -> None:
    answer = suite("big", "--rows", "20000", "--budget", "14s", codes=(0, 3))
    assert 100e6 < answer["peak_bytes"] < 4 * big.GIB and answer["best"]  # type: ignore[operator]
    assert (answer["code"] == 0) == (answer["seconds"] <= 15.4)  # type: ignore[operator]


def test_memory_is_measured_with_children() -> None:
    hold = "import subprocess, sys; b = bytearray(60_000_000); b[::4096] = b'x' * len(b[::4096]); {}"
    child = hold.format("print(flush=True); input()")
    source = hold.format(f"p = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=0, stdout=1); p.wait()")
    with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert isinstance(process.stdout, io.BufferedReader)
        process.stdout.readline()
        assert 120e6 < memory.used(process.pid) < 250e6


def test_speed() -> None:
    """What it measures is measured elsewhere, on a machine that does nothing else: only that the verdict follows."""
    answer = suite("speed", "--times", "2", codes=(0, 3))
    promised, took = answer["limits"], answer["seconds"]
    assert set(took) == set(promised) == {"import", "help", "fold"}  # type: ignore[call-overload]
    within = [took[name] <= promised[name] for name in promised]  # type: ignore[index, attr-defined]
    assert (answer["code"] == 0) == all(within)


def test_reading() -> None:
    """As for speed: only that the verdict follows from what was measured."""
    answer = suite("reading", "--times", "1", "--files", "20", codes=(0, 3))
    promised, took = answer["limits"], answer["seconds"]
    assert set(took) == set(promised) == {"script", "folder"}  # type: ignore[call-overload]
    within = [took[name] <= promised[name] for name in promised]  # type: ignore[index, attr-defined]
    assert (answer["code"] == 0) == all(within)
