"""Quantile forecasts of daily sales with lightgbm.train; pinball loss against climatology."""
import lightgbm as lgb
import numpy as np
import pandas as pd

def pinball(y, q, tau):
    d = y - q
    return np.mean(np.maximum(tau * d, (tau - 1) * d))

df = pd.read_csv("data/store_sales.csv", parse_dates=["date"]).sort_values(["store", "date"])
df["lag1"] = df.groupby("store")["sales"].shift(1)
df["lag7"] = df.groupby("store")["sales"].shift(7)
df["ma28"] = df.groupby("store")["sales"].transform(lambda s: s.shift(1).rolling(28).mean())
df["dow"] = df["date"].dt.day_of_week
df["week"] = df["date"].dt.isocalendar().week.astype(int)
df = df.dropna()
feats = ["store", "promo", "lag1", "lag7", "ma28", "dow", "week"]

train = df[df.date < "2022-10-01"]
valid = df[(df.date >= "2022-10-01") & (df.date < "2023-02-01")]
test = df[df.date >= "2023-02-01"]

quant = {}
for tau in (0.1, 0.5, 0.9):
    params = dict(objective="quantile", alpha=tau, metric="quantile", learning_rate=0.08, num_leaves=15,
                  min_data_in_leaf=30, verbosity=-1, num_threads=1, seed=2)
    dtrain = lgb.Dataset(train[feats], train["sales"], categorical_feature=["store"])
    dvalid = lgb.Dataset(valid[feats], valid["sales"], reference=dtrain)
    bst = lgb.train(params, dtrain, num_boost_round=200, valid_sets=[dvalid],
                    callbacks=[lgb.early_stopping(20, verbose=False)])
    quant[tau] = bst.predict(test[feats], num_iteration=bst.best_iteration)
    base = test["store"].map(train.groupby("store")["sales"].quantile(tau))
    print(f"tau {tau}: rounds {bst.best_iteration}, pinball {pinball(test.sales, quant[tau], tau):.3f}, "
          f"climatology {pinball(test.sales, base, tau):.3f}")
inside = (test.sales >= quant[0.1]) & (test.sales <= quant[0.9])
print("coverage of the 80% band", inside.mean().round(3))
