"""Hourly load, day-ahead: expanding walk-forward over the last weeks."""
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

df = pd.read_csv("data/energy_hourly.csv", parse_dates=["timestamp"], index_col="timestamp")
y = df["load_mw"]
X = pd.DataFrame(index=df.index)
for lag in (24, 25, 48, 168):
    X[f"load_lag{lag}"] = y.shift(lag)
X["load_mean_week"] = y.shift(24).rolling(168).mean()
X["temp_lag24"] = df["temperature"].shift(24)
X["temp_dev"] = (X["temp_lag24"] - 16).abs()
hour = df.index.hour
X["sin_h"], X["cos_h"] = np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24)
X["weekend"] = (df.index.day_of_week >= 5).astype(int)
ok = X.notna().all(axis=1)
X, y = X[ok], y[ok]

days = pd.date_range(X.index[-1].normalize() - pd.Timedelta(days=27), periods=28, freq="D")
errors, naive = [], []
for day in days:
    past = X.index < day
    today = (X.index >= day) & (X.index < day + pd.Timedelta(days=1))
    model = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(X[past], y[past])
    p = model.predict(X[today])
    errors.append(np.abs(p - y[today]))
    naive.append(np.abs(X.loc[today, "load_lag168"] - y[today]))
errors, naive = pd.concat(errors), pd.concat(naive)
print("walk-forward MAE", errors.mean().round(2), "same hour last week", naive.mean().round(2))
print(errors.groupby(errors.index.hour).mean().round(1).to_string())
