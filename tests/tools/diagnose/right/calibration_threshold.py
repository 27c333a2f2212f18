"""Calibrated default probabilities and a cost-based threshold.

train: model; calib: isotonic/sigmoid map; valid: threshold; test: numbers for the report.
"""
import logging

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

COST_FN, COST_FP = 5.0, 1.0
log = logging.getLogger("calib")


def split_by_time(df, shares=(0.5, 0.2, 0.15, 0.15)):
    df = df.sort_values("issue_date", kind="stable")
    bounds = np.round(np.cumsum(shares) * len(df)).astype(int)
    starts = np.r_[0, bounds[:-1]]
    return [df.iloc[a:b] for a, b in zip(starts, bounds)]


def cost(y, p, t):
    flag = p >= t
    return (COST_FN * np.sum((y == 1) & ~flag) + COST_FP * np.sum((y == 0) & flag)) / len(y)


def main():
    logging.basicConfig(level=logging.INFO, format="%(name)s | %(message)s")
    df = pd.read_csv("loans.csv", parse_dates=["issue_date"])
    train, calib, valid, test = split_by_time(df)
    X = ["amount", "annual_income", "employment_years", "grade", "home"]
    prep = make_column_transformer(
        (SimpleImputer(strategy="median"), ["amount", "annual_income", "employment_years"]),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["grade", "home"]),
    )
    base = make_pipeline(prep, RandomForestClassifier(120, min_samples_leaf=15, random_state=1)).fit(train[X], train["defaulted"])
    cal = CalibratedClassifierCV(FrozenEstimator(base), method="sigmoid").fit(calib[X], calib["defaulted"])

    grid = np.linspace(0.02, 0.9, 89)
    pv = cal.predict_proba(valid[X])[:, 1]
    t = grid[int(np.argmin([cost(valid["defaulted"].to_numpy(), pv, g) for g in grid]))]
    log.info("threshold %.2f (in theory %.2f)", t, COST_FP / (COST_FP + COST_FN))

    y = test["defaulted"].to_numpy()
    for name, m in (("raw", base), ("calibrated", cal)):
        p = m.predict_proba(test[X])[:, 1]
        log.info("%-10s brier %.4f logloss %.4f", name, brier_score_loss(y, p), log_loss(y, p))
    p = cal.predict_proba(test[X])[:, 1]
    log.info("cost per loan %.3f; refuse nobody %.3f; refuse everybody %.3f", cost(y, p, t), cost(y, p, 2.0), cost(y, p, 0.0))


if __name__ == "__main__":
    main()
