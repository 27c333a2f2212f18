"""Focal loss for lightgbm.train, checked numerically, early stopping on average precision."""
import lightgbm as lgb
import numpy as np
from scipy.special import expit
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split

GAMMA = 1.5

def focal_value(z, y):
    p = np.clip(expit(z), 1e-9, 1 - 1e-9)
    return -(y * (1 - p) ** GAMMA * np.log(p) + (1 - y) * p ** GAMMA * np.log(1 - p))

def focal_grad(z, y):
    p = np.clip(expit(z), 1e-9, 1 - 1e-9)
    pos = (1 - p) ** GAMMA * (GAMMA * p * np.log(p) - (1 - p))
    neg = p ** GAMMA * (p - GAMMA * (1 - p) * np.log(1 - p))
    return np.where(y == 1, pos, neg)

def objective(preds, data):
    y, h = data.get_label(), 1e-4
    grad = focal_grad(preds, y)
    hess = (focal_grad(preds + h, y) - focal_grad(preds - h, y)) / (2 * h)
    return grad, np.maximum(hess, 1e-4)

def ap_metric(preds, data):
    return "ap", average_precision_score(data.get_label(), preds), True

z = np.linspace(-3, 3, 7)
for y in (0, 1):
    num = (focal_value(z + 1e-5, np.full(7, y)) - focal_value(z - 1e-5, np.full(7, y))) / 2e-5
    assert np.allclose(num, focal_grad(z, np.full(7, y)), atol=1e-6)

X, y = make_classification(n_samples=6000, n_features=20, n_informative=5, weights=[0.95], flip_y=0.02, random_state=2)
X_tr, X_tmp, y_tr, y_tmp = train_test_split(X, y, test_size=0.5, stratify=y, random_state=0)
X_va, X_te, y_va, y_te = train_test_split(X_tmp, y_tmp, test_size=0.5, stratify=y_tmp, random_state=0)
common = dict(learning_rate=0.05, num_leaves=15, min_data_in_leaf=20, verbosity=-1, num_threads=1, metric="None", seed=0)
for name, objective_ in (("focal", objective), ("log loss", "binary")):
    dtr = lgb.Dataset(X_tr, y_tr, free_raw_data=False)
    dva = lgb.Dataset(X_va, y_va, reference=dtr)
    bst = lgb.train({**common, "objective": objective_}, dtr, 250, valid_sets=[dva], feval=ap_metric,
                    callbacks=[lgb.early_stopping(30, verbose=False)])
    s = bst.predict(X_te, raw_score=True, num_iteration=bst.best_iteration)
    print(f"{name}: rounds {bst.best_iteration}, validation AP {bst.best_score['valid_0']['ap']:.3f}, test AP {average_precision_score(y_te, s):.3f}")
print("base rate", y_te.mean().round(3))
