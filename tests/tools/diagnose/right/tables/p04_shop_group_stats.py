import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split


def simulate(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    shops = [f"shop_{i:02d}" for i in range(40)]
    effect = dict(zip(shops, rng.normal(0, 12, 40)))
    df = pd.DataFrame({
        "shop": rng.choice(shops, n),
        "sqm": rng.uniform(20, 400, n).round(),
        "staff": rng.integers(1, 12, n),
        "promo": rng.random(n) < 0.2,
    })
    df["basket"] = 30 + df["shop"].map(effect) + 0.04 * df["sqm"] + 6 * df["promo"] + rng.normal(0, 5, n)
    return df


class GroupStats:
    """Mean, spread and count of `value` per `key`, shrunk to the global mean."""

    def __init__(self, key, value, m=10.0):
        self.key, self.value, self.m = key, value, m

    def fit(self, df):
        self.prior_ = df[self.value].mean()
        g = df.groupby(self.key)[self.value].agg(["mean", "std", "count"])
        g["mean"] = (g["mean"] * g["count"] + self.prior_ * self.m) / (g["count"] + self.m)
        self.table_ = g.add_prefix(f"{self.key}_")
        return self

    def transform(self, df):
        out = df.join(self.table_, on=self.key)
        out[f"{self.key}_mean"] = out[f"{self.key}_mean"].fillna(self.prior_)
        out[f"{self.key}_count"] = out[f"{self.key}_count"].fillna(0)
        return out


df = simulate()
hist, rest = train_test_split(df, test_size=0.6, random_state=1)
train, test = train_test_split(rest, test_size=0.4, random_state=2)

stats = GroupStats("shop", "basket").fit(hist)
feats = ["sqm", "staff", "promo", "shop_mean", "shop_std", "shop_count"]
tr, te = stats.transform(train), stats.transform(test)

plain = HistGradientBoostingRegressor(random_state=0).fit(tr[feats[:3]], tr["basket"])
rich = HistGradientBoostingRegressor(random_state=0).fit(tr[feats], tr["basket"])
for name, model, cols in [("without shop", plain, feats[:3]), ("with shop stats", rich, feats)]:
    print(f"{name:16s} RMSE {root_mean_squared_error(te['basket'], model.predict(te[cols])):.2f}")
