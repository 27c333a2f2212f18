"""Recursive elimination nested in cross-validation; how stable is the choice?"""
from collections import Counter

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import RFECV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

data = load_breast_cancer()
X, y, names = data.data, data.target, data.feature_names

votes, aucs = Counter(), []
for train, test in StratifiedKFold(5, shuffle=True, random_state=13).split(X, y):
    model = Pipeline([("sc", StandardScaler()), ("lr", LogisticRegression(C=0.5, max_iter=500))])
    selector = RFECV(model, step=3, min_features_to_select=3, cv=3, scoring="roc_auc",
                     importance_getter="named_steps.lr.coef_")
    selector.fit(X[train], y[train])
    votes.update(names[selector.support_])
    aucs.append(roc_auc_score(y[test], selector.decision_function(X[test])))
    print(f"{selector.n_features_:2d} features, AUC {aucs[-1]:.4f}")

print(f"mean AUC {np.mean(aucs):.4f}")
print("chosen in every fold:", sorted(n for n, c in votes.items() if c == 5))
