"""Uplift from a randomised campaign: T-learner on train, Qini on test."""
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(6)
n = 8000
X = pd.DataFrame({"age": rng.integers(18, 75, n), "visits": rng.poisson(3, n), "loyal": rng.integers(0, 2, n), "basket": rng.gamma(2, 15, n)})
treated = rng.integers(0, 2, n)
base = 1 / (1 + np.exp(-(-2 + 0.2 * X.visits + 0.5 * X.loyal)))
effect = np.where(X.age < 35, 0.18, np.where(X.loyal == 1, -0.02, 0.03))
y = (rng.random(n) < np.clip((base + treated * effect).to_numpy(), 0, 1)).astype(int)

X_tr, X_te, t_tr, t_te, y_tr, y_te = train_test_split(X, treated, y, test_size=0.4, random_state=0)
print("average effect in train", round(y_tr[t_tr == 1].mean() - y_tr[t_tr == 0].mean(), 4))

def model():
    return RandomForestClassifier(150, min_samples_leaf=40, random_state=0)

m1 = model().fit(X_tr[t_tr == 1], y_tr[t_tr == 1])
m0 = model().fit(X_tr[t_tr == 0], y_tr[t_tr == 0])
uplift = m1.predict_proba(X_te)[:, 1] - m0.predict_proba(X_te)[:, 1]

def qini(score, t, y):
    o = np.argsort(-score)
    t, y = t[o], y[o]
    nt, nc = np.cumsum(t), np.cumsum(1 - t)
    gain = np.cumsum(y * t) - np.cumsum(y * (1 - t)) * nt / np.maximum(nc, 1)
    line = np.linspace(0, gain[-1], len(gain))
    return (gain - line).mean() / len(gain)

print("qini model ", round(qini(uplift, t_te, y_te), 5))
print("qini random", round(np.mean([qini(rng.random(len(y_te)), t_te, y_te) for _ in range(50)]), 5))
group = pd.qcut(uplift, 5, labels=False, duplicates="drop")
tab = pd.DataFrame({"g": group, "t": t_te, "y": y_te}).groupby(["g", "t"])["y"].mean().unstack()
tab["observed uplift"] = tab[1] - tab[0]
tab["predicted"] = pd.Series(uplift).groupby(group).mean()
print(tab.round(3))
