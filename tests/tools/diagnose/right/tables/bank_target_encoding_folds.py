"""Bank marketing: target encoding of the city within folds, written by hand."""
import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split

def smooth_map(keys, target, prior, m=20):
    stats = target.groupby(keys).agg(["sum", "count"])
    return (stats["sum"] + m * prior) / (stats["count"] + m)

def encode_oof(train, y, col, n_splits=5, seed=0):
    out = pd.Series(np.nan, index=train.index)
    for a, b in StratifiedKFold(n_splits, shuffle=True, random_state=seed).split(train, y):
        prior = y.iloc[a].mean()
        enc = smooth_map(train[col].iloc[a], y.iloc[a], prior)
        out.iloc[b] = train[col].iloc[b].map(enc).fillna(prior).to_numpy()
    return out

df = pd.read_csv("data/bank_marketing.csv", sep=";")
y = (df.pop("y") == "yes").astype(int)
df["edu"] = df.pop("education").map({"primary": 0, "secondary": 1, "tertiary": 2})
for c in ("housing", "loan"):
    df[c] = (df[c] == "yes").astype(int)

X_tr, X_te, y_tr, y_te = train_test_split(df, y, test_size=0.25, stratify=y, random_state=11)
X_tr, X_te = X_tr.copy(), X_te.copy()
for col in ("city", "job", "marital"):
    oof = encode_oof(X_tr, y_tr, col)
    full = smooth_map(X_tr[col], y_tr, y_tr.mean())
    X_te[col] = X_te[col].map(full).fillna(y_tr.mean())
    X_tr[col] = oof

clf = GradientBoostingClassifier(n_estimators=100, max_depth=3, subsample=0.8, random_state=0)
clf.fit(X_tr, y_tr)
print("train AUC", round(roc_auc_score(y_tr, clf.predict_proba(X_tr)[:, 1]), 3))
print("test  AUC", round(roc_auc_score(y_te, clf.predict_proba(X_te)[:, 1]), 3))
imp = pd.Series(clf.feature_importances_, X_tr.columns).sort_values(ascending=False)
print(imp.round(3))
