"""Rounds from inner early stopping, honest outer estimate, then a delivery model on every row."""
import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split

PARAMS = dict(learning_rate=0.1, max_depth=3, subsample=0.8, colsample_bytree=0.6, eval_metric="auc", n_jobs=1, random_state=0)


def rounds_needed(X, y, seed):
    a, b, ya, yb = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    m = xgb.XGBClassifier(n_estimators=400, early_stopping_rounds=20, **PARAMS)
    m.fit(a, ya, eval_set=[(b, yb)], verbose=False)
    return m.best_iteration + 1


X, y = load_breast_cancer(return_X_y=True)
outer, used = [], []
for seed, (tr, te) in enumerate(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y)):
    n = rounds_needed(X[tr], y[tr], seed)
    model = xgb.XGBClassifier(n_estimators=n, **PARAMS).fit(X[tr], y[tr])
    outer.append(roc_auc_score(y[te], model.predict_proba(X[te])[:, 1]))
    used.append(n)
    print(f"fold {seed}: {n} trees, AUC {outer[-1]:.4f}")
print(f"expected AUC {np.mean(outer):.4f}")

final = xgb.XGBClassifier(n_estimators=int(np.median(used)), **PARAMS).fit(X, y)
final.save_model("bc_final.json")
again = xgb.XGBClassifier()
again.load_model("bc_final.json")
assert np.allclose(again.predict_proba(X[:5]), final.predict_proba(X[:5]))
print("saved and reloaded,", final.n_estimators, "trees")
