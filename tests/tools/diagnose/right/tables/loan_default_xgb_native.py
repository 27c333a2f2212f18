"""Loan default, out of time, with the native XGBoost interface and early stopping on a validation quarter."""
import argparse
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import brier_score_loss, roc_auc_score

def load(path):
    d = pd.read_csv(path, parse_dates=["issue_d"]).sort_values("issue_d")
    d["term"] = d["term"].str.extract(r"(\d+)", expand=False).astype(int)
    d["emp_length"] = d["emp_length"].map({"< 1 year": 0, "1 year": 1, "3 years": 3, "5 years": 5, "10+ years": 10})
    d["grade"] = d["grade"].map({g: i for i, g in enumerate("ABCDE")})
    d["lti"] = d["loan_amnt"] / d["annual_inc"]
    return d

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--path", default="data/loans.csv")
    ap.add_argument("--rounds", type=int, default=400)
    args = ap.parse_args()
    d = load(args.path)
    feats = [c for c in d.columns if c not in ("loan_id", "issue_d", "default")]
    q = d["issue_d"].quantile([0.6, 0.8])
    tr = d[d["issue_d"] <= q[0.6]]
    va = d[(d["issue_d"] > q[0.6]) & (d["issue_d"] <= q[0.8])]
    te = d[d["issue_d"] > q[0.8]]
    dtr, dva, dte = (xgb.DMatrix(p[feats], label=p["default"]) for p in (tr, va, te))
    params = dict(objective="binary:logistic", eval_metric="auc", eta=0.05, max_depth=3,
                  subsample=0.8, colsample_bytree=0.8, seed=1, nthread=1)
    hist = {}
    bst = xgb.train(params, dtr, num_boost_round=args.rounds, evals=[(dtr, "train"), (dva, "valid")],
                    early_stopping_rounds=30, evals_result=hist, verbose_eval=50)
    print("best iteration", bst.best_iteration, "valid auc", round(bst.best_score, 4))
    p = bst.predict(dte, iteration_range=(0, bst.best_iteration + 1))
    print("out-of-time auc", round(roc_auc_score(te["default"], p), 4),
          "brier", round(brier_score_loss(te["default"], p), 4),
          "brier of base rate", round(brier_score_loss(te["default"], np.full(len(te), tr["default"].mean())), 4))
    gain = bst.get_score(importance_type="gain")
    print(sorted(gain.items(), key=lambda kv: -kv[1])[:5])

if __name__ == "__main__":
    main()
