import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

X, y = make_classification(n_samples=2500, n_features=15, n_informative=5, weights=[0.8], class_sep=0.7, random_state=8)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=8)
a = LogisticRegression(max_iter=500).fit(X_train, y_train).predict_proba(X_test)[:, 1]
b = RandomForestClassifier(150, min_samples_leaf=3, random_state=8).fit(X_train, y_train).predict_proba(X_test)[:, 1]

rng = np.random.default_rng(8)
n = len(y_test)
draws = []
while len(draws) < 1000:
    i = rng.integers(0, n, n)
    if y_test[i].min() == y_test[i].max():
        continue
    draws.append((roc_auc_score(y_test[i], a[i]), roc_auc_score(y_test[i], b[i])))
draws = np.array(draws)
for j, name in enumerate(("logistic", "forest")):
    point = roc_auc_score(y_test, (a, b)[j])
    lo, hi = np.percentile(draws[:, j], [2.5, 97.5])
    print(f"{name}: {point:.3f} [{lo:.3f}, {hi:.3f}]")
d = draws[:, 1] - draws[:, 0]
print("forest - logistic", d.mean().round(3), np.percentile(d, [2.5, 97.5]).round(3))
