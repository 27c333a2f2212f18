"""Discrete-time hazard model: person-period table, logistic hazard, concordance by hand."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(77)
n, horizon = 1200, 24
base = pd.DataFrame({
    "age": rng.normal(60, 10, n),
    "stage": rng.integers(1, 4, n),
    "treated": rng.integers(0, 2, n),
})
risk = 0.04 * (base.age - 60) + 0.7 * (base.stage - 2) - 0.6 * base.treated
event_time = np.ceil(rng.exponential(20 * np.exp(-risk)))
censor = rng.integers(6, horizon + 1, n)
base["time"] = np.minimum(event_time, censor).astype(int)
base["event"] = (event_time <= censor).astype(int)


def person_period(df):
    rep = df.loc[df.index.repeat(df["time"])].copy()
    rep["period"] = rep.groupby(level=0).cumcount() + 1
    rep["y"] = ((rep["period"] == rep["time"]) & (rep["event"] == 1)).astype(int)
    rep["log_period"] = np.log(rep["period"])
    return rep


def concordance(time, event, risk):
    num = den = 0.0
    for i in np.flatnonzero(event):
        later = time > time[i]
        den += later.sum()
        num += (risk[i] > risk[later]).sum() + 0.5 * (risk[i] == risk[later]).sum()
    return num / den


# persons are split first, then expanded
train, test = train_test_split(base, test_size=0.3, stratify=base["event"], random_state=0)
feats = ["age", "stage", "treated", "log_period"]
pp = person_period(train)
haz = make_pipeline(StandardScaler(), LogisticRegression())
haz.fit(pp[feats], pp["y"])

grid = test.loc[test.index.repeat(horizon), ["age", "stage", "treated"]].copy()
grid["log_period"] = np.log(np.tile(np.arange(1, horizon + 1), len(test)))
h = haz.predict_proba(grid[feats])[:, 1].reshape(len(test), horizon)
surv = np.cumprod(1 - h, axis=1)

print(f"events {test.event.mean():.2f}; C-index {concordance(test.time.to_numpy(), test.event.to_numpy(), 1 - surv[:, 11]):.3f}")
print("mean survival at 6/12/24:", surv[:, [5, 11, 23]].mean(0).round(3))
