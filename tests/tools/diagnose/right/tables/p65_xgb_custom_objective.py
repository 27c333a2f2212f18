import numpy as np
import xgboost as xgb
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

OVER, UNDER = 1.0, 3.0  # too little stock is three times as bad


def linex_like(pred, dtrain):
    r = pred - dtrain.get_label()
    w = np.where(r > 0, OVER, UNDER)
    return 2 * w * r, 2 * w


def asym_mse(pred, dmat):
    r = pred - dmat.get_label()
    return "asym", float(np.mean(np.where(r > 0, OVER, UNDER) * r**2))


X, y = make_friedman1(1500, n_features=10, noise=2.0, random_state=11)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, random_state=11)
X_fit, X_val, y_fit, y_val = train_test_split(X_tr, y_tr, test_size=0.25, random_state=11)
dfit, dval, dte = (xgb.DMatrix(a, label=b) for a, b in ((X_fit, y_fit), (X_val, y_val), (X_te, y_te)))

params = {"max_depth": 4, "eta": 0.15, "subsample": 0.8, "seed": 0, "nthread": 1, "base_score": float(y_fit.mean()), "disable_default_eval_metric": 1}
hist = {}
own = xgb.train(
    params, dfit, 150, evals=[(dfit, "fit"), (dval, "val")], obj=linex_like, custom_metric=asym_mse,
    early_stopping_rounds=12, evals_result=hist, verbose_eval=False,
)
plain = xgb.train(
    {**params, "objective": "reg:squarederror"}, dfit, 150, evals=[(dval, "val")], custom_metric=asym_mse,
    early_stopping_rounds=12, verbose_eval=False,
)
for name, b in (("own objective", own), ("squared error", plain)):
    p = b.predict(dte, iteration_range=(0, b.best_iteration + 1))
    r = p - y_te
    print(f"{name}: rounds {b.best_iteration + 1:3d}  asym loss {np.mean(np.where(r > 0, OVER, UNDER) * r**2):.3f}"
          f"  RMSE {np.sqrt(np.mean(r**2)):.3f}  share below demand {np.mean(r < 0):.2f}")
