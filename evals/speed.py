"""What a person waits for: `import mlpilot`, `mlpilot --help`, `mlpilot check`, what a fold costs beyond its training.

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

LIMITS = {"import": 0.2, "help": 0.4, "fold": 0.1, "check 1,000 lines": 0.5, "check 1,000 files": 60.0}
"""Seconds that were promised."""
SCRIPT = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

def prepareNUMBER(table):
    table["age"] = table["age"].fillna(table["age"].median())
    for name in ("a", "b", "c"):
        table[name] = table[name].astype(float) / 100
    return table.drop(columns=["id"])

dfNUMBER = prepareNUMBER(pd.read_csv("data.csv"))
X, y = dfNUMBER.drop(columns=["y"]), dfNUMBER["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=NUMBER)
scaler = StandardScaler().fit(X_train)
model = LogisticRegression(max_iter=500).fit(scaler.transform(X_train), y_train)
guess = model.predict(scaler.transform(X_test))
if accuracy_score(y_test, guess) > 0.5:
    print("NUMBER", f1_score(y_test, guess))
"""
"""About what people write: data, a function, a split, a model, a score."""
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
        **reading(options.times),
    }
    outcome = {"suite": "speed", "seconds": measured, "limits": LIMITS, "bare_python": bare, "load": load()}
    rows = [f"| {name} | {measured[name] * 1000:.0f} ms | {limit * 1000:.0f} ms |" for name, limit in LIMITS.items()]
    table = "\n".join(["| what | took | promised |", "|---" * 3 + "|", *rows])
    tell(outcome, table, as_json=options.json)
    return 0 if all(measured[name] <= limit for name, limit in LIMITS.items()) else 3


def reading(times: int) -> dict[str, float]:
    """Seconds to check a script of 1,000 lines, beyond what an empty one takes, and a folder of 1,000 scripts."""
    with tempfile.TemporaryDirectory() as folder:
        empty, long, many = Path(folder, "empty.py"), Path(folder, "long.py"), Path(folder, "many")
        empty.write_text("")
        blocks = [SCRIPT.replace("NUMBER", str(number)) for number in range(1000)]
        long.write_text("".join(blocks[: 1000 // SCRIPT.count("\n")]))
        many.mkdir()
        for number, text in enumerate(blocks):
            (many / f"script{number}.py").write_text(text)
        start, script = (best_of(times, "-m", "mlpilot", "check", str(path), code=None) for path in (empty, long))
        return {
            "check 1,000 lines": script - start,
            "check 1,000 files": once(("-m", "mlpilot", "check", str(many)), code=None),
        }


def best_of(times: int, *words: str, code: int | None = 0) -> float:
    """Shortest wall time of `python WORDS...`, in seconds."""
    return min(once(words, code=code) for _ in range(times))


def once(words: tuple[str, ...], *, code: int | None = 0) -> float:
    """Wall time; it has to end with this code, or with 0 or 3 where findings are none of our business."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in ((0, 3) if code is None else (code,)):
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
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
