from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.preprocessing import StandardScaler


def smoothed_means(cat: pd.Series, y: pd.Series, weight: float) -> tuple[pd.Series, float]:
    prior = float(y.mean())
    agg = y.groupby(cat).agg(["sum", "count"])
    return (agg["sum"] + prior * weight) / (agg["count"] + weight), prior


def cross_fit_encode(cat: pd.Series, y: pd.Series, weight: float = 20.0, folds: int = 5) -> pd.Series:
    enc = pd.Series(np.nan, index=cat.index, dtype=float)
    for fit_pos, enc_pos in StratifiedKFold(folds, shuffle=True, random_state=11).split(cat, y):
        means, prior = smoothed_means(cat.iloc[fit_pos], y.iloc[fit_pos], weight)
        enc.iloc[enc_pos] = cat.iloc[enc_pos].map(means).fillna(prior).to_numpy()
    return enc


def encode_new(cat: pd.Series, ref_cat: pd.Series, ref_y: pd.Series, weight: float = 20.0) -> pd.Series:
    means, prior = smoothed_means(ref_cat, ref_y, weight)
    return cat.map(means).fillna(prior)


def main() -> None:
    rng = np.random.default_rng(5)
    n, k = 4000, 250
    zip_risk = rng.normal(0, 1, k)
    zip_id = rng.integers(0, k, n)
    income = rng.normal(0, 1, n)
    logit = -1.0 + zip_risk[zip_id] - 0.8 * income
    df = pd.DataFrame({
        "zip": [f"z{i:03d}" for i in zip_id],
        "income": income,
        "default": (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int),
    })

    train, test = train_test_split(df, test_size=0.3, stratify=df["default"], random_state=0)
    train, test = train.copy(), test.copy()
    train["zip_te"] = cross_fit_encode(train["zip"], train["default"])
    test["zip_te"] = encode_new(test["zip"], train["zip"], train["default"])

    cols = ["income", "zip_te"]
    scaler = StandardScaler().fit(train[cols])
    clf = LogisticRegression().fit(scaler.transform(train[cols]), train["default"])
    p = clf.predict_proba(scaler.transform(test[cols]))[:, 1]
    print(f"AUC {roc_auc_score(test['default'], p):.3f}  log-loss {log_loss(test['default'], p):.3f}")

    ref = LogisticRegression().fit(train[["income"]], train["default"])
    q = ref.predict_proba(test[["income"]])[:, 1]
    print(f"income only: AUC {roc_auc_score(test['default'], q):.3f}")


if __name__ == "__main__":
    main()
