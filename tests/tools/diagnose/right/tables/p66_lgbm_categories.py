import lightgbm as lgb
import numpy as np
import pandas as pd
from pandas.api.types import CategoricalDtype
from sklearn.metrics import mean_gamma_deviance, mean_absolute_error
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(18)
n = 4000
makes = np.array([f"make{i}" for i in range(30)])
df = pd.DataFrame({
    "make": rng.choice(makes, n, p=rng.dirichlet(np.full(30, 0.7))),
    "fuel": rng.choice(["petrol", "diesel", "electric"], n),
    "km": rng.gamma(2, 40, n),
    "year": rng.integers(2008, 2025, n),
})
mk = dict(zip(makes, rng.normal(0, 0.4, 30)))
mu = np.exp(2.3 + df["make"].map(mk) - 0.004 * df["km"] + 0.07 * (df["year"] - 2015) + 0.2 * (df["fuel"] == "electric"))
df["price"] = rng.gamma(8, mu / 8)

train, test = train_test_split(df, test_size=0.25, random_state=0)
train, valid = train_test_split(train, test_size=0.2, random_state=0)

# levels are those of the training rows; anything else becomes missing
dtypes = {c: CategoricalDtype(sorted(train[c].unique())) for c in ("make", "fuel")}
cols = ["make", "fuel", "km", "year"]


def known_levels(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame[cols].copy()
    for c, dt in dtypes.items():
        out[c] = out[c].where(out[c].isin(dt.categories)).astype(dt)
    return out


X_tr, X_va, X_te = map(known_levels, (train, valid, test))
print("unseen makes in test rows:", int(X_te["make"].isna().sum()))

ds = lgb.Dataset(X_tr, train["price"], categorical_feature=list(dtypes))
dv = lgb.Dataset(X_va, valid["price"], reference=ds)
booster = lgb.train(
    {"objective": "gamma", "learning_rate": 0.1, "num_leaves": 15, "min_data_in_leaf": 25, "cat_smooth": 15, "verbose": -1, "seed": 0, "num_threads": 1},
    ds, num_boost_round=150, valid_sets=[dv], callbacks=[lgb.early_stopping(15, verbose=False)],
)
pred = booster.predict(X_te)
print("rounds", booster.best_iteration)
print("gamma deviance", round(mean_gamma_deviance(test["price"], pred), 4), "| mean as guess",
      round(mean_gamma_deviance(test["price"], np.full(len(test), train["price"].mean())), 4))
print("MAE", round(mean_absolute_error(test["price"], pred), 3))
odd = pd.DataFrame({"make": ["make1", "tractor"], "fuel": ["diesel", "coal"], "km": [50.0, 50.0], "year": [2019, 2019]})
print("odd rows:", booster.predict(known_levels(odd)).round(2))
