"""Remaining useful life: rolling features per unit look backwards only; units are split, not rows."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import GroupKFold, cross_val_score

CAP = 100

def add_rolling(df, sensors, w=10):
    df = df.sort_values(["unit", "cycle"]).copy()
    g = df.groupby("unit")
    for s in sensors:
        df[f"{s}_ma"] = g[s].transform(lambda v: v.rolling(w, min_periods=1).mean())
        df[f"{s}_slope"] = df[f"{s}_ma"] - g[f"{s}_ma"].shift(w).fillna(df[f"{s}_ma"])
    return df

data = add_rolling(pd.read_csv("data/engines.csv"), ["s1", "s2", "s3"])
data["target"] = data["rul"].clip(upper=CAP)
features = [c for c in data.columns if c not in ("unit", "rul", "target")]

rng = np.random.default_rng(5)
units = rng.permutation(data["unit"].unique())
test_units = set(units[:12])
is_test = data["unit"].isin(test_units)
train, test = data[~is_test], data[is_test]

results = {}
for depth in (2, 3, 5):
    reg = HistGradientBoostingRegressor(max_depth=depth, learning_rate=0.08, max_iter=100, random_state=0)
    s = cross_val_score(reg, train[features], train["target"], groups=train["unit"],
                        cv=GroupKFold(4), scoring="neg_root_mean_squared_error")
    results[depth] = -s.mean()
    print(f"depth {depth}: rmse {-s.mean():.2f}")
depth = min(results, key=results.get)
reg = HistGradientBoostingRegressor(max_depth=depth, learning_rate=0.08, max_iter=100, random_state=0)
reg.fit(train[features], train["target"])
pred = reg.predict(test[features])
print("test rmse", round(root_mean_squared_error(test["target"], pred), 2))
print("constant  ", round(root_mean_squared_error(test["target"], np.full(len(test), train["target"].mean())), 2))
