"""Lastprognose 24 Stunden im Voraus mit LightGBM."""
import lightgbm as lgb
import numpy as np
import pandas as pd

HORIZONT = 24

df = pd.read_csv("energie.csv", parse_dates=["timestamp"], index_col="timestamp").sort_index()
for lag in (HORIZONT, HORIZONT + 1, 48, 168):
    df[f"last_{lag}"] = df["load_mw"].shift(lag)
df["rollend_24"] = df["load_mw"].shift(HORIZONT).rolling(24).mean()
df["temp_vortag"] = df["temp_c"].shift(HORIZONT)
df["stunde"] = df.index.hour
df["wochentag"] = df.index.weekday
df = df.dropna()

merkmale = [c for c in df.columns if c not in ("load_mw", "temp_c")]
ende_train, ende_val = "2023-04-20", "2023-05-05"
train = df[df.index < ende_train]
val = df[(df.index >= ende_train) & (df.index < ende_val)]
test = df[df.index >= ende_val]

d_train = lgb.Dataset(train[merkmale], train["load_mw"])
d_val = lgb.Dataset(val[merkmale], val["load_mw"], reference=d_train)
params = dict(objective="l1", metric="mae", learning_rate=0.05, num_leaves=15,
              min_data_in_leaf=30, verbosity=-1, num_threads=1, seed=1)
booster = lgb.train(params, d_train, num_boost_round=1500, valid_sets=[d_val],
                    callbacks=[lgb.early_stopping(50, verbose=False), lgb.log_evaluation(0)])

vorhersage = booster.predict(test[merkmale], num_iteration=booster.best_iteration)
mae = np.abs(test["load_mw"] - vorhersage).mean()
mae_woche = np.abs(test["load_mw"] - test["last_168"]).mean()
print(f"Bäume {booster.best_iteration}, MAE {mae:.2f} MW, saisonal-naiv {mae_woche:.2f} MW")
