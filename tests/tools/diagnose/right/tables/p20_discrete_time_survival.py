"""Discrete-time hazard model: one row per customer and month at risk."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler
from sklearn.compose import make_column_transformer

MAX_T = 24


def draw(n, seed):
    rng = np.random.default_rng(seed)
    price, support = rng.normal(0, 1, n), rng.poisson(1.0, n)
    t_event = np.full(n, np.inf)
    for t in range(1, MAX_T + 1):
        h = 1 / (1 + np.exp(-(-3.6 + 0.5 * price + 0.4 * support + 0.6 * (t % 12 == 0))))
        new = np.isinf(t_event) & (rng.random(n) < h)
        t_event[new] = t
    censor = rng.integers(6, MAX_T + 1, n)
    return pd.DataFrame({
        "id": np.arange(n), "price": price, "support": support,
        "time": np.minimum(t_event, censor).astype(int), "event": (t_event <= censor).astype(int),
    })


def person_period(df):
    long = df.loc[df.index.repeat(df["time"])].copy()
    long["month"] = long.groupby("id").cumcount() + 1
    long["y"] = ((long["month"] == long["time"]) & (long["event"] == 1)).astype(int)
    long["anniversary"] = (long["month"] % 12 == 0).astype(int)
    return long


def concordance(time, event, risk):
    num = den = 0.0
    for i in np.flatnonzero(event):
        later = time > time[i]
        den += later.sum()
        num += (risk[i] > risk[later]).sum() + 0.5 * (risk[i] == risk[later]).sum()
    return num / den


people = draw(1500, 4)
train, test = train_test_split(people, test_size=0.3, random_state=0, stratify=people["event"])
cols = ["month", "anniversary", "price", "support"]
model = make_pipeline(
    make_column_transformer((SplineTransformer(n_knots=4), ["month"]), (StandardScaler(), ["price", "support"]), remainder="passthrough"),
    LogisticRegression(max_iter=1000),
)

long = person_period(train)
for k, (a, b) in enumerate(GroupKFold(4).split(long, groups=long["id"])):
    model.fit(long[cols].iloc[a], long["y"].iloc[a])
    print(k, round(roc_auc_score(long["y"].iloc[b], model.predict_proba(long[cols].iloc[b])[:, 1]), 3))

model.fit(long[cols], long["y"])
grid = test.loc[test.index.repeat(12), ["id", "price", "support"]].copy()
grid["month"] = np.tile(np.arange(1, 13), len(test))
grid["anniversary"] = (grid["month"] % 12 == 0).astype(int)
grid["h"] = model.predict_proba(grid[cols])[:, 1]
surv12 = grid.groupby("id", sort=False)["h"].agg(lambda h: np.prod(1 - h))
c = concordance(test["time"].to_numpy(), test["event"].to_numpy(), 1 - surv12.loc[test["id"]].to_numpy())
print(f"12-month survival, mean {surv12.mean():.3f}; C-index on held-out customers {c:.3f}")
