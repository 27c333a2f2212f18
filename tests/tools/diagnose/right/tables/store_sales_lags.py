"""Daily sales, 7 days ahead: all lag and rolling features look at least 7 days back."""
import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.metrics import mean_absolute_error

HORIZON = 7

def features(df):
    df = df.sort_values(["store", "date"]).copy()
    g = df.groupby("store")["sales"]
    for lag in (7, 14, 28):
        df[f"lag_{lag}"] = g.shift(lag)
    for w in (7, 28):
        df[f"roll_mean_{w}"] = g.transform(lambda s: s.shift(HORIZON).rolling(w).mean())
        df[f"roll_std_{w}"] = g.transform(lambda s: s.shift(HORIZON).rolling(w).std())
    df["dow"] = df["date"].dt.day_of_week
    df["month"] = df["date"].dt.month
    df["doy"] = df["date"].dt.day_of_year
    return df.dropna()

raw = pd.read_csv("data/store_sales.csv", parse_dates=["date"])
df = features(raw)
cutoff_valid = pd.Timestamp("2023-01-01")
cutoff_test = pd.Timestamp("2023-04-01")
train = df[df["date"] < cutoff_valid]
valid = df[(df["date"] >= cutoff_valid) & (df["date"] < cutoff_test)]
test = df[df["date"] >= cutoff_test]
cols = [c for c in df.columns if c not in ("date", "sales")]

best, best_mae = None, np.inf
for leaves in (7, 15, 31):
    m = LGBMRegressor(n_estimators=150, learning_rate=0.06, num_leaves=leaves, verbose=-1, random_state=0, n_jobs=1)
    m.fit(train[cols], train["sales"])
    mae = mean_absolute_error(valid["sales"], m.predict(valid[cols]))
    print("leaves", leaves, "validation MAE", round(mae, 2))
    if mae < best_mae:
        best, best_mae = leaves, mae

past = pd.concat([train, valid])
final = LGBMRegressor(n_estimators=150, learning_rate=0.06, num_leaves=best, verbose=-1, random_state=0, n_jobs=1)
final.fit(past[cols], past["sales"])
pred = final.predict(test[cols])
print("test MAE  model     ", round(mean_absolute_error(test["sales"], pred), 2))
print("test MAE  last week ", round(mean_absolute_error(test["sales"], test["lag_7"]), 2))
