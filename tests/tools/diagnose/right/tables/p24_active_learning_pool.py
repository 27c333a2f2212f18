from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def margin(proba: np.ndarray) -> np.ndarray:
    top2 = np.partition(proba, -2, axis=1)[:, -2:]
    return top2[:, 1] - top2[:, 0]


def run(strategy: str, seed: int, start: int = 30, batch: int = 20, rounds: int = 7) -> list[float]:
    X, y = load_digits(return_X_y=True)
    X_pool, X_test, y_pool, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    rng = np.random.default_rng(seed)
    known = np.zeros(len(y_pool), bool)
    known[rng.choice(len(y_pool), start, replace=False)] = True

    curve = []
    for _ in range(rounds):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
        model.fit(X_pool[known], y_pool[known])
        curve.append(accuracy_score(y_test, model.predict(X_test)))
        open_idx = np.flatnonzero(~known)
        if strategy == "random":
            ask = rng.choice(open_idx, batch, replace=False)
        else:
            ask = open_idx[np.argsort(margin(model.predict_proba(X_pool[open_idx])))[:batch]]
        known[ask] = True
    return curve


for strategy in ("random", "margin"):
    curves = np.array([run(strategy, s) for s in range(3)])
    print(strategy.ljust(8), " ".join(f"{a:.3f}" for a in curves.mean(axis=0)))
