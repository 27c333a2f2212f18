# %% [markdown]
# # Tagesumsatz je Filiale: Lag-Merkmale und Holdout der letzten vier Wochen

# %%
import numpy as np
import pandas as pd
import lightgbm as lgb
from sklearn.metrics import mean_absolute_error

# %%
rng = np.random.default_rng(8)
days = pd.date_range("2023-01-01", "2024-06-30", freq="D")
frames = []
for store in range(6):
    level = rng.uniform(80, 200)
    weekly = np.array([0.9, 0.85, 0.95, 1.0, 1.2, 1.4, 0.7])[days.day_of_week]
    season = 1 + 0.15 * np.sin(2 * np.pi * days.day_of_year / 365)
    frames.append(pd.DataFrame({"store": store, "date": days, "sales": level * weekly * season * rng.lognormal(0, 0.08, len(days))}))
panel = pd.concat(frames, ignore_index=True).sort_values(["store", "date"])

# %% Horizont: 7 Tage, also nur Werte, die mindestens 7 Tage alt sind
HORIZON = 7
g = panel.groupby("store")["sales"]
for lag in (7, 14, 28):
    panel[f"lag_{lag}"] = g.shift(lag)
panel["mean_28"] = g.transform(lambda s: s.shift(HORIZON).rolling(28).mean())
panel["std_28"] = g.transform(lambda s: s.shift(HORIZON).rolling(28).std())
panel["dow"] = panel["date"].dt.day_of_week
panel["month"] = panel["date"].dt.month
panel = panel.dropna()

# %%
test_start = panel["date"].max() - pd.Timedelta(days=27)
valid_start = test_start - pd.Timedelta(days=28)
feats = ["store", "lag_7", "lag_14", "lag_28", "mean_28", "std_28", "dow", "month"]
tr = panel[panel["date"] < valid_start]
va = panel[(panel["date"] >= valid_start) & (panel["date"] < test_start)]
te = panel[panel["date"] >= test_start]
print(len(tr), len(va), len(te))

# %%
model = lgb.LGBMRegressor(n_estimators=600, learning_rate=0.05, num_leaves=15, verbose=-1, random_state=0)
model.fit(
    tr[feats], tr["sales"],
    eval_X=va[feats], eval_y=va["sales"], eval_metric="l1",
    callbacks=[lgb.early_stopping(30, verbose=False)],
)
print("beste Iteration:", model.best_iteration_)

# %%
naive = mean_absolute_error(te["sales"], te["lag_7"])
ours = mean_absolute_error(te["sales"], model.predict(te[feats]))
print(f"saisonal naiv {naive:.2f}   LightGBM {ours:.2f}")
