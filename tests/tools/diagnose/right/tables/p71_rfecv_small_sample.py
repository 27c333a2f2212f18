import numpy as np
import pandas as pd
from sklearn.feature_selection import RFECV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

# 40 tumours, 40 expression values, 5 of them informative
rng = np.random.default_rng(19)
y = rng.permutation(np.repeat([0, 1], 20))
X = pd.DataFrame(rng.normal(size=(40, 40)), columns=[f"g{i:02d}" for i in range(40)])
X.iloc[:, :5] += np.outer(y, [1.0, 0.9, -0.8, 0.7, -0.7])

pipe = Pipeline([
    ("z", StandardScaler()),
    ("rfe", RFECV(LogisticRegression(C=0.5), step=10, min_features_to_select=5, cv=StratifiedKFold(3, shuffle=True, random_state=0), scoring="neg_log_loss")),
    ("lr", LogisticRegression(C=0.5)),
])

score = cross_val_predict(pipe, X, y, cv=StratifiedKFold(8, shuffle=True, random_state=1), method="decision_function")
print("pooled out-of-fold AUC:", round(roc_auc_score(y, score), 3))

counts = pd.Series(0, index=X.columns)
for _ in range(6):
    i = np.concatenate([rng.choice(np.flatnonzero(y == c), 16, replace=False) for c in (0, 1)])
    pipe.fit(X.iloc[i], y[i])
    counts[X.columns[pipe["rfe"].support_]] += 1
print("chosen most often in 6 subsamples:", counts.nlargest(8).to_dict())
