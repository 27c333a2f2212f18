"""How long `mlpilot check` takes: 1,000 lines beyond what an empty script costs, and a folder of 1,000 scripts.

Times are the best of several processes, since load can only add.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mlpilot.evals.command import load, tell

LIMITS = {"script": 0.5, "folder": 60.0}
"""Seconds that were promised."""
LINES = 1000
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


def main(argv: list[str]) -> int:
    """`--times N --files N --json`. 3 if something takes longer than was promised."""
    parser = argparse.ArgumentParser(prog="mlpilot eval reading", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), options.times, options.files)
    outcome = {"suite": "reading", "seconds": measured, "limits": LIMITS, "files": options.files, "load": load()}
    names = {
        "script": f"a script of {LINES:,} lines, beyond start-up",
        "folder": f"a folder of {options.files:,} scripts",
    }
    rows = [f"| {names[name]} | {measured[name]:.2f} s | {limit:.1f} s |" for name, limit in LIMITS.items()]
    tell(outcome, "\n".join(["| what | took | promised |", "|---" * 3 + "|", *rows]), as_json=options.json)
    return 0 if all(measured[name] <= limit for name, limit in LIMITS.items()) else 3


def measure(folder: Path, times: int, files: int) -> dict[str, float]:
    """Seconds of wall time for each."""
    empty, long, many = folder / "empty.py", folder / "long.py", folder / "many"
    lines = SCRIPT.count("\n")
    empty.write_text("")
    long.write_text("".join(SCRIPT.replace("NUMBER", str(number)) for number in range(LINES // lines + 1)))
    many.mkdir()
    for number in range(files):
        (many / f"script{number}.py").write_text(SCRIPT.replace("NUMBER", str(number)))
    start, script = (min(_once(path) for _ in range(times)) for path in (empty, long))
    return {"script": script - start, "folder": _once(many)}


def _once(path: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "mlpilot", "check", path], capture_output=True, text=True)
    took = time.perf_counter() - began
    if done.returncode not in (0, 3):
        raise RuntimeError(f"check {path.name} ended with {done.returncode}: {done.stderr.strip()}")
    return took
