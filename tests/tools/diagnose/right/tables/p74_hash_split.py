"""Train/test membership by a hash of the user id: stable when rows are added."""
from zlib import crc32

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def bucket(user: str, buckets: int = 100) -> int:
    return crc32(user.encode()) % buckets


def sessions(n, seed):
    rng = np.random.default_rng(seed)
    uid = rng.integers(0, 500, n)
    habit = np.random.default_rng(0).normal(0, 2, 500)
    d = pd.DataFrame({"user": [f"u{i:05d}" for i in uid], "pages": rng.poisson(6, n) + 1, "mobile": rng.integers(0, 2, n), "hour": rng.integers(0, 24, n)})
    d["minutes"] = (1.3 * d["pages"] - 2 * d["mobile"] + 1.5 * np.sin(2 * np.pi * d["hour"] / 24) + habit[uid] + rng.normal(0, 2, n)).clip(lower=0)
    return d


def with_features(d):
    a = 2 * np.pi * d["hour"] / 24
    return d.assign(h_sin=np.sin(a), h_cos=np.cos(a))[["pages", "mobile", "h_sin", "h_cos"]]


old, new = sessions(4000, 1), sessions(1500, 2)
everything = pd.concat([old, new], ignore_index=True)

for name, d in (("old rows", old), ("with new rows", everything)):
    b = d["user"].map(bucket)
    train, valid, test = d[b < 70], d[(b >= 70) & (b < 85)], d[b >= 85]
    assert not set(train["user"]) & (set(valid["user"]) | set(test["user"]))
    best = min(
        (mean_absolute_error(valid["minutes"], make_pipeline(PolynomialFeatures(deg, include_bias=False), StandardScaler(), Ridge(al)).fit(with_features(train), train["minutes"]).predict(with_features(valid))), deg, al)
        for deg in (1, 2, 3) for al in (0.1, 10, 100)
    )
    _, deg, al = best
    m = make_pipeline(PolynomialFeatures(deg, include_bias=False), StandardScaler(), Ridge(al))
    m.fit(with_features(pd.concat([train, valid])), pd.concat([train, valid])["minutes"])
    p = m.predict(with_features(test))
    print(f"{name:14s} n={len(train)}/{len(valid)}/{len(test)} degree {deg} alpha {al}: MAE {mean_absolute_error(test['minutes'], p):.3f} R2 {r2_score(test['minutes'], p):.3f}")
