"""Loan applications with point-in-time account features."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(33)
N_CUST = 250


def account_history():
    rows = []
    for c in range(N_CUST):
        level = rng.normal(2000, 900)
        months = pd.date_range("2022-01-31", "2024-06-30", freq="ME")
        bal = level + np.cumsum(rng.normal(0, 250, len(months)))
        rows.append(pd.DataFrame({"customer": c, "month_end": months, "balance": bal}))
    h = pd.concat(rows, ignore_index=True)
    g = h.groupby("customer")["balance"]
    h["bal_mean6"] = g.transform(lambda s: s.rolling(6, min_periods=3).mean())
    h["bal_min6"] = g.transform(lambda s: s.rolling(6, min_periods=3).min())
    h["bal_trend"] = g.diff(3)
    # the month's figures are published on the 5th of the next month
    h["known_from"] = h["month_end"] + pd.Timedelta(days=5)
    return h


history = account_history()
apps = pd.DataFrame({
    "customer": rng.integers(0, N_CUST, 2500),
    "applied": pd.Timestamp("2022-09-01") + pd.to_timedelta(rng.integers(0, 640, 2500), unit="D"),
    "amount": rng.lognormal(8, 0.5, 2500),
})
data = pd.merge_asof(
    apps.sort_values("applied"), history.sort_values("known_from"),
    left_on="applied", right_on="known_from", by="customer",
    direction="backward", tolerance=pd.Timedelta(days=60),
)
assert (data["known_from"].isna() | (data["known_from"] <= data["applied"])).all()

eta = -1.2 - 0.0008 * (data["bal_min6"].fillna(1500) - 1500) + 0.5 * (np.log(data["amount"]) - 8)
data["default"] = (rng.random(len(data)) < 1 / (1 + np.exp(-eta))).astype(int)
data["past_apps"] = data.groupby("customer").cumcount()
data["amount_to_bal"] = data["amount"] / data["bal_mean6"].abs().clip(lower=100)

features = ["amount", "balance", "bal_mean6", "bal_min6", "bal_trend", "past_apps", "amount_to_bal"]
train = data[data["applied"] < "2023-10-01"]
test = data[data["applied"] >= "2024-01-01"]
clf = HistGradientBoostingClassifier(max_iter=40, learning_rate=0.1, max_leaf_nodes=8, random_state=0)
clf.fit(train[features], train["default"])
p = clf.predict_proba(test[features])[:, 1]
print(len(train), len(test), "AUC", round(roc_auc_score(test["default"], p), 3))
print(test.assign(p=p).groupby(pd.qcut(p, 5, labels=False))[["p", "default"]].mean().round(3))
