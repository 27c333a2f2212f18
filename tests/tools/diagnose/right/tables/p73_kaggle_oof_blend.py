"""Competition style: folds on train.csv, test.csv without answers, averaged test predictions."""
import gc

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 2023
N_FOLDS = 3

X, y = make_classification(3000, 25, n_informative=8, n_redundant=4, flip_y=0.1, random_state=SEED)
cols = [f"feat_{i}" for i in range(25)]
train = pd.DataFrame(X[:2200], columns=cols).assign(id=range(2200), target=y[:2200])
test = pd.DataFrame(X[2200:], columns=cols).assign(id=range(2200, 3000))


def inner_split(X, y):
    return train_test_split(X, y, test_size=0.15, stratify=y, random_state=SEED)


def fit_lgb(X, y):
    Xt, Xv, yt, yv = inner_split(X, y)
    m = lgb.LGBMClassifier(n_estimators=60, learning_rate=0.15, num_leaves=15, colsample_bytree=0.7, verbose=-1, random_state=SEED, n_jobs=1)
    return m.fit(Xt, yt, eval_X=Xv, eval_y=yv, eval_metric="auc", callbacks=[lgb.early_stopping(10, verbose=False)])


def fit_xgb(X, y):
    Xt, Xv, yt, yv = inner_split(X, y)
    m = xgb.XGBClassifier(n_estimators=60, learning_rate=0.15, max_depth=4, subsample=0.8, eval_metric="auc", early_stopping_rounds=10, random_state=SEED, n_jobs=1)
    return m.fit(Xt, yt, eval_set=[(Xv, yv)], verbose=False)


def fit_lr(X, y):
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X, y)


fitters = {"lgb": fit_lgb, "xgb": fit_xgb, "lr": fit_lr}
oof = pd.DataFrame(0.0, index=train.index, columns=list(fitters))
sub = pd.DataFrame(0.0, index=test.index, columns=list(fitters))
skf = StratifiedKFold(N_FOLDS, shuffle=True, random_state=SEED)
for name, fitter in fitters.items():
    for tr, va in skf.split(train[cols], train["target"]):
        m = fitter(train[cols].iloc[tr], train["target"].iloc[tr])
        oof.iloc[va, oof.columns.get_loc(name)] = m.predict_proba(train[cols].iloc[va])[:, 1]
        sub[name] += m.predict_proba(test[cols])[:, 1] / N_FOLDS
        del m
        gc.collect()
    print(f"{name}: OOF AUC {roc_auc_score(train['target'], oof[name]):.4f}")


def logit(p):
    p = p.clip(1e-5, 1 - 1e-5)
    return np.log(p / (1 - p))


blender = LogisticRegression(C=1.0)
blend_oof = cross_val_predict(blender, logit(oof), train["target"], cv=StratifiedKFold(5, shuffle=True, random_state=1), method="predict_proba")[:, 1]
print(f"blend: OOF AUC {roc_auc_score(train['target'], blend_oof):.4f}")
blender.fit(logit(oof), train["target"])
submission = pd.DataFrame({"id": test["id"], "target": blender.predict_proba(logit(sub))[:, 1]})
submission.to_csv("submission.csv", index=False)
print(submission.describe().round(3))
