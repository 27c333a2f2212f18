"""Linnerud-like multi-target regression: independent models against a regressor chain."""
import numpy as np
from sklearn.datasets import make_regression
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.multioutput import MultiOutputRegressor, RegressorChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, Y = make_regression(600, 30, n_informative=10, n_targets=3, noise=20.0, random_state=1)
Y[:, 2] = 0.5 * Y[:, 0] - 0.8 * Y[:, 1] + np.random.default_rng(1).normal(0, 10, len(Y))
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=0.3, random_state=1)

models = {
    "ridge (native)": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 3, 12))),
    "lasso per target": make_pipeline(StandardScaler(), MultiOutputRegressor(LassoCV(cv=4, random_state=0))),
    "chain": make_pipeline(StandardScaler(), RegressorChain(RidgeCV(np.logspace(-2, 3, 12)), order=[0, 1, 2], cv=4)),
}
for name, m in models.items():
    m.fit(X_tr, Y_tr)
    print(f"{name:18s}", r2_score(Y_te, m.predict(X_te), multioutput="raw_values").round(3))
