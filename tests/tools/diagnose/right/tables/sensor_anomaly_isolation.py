"""Anomalies: the forest learns from normal operation; the alarm level comes from normal validation scores."""
import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from sklearn.preprocessing import RobustScaler

rng = np.random.default_rng(21)
def normal(n):
    load = rng.uniform(0.3, 1.0, n)
    return np.c_[50 + 30 * load + rng.normal(0, 2, n), 2 + 3 * load + rng.normal(0, .2, n), 400 + rng.normal(0, 3, n)]

def faulty(n):
    x = normal(n)
    kind = rng.integers(0, 3, n)
    x[kind == 0, 0] += rng.uniform(12, 30, (kind == 0).sum())
    x[kind == 1, 1] += rng.uniform(1.5, 4, (kind == 1).sum())
    x[kind == 2, 2] -= rng.uniform(10, 40, (kind == 2).sum())
    return x

train, valid = normal(2000), normal(500)
X_test = np.vstack([normal(900), faulty(100)])
y_test = np.r_[np.zeros(900, int), np.ones(100, int)]

scaler = RobustScaler().fit(train)
forest = IsolationForest(n_estimators=150, random_state=0).fit(scaler.transform(train))
score = lambda x: -forest.score_samples(scaler.transform(x))
level = np.quantile(score(valid), 0.99)
s = score(X_test)
alarm = (s > level).astype(int)
print("level", level.round(3), "AUC", round(roc_auc_score(y_test, s), 3))
print("precision", round(precision_score(y_test, alarm), 3), "recall", round(recall_score(y_test, alarm), 3),
      "false alarms", round(alarm[y_test == 0].mean(), 4))
