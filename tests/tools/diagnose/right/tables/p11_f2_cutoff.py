import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import (
    classification_report, confusion_matrix, precision_recall_curve, average_precision_score,
)
from sklearn.model_selection import train_test_split

RNG = 21
X, y = make_classification(
    n_samples=6000, n_features=15, n_informative=6, weights=[0.93], class_sep=0.9, random_state=RNG
)
X_tr, X_hold, y_tr, y_hold = train_test_split(X, y, test_size=0.5, stratify=y, random_state=RNG)
X_va, X_te, y_va, y_te = train_test_split(X_hold, y_hold, test_size=0.5, stratify=y_hold, random_state=RNG)

forest = RandomForestClassifier(200, min_samples_leaf=4, random_state=RNG).fit(X_tr, y_tr)

p_va = forest.predict_proba(X_va)[:, 1]
prec, rec, thr = precision_recall_curve(y_va, p_va)
f2 = 5 * prec[:-1] * rec[:-1] / np.maximum(4 * prec[:-1] + rec[:-1], 1e-12)
cut = thr[f2.argmax()]
print(f"cut-off {cut:.3f} (F2 on validation {f2.max():.3f})")

p_te = forest.predict_proba(X_te)[:, 1]
flag = (p_te >= cut).astype(int)
print("AP test:", round(average_precision_score(y_te, p_te), 3))
print(confusion_matrix(y_te, flag))
print(classification_report(y_te, flag, digits=3))

costs = {"miss": 40.0, "false_alarm": 3.0}
tn, fp, fn, tp = confusion_matrix(y_te, flag).ravel()
print("cost per 1000:", round(1000 * (fn * costs["miss"] + fp * costs["false_alarm"]) / len(y_te), 1))
