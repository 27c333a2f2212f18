import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.base import clone


class TLearner:
    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, treatment, y):
        self.m1_ = clone(self.estimator).fit(X[treatment == 1], y[treatment == 1])
        self.m0_ = clone(self.estimator).fit(X[treatment == 0], y[treatment == 0])
        return self

    def effect(self, X):
        return self.m1_.predict_proba(X)[:, 1] - self.m0_.predict_proba(X)[:, 1]


def qini_points(effect, treatment, y):
    order = np.argsort(-effect)
    t, o = treatment[order], y[order]
    n1, n0 = np.cumsum(t), np.cumsum(1 - t)
    gain = np.cumsum(o * t) - np.cumsum(o * (1 - t)) * np.divide(n1, n0, out=np.zeros(len(n1)), where=n0 > 0)
    return np.r_[0.0, gain]


def qini(effect, treatment, y):
    g = qini_points(effect, treatment, y)
    line = np.linspace(0, g[-1], len(g))
    return float(np.trapezoid(g - line, dx=1 / (len(g) - 1)) / len(y))


rng = np.random.default_rng(10)
n = 8000
X = pd.DataFrame(rng.normal(size=(n, 6)), columns=list("abcdef"))
t = rng.integers(0, 2, n)
lift = 0.18 * (X["a"] > 0) - 0.08 * (X["b"] > 1)
p = np.clip(0.15 + 0.05 * X["c"].clip(-2, 2) + lift * t, 0.01, 0.95)
y = (rng.random(n) < p).astype(int).to_numpy()

idx_tr, idx_te = train_test_split(np.arange(n), test_size=0.4, stratify=t * 2 + y, random_state=0)
X_tr, X_te = X.iloc[idx_tr], X.iloc[idx_te]

learners = {
    "logistic": TLearner(LogisticRegression()),
    "lgbm": TLearner(LGBMClassifier(n_estimators=60, num_leaves=7, min_child_samples=80, verbose=-1, random_state=0, n_jobs=1)),
}
for name, l in learners.items():
    e = l.fit(X_tr, t[idx_tr], y[idx_tr]).effect(X_te)
    top = e >= np.quantile(e, 0.7)
    tt, yy = t[idx_te], y[idx_te]
    seen = yy[top & (tt == 1)].mean() - yy[top & (tt == 0)].mean()
    print(f"{name:9s} Qini {qini(e, tt, yy):.4f}  observed lift in the top 30%: {seen:.3f}")
print(f"average effect on test rows: {y[idx_te][t[idx_te] == 1].mean() - y[idx_te][t[idx_te] == 0].mean():.3f}")
print(f"random order: Qini {qini(rng.random(len(idx_te)), t[idx_te], y[idx_te]):.4f}")
