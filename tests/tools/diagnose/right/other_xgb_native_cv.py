"""xgboost's own API: DMatrix, xgb.cv for the number of rounds, then one final fit."""
import argparse

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split


def get_args():
    ap = argparse.ArgumentParser()
    ap.add_argument("--eta", type=float, default=0.1)
    ap.add_argument("--depth", type=int, default=3)
    ap.add_argument("--rounds", type=int, default=300)
    ap.add_argument("--seed", type=int, default=2)
    return ap.parse_args()


def to_matrix(d):
    X = d.drop(columns=["customerID", "Churn"]).copy()
    X["Contract"] = X["Contract"].map({"Month-to-month": 0, "One year": 1, "Two year": 2})
    for p in ("Electronic check", "Mailed check", "Bank transfer", "Credit card"):
        X["pay_" + p.replace(" ", "_").lower()] = (X["PaymentMethod"] == p).astype(int)
    return xgb.DMatrix(X.drop(columns="PaymentMethod"), label=(d["Churn"] == "Yes").astype(int))


def main():
    a = get_args()
    df = pd.read_csv("telco_churn.csv")
    tr, te = train_test_split(df, test_size=0.25, stratify=df["Churn"], random_state=a.seed)
    dtr, dte = to_matrix(tr), to_matrix(te)
    params = {"objective": "binary:logistic", "eval_metric": "logloss", "eta": a.eta, "max_depth": a.depth, "subsample": 0.9, "seed": a.seed, "nthread": 1}
    cv = xgb.cv(params, dtr, num_boost_round=a.rounds, nfold=5, stratified=True, early_stopping_rounds=20, seed=a.seed)
    rounds = len(cv)      # cut at the best round
    print("rounds:", rounds, " cv logloss: %.4f" % cv["test-logloss-mean"].iloc[-1])
    booster = xgb.train(params, dtr, num_boost_round=rounds)
    p = booster.predict(dte)
    y = dte.get_label()
    print("test logloss %.4f  auc %.4f" % (log_loss(y, p), roc_auc_score(y, p)))
    gain = booster.get_score(importance_type="gain")
    for k in sorted(gain, key=gain.get, reverse=True)[:4]:
        print(f"  {k:25s} {gain[k]:.1f}")
    assert np.all((p >= 0) & (p <= 1))


if __name__ == "__main__":
    main()
