"""A small study object in the manner of the tuning libraries, without one."""
from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Callable

import lightgbm as lgb
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split


@dataclass
class Trial:
    rng: np.random.Generator
    params: dict[str, Any] = field(default_factory=dict)
    value: float = math.nan

    def log_float(self, name: str, lo: float, hi: float) -> float:
        v = float(np.exp(self.rng.uniform(math.log(lo), math.log(hi))))
        return self.params.setdefault(name, v)

    def integer(self, name: str, lo: int, hi: int) -> int:
        return self.params.setdefault(name, int(self.rng.integers(lo, hi + 1)))


@dataclass
class Study:
    seed: int
    trials: list[Trial] = field(default_factory=list)

    def optimise(self, objective: Callable[[Trial], float], n: int) -> None:
        rng = np.random.default_rng(self.seed)
        for i in range(n):
            t = Trial(rng)
            if i >= n // 2:  # second half: disturb one of the best trials
                parent = sorted(self.trials, key=lambda s: -s.value)[int(rng.integers(0, 2))]
                keep = rng.choice(list(parent.params), size=2, replace=False)
                t.params = {k: parent.params[k] for k in keep}
            t.value = objective(t)
            self.trials.append(t)

    @property
    def best(self) -> Trial:
        return max(self.trials, key=lambda t: t.value)


X, y = make_classification(1600, 20, n_informative=7, flip_y=0.08, random_state=5)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=5)
folds = list(StratifiedKFold(3, shuffle=True, random_state=5).split(X_dev, y_dev))


def make(p: dict[str, Any]) -> lgb.LGBMClassifier:
    return lgb.LGBMClassifier(n_estimators=60, verbose=-1, n_jobs=1, random_state=0, **p)


def objective(trial: Trial) -> float:
    trial.integer("num_leaves", 3, 31)
    trial.integer("min_child_samples", 5, 60)
    trial.log_float("learning_rate", 0.02, 0.3)
    trial.log_float("reg_lambda", 1e-3, 10)
    scores = []
    for a, b in folds:
        m = make(trial.params).fit(X_dev[a], y_dev[a])
        scores.append(roc_auc_score(y_dev[b], m.predict_proba(X_dev[b])[:, 1]))
    return float(np.mean(scores))


study = Study(seed=1)
study.optimise(objective, 12)
print("best CV AUC", round(study.best.value, 4), study.best.params)
final = make(study.best.params).fit(X_dev, y_dev)
print("test AUC   ", round(roc_auc_score(y_test, final.predict_proba(X_test)[:, 1]), 4))
