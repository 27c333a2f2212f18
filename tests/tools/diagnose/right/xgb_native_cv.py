"""xgb.cv for the number of rounds, then xgb.train on the whole training part."""
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("loans.csv", parse_dates=["issued"])
df["burden"] = df["amount"] / df["income"]
for c in ("grade", "purpose"):
    df[c] = df[c].astype("category")
y = df["defaulted"]
X = df[["income", "amount", "burden", "years_employed", "grade", "purpose"]]

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=33)
dtrain = xgb.DMatrix(X_train, label=y_train, enable_categorical=True)
dtest = xgb.DMatrix(X_test, enable_categorical=True)

params = dict(objective="binary:logistic", eval_metric="auc", eta=0.05, max_depth=3, subsample=0.8,
              colsample_bytree=0.8, min_child_weight=5, tree_method="hist", seed=33, nthread=1)
history = xgb.cv(params, dtrain, num_boost_round=300, nfold=5, stratified=True, early_stopping_rounds=25, seed=33)
rounds = len(history)            # xgb.cv truncates its table at the best round
print(f"{rounds} rounds, cv AUC {history['test-auc-mean'].iloc[-1]:.4f} +/- {history['test-auc-std'].iloc[-1]:.4f}")

booster = xgb.train(params, dtrain, num_boost_round=rounds)
p = booster.predict(dtest)       # binary:logistic already gives probabilities
assert np.all((p >= 0) & (p <= 1))
print(f"test AUC {roc_auc_score(y_test, p):.4f}")
gain = pd.Series(booster.get_score(importance_type="gain")).sort_values(ascending=False)
print(gain.round(2).to_string())
