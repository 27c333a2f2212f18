import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(6)

# parcels in the order in which they were sent; the outcome is known before the next one leaves
n, couriers = 8000, 60
skill = rng.normal(0, 0.9, couriers)
df = pd.DataFrame({
    "t": np.sort(rng.uniform(0, 365, n)),
    "courier": rng.integers(0, couriers, n),
    "km": rng.gamma(3, 40, n),
    "express": rng.integers(0, 2, n),
})
eta = -2 + skill[df["courier"]] + 0.006 * df["km"] - 0.5 * df["express"]
df["late"] = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(int)

g = df.groupby("courier")["late"]
seen = g.cumcount()
late_before = g.cumsum() - df["late"]
overall_before = (df["late"].cumsum() - df["late"]) / np.maximum(np.arange(n), 1)
df["courier_rate"] = (late_before + 10 * overall_before) / (seen + 10)
df["courier_seen"] = seen
df["last3"] = g.transform(lambda s: s.shift(1).rolling(3, min_periods=1).mean())

check = df[df["courier"] == 7].head(6)
assert np.allclose(check["courier_seen"], np.arange(6))
assert np.isclose(check["last3"].iloc[1], check["late"].iloc[0])

first, second = df["t"] < 270, df["t"] >= 270
base = ["km", "express"]
for cols in (base, base + ["courier_rate", "courier_seen", "last3"]):
    m = LGBMClassifier(n_estimators=40, learning_rate=0.1, num_leaves=15, verbose=-1, random_state=0, n_jobs=1)
    m.fit(df.loc[first, cols], df.loc[first, "late"])
    p = m.predict_proba(df.loc[second, cols])[:, 1]
    y = df.loc[second, "late"]
    print(f"{len(cols)} columns: AUC {roc_auc_score(y, p):.3f}  AP {average_precision_score(y, p):.3f}  prevalence {y.mean():.3f}")
