"""Next six hours at once: multi-output regression against a chain."""
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

H = 6
df = pd.read_csv("data/energy_hourly.csv", parse_dates=["timestamp"])
y = df["load_mw"]
past = {f"l{k}": y.shift(k) for k in (0, 1, 2, 3, *range(18, 25), *range(162, 169))}
X = pd.DataFrame({**past, "t": df["temperature"], "h": df["timestamp"].dt.hour, "wd": df["timestamp"].dt.day_of_week})
Y = pd.DataFrame({f"h+{k}": y.shift(-k) for k in range(1, H + 1)})
ok = X.notna().all(axis=1) & Y.notna().all(axis=1)
X, Y = X[ok], Y[ok]
X = pd.concat([X.drop(columns="h"), pd.get_dummies(X["h"], prefix="h", dtype=float)], axis=1)
n = len(X)
a, b = int(n * .7), int(n * .85)
# a gap of H rows so that no target of one part reaches into the next
parts = [slice(0, a - H), slice(a, b - H), slice(b, n)]
(Xtr, Ytr), (Xva, Yva), (Xte, Yte) = [(X.iloc[p], Y.iloc[p]) for p in parts]
models = {
    "ridge": make_pipeline(StandardScaler(), MultiOutputRegressor(Ridge(1.0))),
    "chain": make_pipeline(StandardScaler(), RegressorChain(Ridge(1.0), order=range(H))),
    "extra trees": ExtraTreesRegressor(40, min_samples_leaf=5, random_state=0),
}
mae = {}
for name, m in models.items():
    mae[name] = np.abs(m.fit(Xtr, Ytr).predict(Xva) - Yva.to_numpy()).mean()
    print(f"{name}: validation MAE {mae[name]:.2f}")
best = min(mae, key=mae.get)
e = np.abs(models[best].predict(Xte) - Yte.to_numpy())
print(best, "test MAE by hour ahead", e.mean(0).round(2))
print("same hour yesterday", np.abs(np.column_stack([y.shift(24 - k)[Xte.index] for k in range(1, H + 1)]) - Yte.to_numpy()).mean(0).round(2))
