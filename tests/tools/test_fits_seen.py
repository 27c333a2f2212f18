"""Fits of scikit-learn that are watched while a script runs: faulty ones are named, healthy ones are not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpilot.tools.diagnose.dynamic.fits import RULES, judge_fits
from mlpilot.tools.diagnose.dynamic.fitted import MOST, fitted

ROOT = Path(__file__).parent.parent.parent
CALL = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import mlpilot_observer
parts = ("cluster", "compose", "ensemble", "impute", "linear_model", "model_selection", "neighbors", "pipeline")
mlpilot_observer.warm_up("numpy", *("sklearn." + name for name in parts))
def kept(name, data):
    if name == "trainings":
        print(data.decode(), flush=True)
for source in json.load(sys.stdin):
    job = json.dumps({"name": "script.py", "source": source, "watched": {}, "probe": None}).encode()
    child = os.fork()
    if not child:
        mlpilot_observer.work([job], kept, {"__name__": "__main__"})
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, source
"""
DATA = """
import numpy as np
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.ensemble import RandomForestClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 4))
y = (X[:, 0] + 0.5 * rng.normal(size=300) > 0).astype(int)
income = X * [1, 1, 1, 20_000]
gaps = X.copy()
gaps[rng.random(300) < 0.1, 1] = -999
"""
FAULTY = {
    "TRAIN051": "KNeighborsClassifier().fit(income[:200], y[:200]).score(income[200:], y[200:])",
    "TRAIN052": "cross_val_score(Ridge(), np.column_stack([X, X[:, 0] * 3]), X[:, 0] * 3)",
    "TRAIN053": "scaler = StandardScaler().fit(income)\n"
    "LogisticRegression().fit(scaler.transform(income), y).predict(40 * X + 500)",
    "TRAIN054": "model = LogisticRegression().fit(StandardScaler().fit_transform(X[:200]), y[:200])\n"
    "model.score(StandardScaler().fit_transform(X[200:]), y[200:])",
    "TRAIN055": "kinds = np.repeat([0, 1, 2], 100)\ncross_val_score(KNeighborsClassifier(), X, kinds, cv=KFold(3))",
    "TRAIN056": "make_pipeline(StandardScaler(), LogisticRegression()).fit(gaps, y)",
    "TRAIN058": "Lasso(alpha=100).fit(X, X[:, 0] + X[:, 1]).predict(X)",
}
HEALTHY = [
    "make_pipeline(StandardScaler(), KNeighborsClassifier()).fit(income[:200], y[:200]).score(income[200:], y[200:])",
    "KMeans(2, n_init=3).fit_predict(StandardScaler().fit_transform(income))",
    "cross_val_score(LogisticRegression(), X, y, cv=StratifiedKFold(3)).mean()",
    "GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {'logisticregression__C': [1e-4, 1]}, cv=3)"
    ".fit(income, y).predict(income)",
    "filled = ColumnTransformer([('all', SimpleImputer(missing_values=-999), [0, 1, 2, 3])])\n"
    "make_pipeline(filled, StandardScaler(), LogisticRegression()).fit(gaps, y).predict(gaps[:50])",
    "RandomForestClassifier(20).fit(gaps, y).score(gaps, y)",
    "Ridge().fit(X[:, :1], 2 * X[:, 0] + 1).predict(X[:, :1])",
    "model = LogisticRegression().fit(X[:200], y[:200])\nmodel.score(X[:200], y[:200]), model.score(X[200:], y[200:])",
    "scaler = StandardScaler().fit(income[:200])\n"
    "model = LogisticRegression().fit(scaler.transform(income[:200]), y[:200])\n"
    "model.predict(scaler.transform(income[200:])), model.predict(scaler.transform(income[:1]))",
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> list[list[str]]:
    """Codes of what is said of each program, the faulty ones first; all run in one process."""
    programs = [DATA + one + "\n" for one in [*FAULTY.values(), *HEALTHY]]
    folder = tmp_path_factory.mktemp("fits")
    call = [sys.executable, "-c", CALL, str(ROOT / "tools" / "inside")]
    done = subprocess.run(
        call,
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.strip().split("\n")
    assert all(json.loads(line)["faults"] == [] for line in lines)
    return [[one.code for one in judge_fits(fitted(line.encode()))] for line in lines]


def test_each_fault_is_named_by_its_code(seen):
    assert seen[: len(FAULTY)] == [[code] for code in FAULTY]


def test_nothing_is_said_of_healthy_fits(seen):
    assert seen[len(FAULTY) :] == [[]] * len(HEALTHY)


def test_what_has_not_the_form_is_not_taken():
    assert fitted(b"{") == fitted(b"[]") == fitted(b'{"models": 3}') == ()
    hostile = {"kind": "K\nX" * 99, "line": -1, "dominant": 3, "asked": [], "marks": [{}] * 99, "target_columns": "abc"}
    found = fitted(json.dumps({"models": [hostile] * 99}).encode())
    assert len(found) == MOST and found[0].line == 0 and "\n" not in found[0].kind
    assert len(found[0].marks) == 4 and found[0].target_columns == ()
    assert judge_fits(found)


def test_the_codes_are_documented():
    text = (ROOT / "docs" / "fix.md").read_text(encoding="utf-8")
    assert all(f"| {rule.code} |" in text for rule in RULES)
