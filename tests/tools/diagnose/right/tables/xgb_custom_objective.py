"""Custom objective (log-cosh) and metric for xgboost.train."""
import numpy as np
import xgboost as xgb
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split

def log_cosh(preds, dtrain):
    d = preds - dtrain.get_label()
    grad = np.tanh(d)
    hess = np.maximum(1 - grad ** 2, 1e-2)
    return grad, hess

def mae(preds, dmat):
    return "my_mae", float(np.abs(preds - dmat.get_label()).mean())

X, y = make_regression(n_samples=2500, n_features=12, n_informative=6, noise=5, random_state=1)
rng = np.random.default_rng(1)
y = y / 40
gross = rng.random(len(y)) < 0.03
y[gross] += rng.normal(0, 30, gross.sum())      # a few gross outliers
X_tr, X_tmp, y_tr, y_tmp = train_test_split(X, y, test_size=0.4, random_state=0)
X_va, X_te, y_va, y_te = train_test_split(X_tmp, y_tmp, test_size=0.5, random_state=0)
dtr, dva, dte = xgb.DMatrix(X_tr, y_tr), xgb.DMatrix(X_va, y_va), xgb.DMatrix(X_te, y_te)
base = float(np.median(y_tr))
common = dict(eta=0.1, max_depth=4, nthread=1, base_score=base, disable_default_eval_metric=1, seed=0)

runs = {"log-cosh": dict(obj=log_cosh, params=common),
        "squared": dict(obj=None, params={**common, "objective": "reg:squarederror"})}
for name, r in runs.items():
    bst = xgb.train(r["params"], dtr, 300, evals=[(dva, "valid")], obj=r["obj"], custom_metric=mae,
                    early_stopping_rounds=25, maximize=False, verbose_eval=False)
    p = bst.predict(dte, iteration_range=(0, bst.best_iteration + 1))
    print(name, "rounds", bst.best_iteration + 1, "valid", round(bst.best_score, 3), "test MAE", np.abs(p - y_te).mean().round(3))
print("median", np.abs(base - y_te).mean().round(3))
