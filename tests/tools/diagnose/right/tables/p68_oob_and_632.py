"""Four estimates of the error of one forest: out-of-bag, CV, .632+ bootstrap, big fresh sample."""
import numpy as np
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

X_all, y_all = make_classification(6300, 12, n_informative=5, flip_y=0.1, shuffle=True, random_state=4)
X, y = X_all[:300], y_all[:300]
X_fresh, y_fresh = X_all[300:], y_all[300:]
est = RandomForestClassifier(25, oob_score=True, random_state=0)


def err(model, A, b):
    return np.mean(model.predict(A) != b)


def bootstrap_632plus(est, X, y, B=15, seed=0):
    rng = np.random.default_rng(seed)
    n = len(y)
    wrong, count = np.zeros(n), np.zeros(n)
    for _ in range(B):
        i = rng.integers(0, n, n)
        out = np.setdiff1d(np.arange(n), i)
        m = clone(est).set_params(oob_score=False).fit(X[i], y[i])
        wrong[out] += m.predict(X[out]) != y[out]
        count[out] += 1
    e1 = np.mean(wrong[count > 0] / count[count > 0])
    full = clone(est).set_params(oob_score=False).fit(X, y)
    e0 = err(full, X, y)
    p, q = np.mean(y), np.mean(full.predict(X))
    gamma = p * (1 - q) + (1 - p) * q
    r = np.clip((e1 - e0) / (gamma - e0), 0, 1) if gamma > e0 else 0.0
    w = 0.632 / (1 - 0.368 * r)
    return (1 - w) * e0 + w * min(e1, gamma), e0, e1


forest = clone(est).fit(X, y)
plus, resub, loo_boot = bootstrap_632plus(est, X, y)
cv = 1 - cross_val_score(clone(est).set_params(oob_score=False), X, y, cv=StratifiedKFold(5, shuffle=True, random_state=0)).mean()
print(f"resubstitution   {resub:.3f}  (no estimate, only a part of .632+)")
print(f"out-of-bag       {1 - forest.oob_score_:.3f}")
print(f"5-fold CV        {cv:.3f}")
print(f"leave-out boot   {loo_boot:.3f}")
print(f".632+            {plus:.3f}")
print(f"6000 fresh rows  {err(forest, X_fresh, y_fresh):.3f}")
