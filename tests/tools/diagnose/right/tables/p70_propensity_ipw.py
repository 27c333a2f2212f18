# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# %% observational data; the programme helps by 2.0 on average
rng = np.random.default_rng(8)
n = 3000
X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["age", "grade", "income", "dist", "motiv"])
e = 1 / (1 + np.exp(-(0.8 * X["motiv"] - 0.6 * X["income"] + 0.3 * X["age"])))
t = (rng.random(n) < e).astype(int)
y0 = 10 + 2 * X["motiv"] + X["grade"] - 0.5 * X["income"] ** 2 + rng.normal(0, 1, n)
y = y0 + (2 + 0.5 * X["dist"]) * t
print("naive difference:", round(y[t == 1].mean() - y[t == 0].mean(), 3))

# %% propensity, overlap, balance
ps = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, t).predict_proba(X)[:, 1]
print("overlap:", np.quantile(ps[t == 1], [0.01, 0.5]).round(3), np.quantile(ps[t == 0], [0.5, 0.99]).round(3))
w = np.where(t == 1, 1 / ps, 1 / (1 - ps))

def smd(x, w=None):
    w = np.ones(len(x)) if w is None else w
    m1, m0 = np.average(x[t == 1], weights=w[t == 1]), np.average(x[t == 0], weights=w[t == 0])
    return (m1 - m0) / np.sqrt((x[t == 1].var() + x[t == 0].var()) / 2)

print(pd.DataFrame({"raw": {c: smd(X[c]) for c in X}, "weighted": {c: smd(X[c], w) for c in X}}).round(3))

# %% IPW (Hajek) and doubly robust with cross fitting
ipw = np.average(y[t == 1], weights=w[t == 1]) - np.average(y[t == 0], weights=w[t == 0])
folds = KFold(3, shuffle=True, random_state=0)
e_hat = cross_val_predict(LogisticRegression(), X, t, cv=folds, method="predict_proba")[:, 1].clip(0.02, 0.98)
m1, m0 = np.zeros(n), np.zeros(n)
for a, b in folds.split(X):
    for arm, store in ((1, m1), (0, m0)):
        rows = a[t[a] == arm]
        store[b] = HistGradientBoostingRegressor(max_iter=30, learning_rate=0.06, random_state=0).fit(X.iloc[rows], y.iloc[rows]).predict(X.iloc[b])
psi = m1 - m0 + t * (y - m1) / e_hat - (1 - t) * (y - m0) / (1 - e_hat)
se = psi.std(ddof=1) / np.sqrt(n)
print(f"IPW {ipw:.3f}   AIPW {psi.mean():.3f} ± {1.96 * se:.3f}   true {np.mean(2 + 0.5 * X['dist']):.3f}")
