"""What a person waits for: `import mlpilot`, `mlpilot --help`, and what a fold costs beyond its training.

Times are the best of several processes, since load can only add. A fold's overhead is taken through the real path (data
to the sandbox, a clean kernel, predictions back, the judge's checks) with a Solution that trains nothing.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mlpilot.agent.bench import Bench, limits
from mlpilot.agent.study import Study
from mlpilot.agent.task import TaskSpec
from mlpilot.evals import coin_flips
from mlpilot.evals.command import load, say, tell
from mlpilot.sandbox.choose import choose

LIMITS = {"import": 0.2, "help": 0.4, "fold": 0.1}
"""Seconds that were promised."""
NOTHING = """
import numpy as np

def fit(X, y, *, params, seed, report):
    return "nothing"

def predict(model, X):
    return np.zeros(len(X), int)
"""


def main(argv: list[str]) -> int:
    """`--times N --sandbox NAME --json`. 3 if something takes longer than was promised."""
    parser = argparse.ArgumentParser(prog="mlpilot eval speed", description=__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--sandbox", default="auto")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    bare = best_of(options.times, "-c", "pass")
    measured = {
        "import": best_of(options.times, "-c", "import mlpilot") - bare,
        "help": best_of(options.times, "-m", "mlpilot", "--help"),
        "fold": fold_overhead(options.sandbox),
    }
    outcome = {"suite": "speed", "seconds": measured, "limits": LIMITS, "bare_python": bare, "load": load()}
    rows = [f"| {name} | {measured[name] * 1000:.0f} ms | {limit * 1000:.0f} ms |" for name, limit in LIMITS.items()]
    table = "\n".join(["| what | took | promised |", "|---" * 3 + "|", *rows])
    tell(outcome, table, as_json=options.json)
    return 0 if all(measured[name] <= limit for name, limit in LIMITS.items()) else 3


def best_of(times: int, *words: str) -> float:
    """Shortest wall time of `python WORDS...`, in seconds."""
    return min(once(words) for _ in range(times))


def once(words: tuple[str, ...]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def fold_overhead(sandbox: str) -> float:
    """Median wall time of a fold of a Solution that trains nothing, in seconds; the first one opens the sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        coin_flips.write(Path(folder, "coins.csv"), rows=600, seed=0)
        study = Study.load(TaskSpec(data=f"{folder}/coins.csv", target="y", metric="accuracy"), limits().threads)
        with Bench(study, choose(sandbox), limits()) as bench:
            tried = [bench.fold(fold, NOTHING, {}, timeout=60) for fold in range(len(study.plan.folds))]
    failed = [fold.reason for fold in tried if fold.prediction is None]
    if failed:
        raise RuntimeError(f"a fold that trains nothing failed: {failed[0]}")
    say("folds took " + ", ".join(f"{fold.seconds * 1000:.0f}" for fold in tried) + " ms")
    return statistics.median(fold.seconds for fold in tried[1:])
