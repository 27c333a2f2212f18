"""Paired bootstrap of the difference of two classifiers on one test set."""
from typing import Callable

import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

Metric = Callable[[np.ndarray, np.ndarray], float]


def paired_bootstrap(y: np.ndarray, a: np.ndarray, b: np.ndarray, metric: Metric, n_boot: int, rng: np.random.Generator) -> dict:
    diffs = []
    while len(diffs) < n_boot:
        idx = rng.integers(0, len(y), len(y))
        if y[idx].min() == y[idx].max():       # AUC needs both classes
            continue
        diffs.append(metric(y[idx], b[idx]) - metric(y[idx], a[idx]))
    lo, hi = np.quantile(diffs, [0.025, 0.975])
    return {"difference": metric(y, b) - metric(y, a), "low": lo, "high": hi}


def main() -> None:
    X, y = make_classification(n_samples=1500, n_features=20, n_informative=5, n_clusters_per_class=3, flip_y=0.08, random_state=8)
    X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.4, stratify=y, random_state=8)
    lr = LogisticRegression().fit(X_tr, y_tr)
    rf = RandomForestClassifier(100, random_state=8).fit(X_tr, y_tr)
    pa, pb = lr.predict_proba(X_te)[:, 1], rf.predict_proba(X_te)[:, 1]
    out = paired_bootstrap(y_te, pa, pb, roc_auc_score, 300, np.random.default_rng(8))
    print("AUC forest - AUC logistic: {difference:.3f} [{low:.3f}, {high:.3f}]".format(**out))


if __name__ == "__main__":
    main()
