"""A table of a million rows: is the budget kept, and how much memory does it take?

The table is made here from a seed: numbers, categories (two of them with many levels), missing values, and a binary
target that depends on some of each. Memory is sampled twice a second over mlpilot with all its processes and
containers (see `memory`). What must hold: it ends within 110 % of its budget, and below 4 GiB.
"""

import argparse
import re
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mlpilot.evals.command import load, parse, say, start, tell
from mlpilot.evals.memory import Meter

GIB = 2**30
UNITS = {"s": 1, "m": 60, "h": 3600}


def main(argv: list[str]) -> int:
    """`--rows N --budget 10m --sandbox NAME --json`. 3 if the budget or the memory was exceeded, or no score came."""
    parser = argparse.ArgumentParser(prog="mlpilot eval big", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    budget = seconds(options.budget)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "big.csv")
        write(data, options.rows, seed=0)
        say(f"{options.rows:,} rows x 30 columns, {data.stat().st_size / 1e6:.0f} MB as CSV; budget {budget:.0f} s")
        began = time.monotonic()
        words = ["run", data, "--target", "y", "--budget", options.budget, "--sandbox", options.sandbox, "--json"]
        process = start(*words, home=Path(folder, "home"))
        with Meter(process.pid) as meter:
            printed, said = process.communicate()
        took = time.monotonic() - began
    answer = parse(printed)
    outcome = {"suite": "big", "rows": options.rows, "budget": budget, "seconds": took, "peak_bytes": meter.peak}
    outcome |= {"code": process.returncode, "load": load(), "sandbox": answer.get("sandbox")}
    outcome |= {key: answer.get(key) for key in ("best", "test", "experiments")}
    if process.returncode:
        say(said.strip()[-500:])
    best = answer.get("best") or {}
    table = "| rows | budget | took | peak memory | experiments | best |\n" + "|---" * 6 + "|\n"
    table += f"| {options.rows:,} | {budget:.0f} s | {took:.0f} s | {meter.peak / GIB:.2f} GiB "
    table += f"| {(answer.get('experiments') or {}).get('total', 0)} | {best.get('name')} {best.get('score')} |"
    tell(outcome, table, as_json=options.json)
    return 0 if not process.returncode and best and took <= 1.1 * budget and meter.peak <= 4 * GIB else 3


def seconds(budget: str) -> float:
    """`90s`, `10m` or `1h` in seconds. Raises `SystemExit` on anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", budget)
    if not match:
        raise SystemExit(f"not a budget: {budget} (90s, 10m, 1h)")
    return float(match[1]) * UNITS[match[2]]


def write(path: Path, rows: int, *, seed: int) -> None:
    """Write the CSV, in pieces to spare memory: 20 columns of numbers, 10 of categories, and the target `y`."""
    random = np.random.default_rng(seed)
    for start_row in range(0, rows, 100_000):
        piece = part(random, min(100_000, rows - start_row))
        piece.to_csv(path, mode="a", header=start_row == 0, index=False, float_format="%.5g")


def part(random: np.random.Generator, rows: int) -> pd.DataFrame:
    """So many rows of the table."""
    numbers = random.normal(size=(rows, 20))
    levels = [2, 3, 4, 5, 8, 12, 20, 50, 200, 1000]
    codes = np.column_stack([random.integers(0, level, rows) for level in levels])
    signal = numbers[:, 0] - 0.8 * numbers[:, 1] + numbers[:, 2] * numbers[:, 3] + np.sin(2 * numbers[:, 4])
    signal += 0.7 * (codes[:, 3] == 2) - 0.5 * (codes[:, 6] % 3 == 0) + 0.4 * np.cos(codes[:, 9])
    table = pd.DataFrame(numbers, columns=[f"n{number}" for number in range(20)])
    for column in range(0, 20, 4):
        table.loc[random.random(rows) < 0.05, f"n{column}"] = np.nan
    for column, level in enumerate(levels):
        names = np.array([f"c{column}_{code}" for code in range(level)], dtype=object)
        table[f"c{column}"] = names[codes[:, column]]
    table.loc[random.random(rows) < 0.03, "c4"] = None
    table["y"] = np.where(signal + random.logistic(size=rows) > 0, "yes", "no")
    return table
