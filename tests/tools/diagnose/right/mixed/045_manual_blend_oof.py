"""Blending by out-of-fold predictions; weights come from the OOF matrix, the test part is used once."""
import numpy as np
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_classification(2500, 30, n_informative=12, flip_y=0.08, n_clusters_per_class=3, random_state=5)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=5)

MODELS = [
    ("lr", make_pipeline(StandardScaler(), LogisticRegression(C=0.3))),
    ("et", ExtraTreesClassifier(200, min_samples_leaf=2, random_state=0)),
    ("hgb", HistGradientBoostingClassifier(max_iter=80, random_state=0)),
]

oof = np.zeros((len(y_dev), len(MODELS)))
test_p = np.zeros((len(y_test), len(MODELS)))
for j, (name, model) in enumerate(MODELS):
    for tr, va in StratifiedKFold(5, shuffle=True, random_state=0).split(X_dev, y_dev):
        m = clone(model).fit(X_dev[tr], y_dev[tr])
        oof[va, j] = m.predict_proba(X_dev[va])[:, 1]
        test_p[:, j] += m.predict_proba(X_test)[:, 1] / 5


def softmax(w):
    e = np.exp(w - w.max())
    return e / e.sum()


opt = minimize(lambda w: log_loss(y_dev, oof @ softmax(w)), np.zeros(len(MODELS)), method="Nelder-Mead")
w = softmax(opt.x)
print("weights", dict(zip([n for n, _ in MODELS], w.round(3))))
for j, (name, _) in enumerate(MODELS):
    print(f"{name:5s} OOF {log_loss(y_dev, oof[:, j]):.4f} test {log_loss(y_test, test_p[:, j]):.4f}")
print(f"blend OOF {log_loss(y_dev, oof @ w):.4f} test {log_loss(y_test, test_p @ w):.4f}")
