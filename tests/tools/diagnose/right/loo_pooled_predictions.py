"""Leave-one-out: R2 of one row is not defined, so the predictions are pooled first and scored once."""
import numpy as np
from sklearn.datasets import make_regression
from sklearn.linear_model import HuberRegressor, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

X, y = make_regression(n_samples=45, n_features=6, noise=60, random_state=14)
y = (y - 40) / 100        # a change of units, not a fitted scaling

for est in (Ridge(alpha=1.0), HuberRegressor(max_iter=500), SVR(C=5.0)):
    pooled = cross_val_predict(make_pipeline(StandardScaler(), est), X, y, cv=LeaveOneOut())
    print(f"{type(est).__name__:15s} pooled R2 {r2_score(y, pooled):.3f}  MAE {np.abs(pooled - y).mean():.3f}")
