"""Stacked regression on the diabetes data; the stack trains its final layer on out-of-fold predictions."""
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor, StackingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, RepeatedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVR

X, y = load_diabetes(return_X_y=True)
X_dev, X_hold, y_dev, y_hold = train_test_split(X, y, test_size=0.2, random_state=123)

base = [
    ("poly", make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), RidgeCV(alphas=np.logspace(0, 4, 9)))),
    ("svr", make_pipeline(StandardScaler(), SVR(C=50))),
    ("rf", RandomForestRegressor(60, min_samples_leaf=4, random_state=0)),
    ("gb", GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=0)),
]
stack = StackingRegressor(base, final_estimator=RidgeCV(), cv=KFold(4, shuffle=True, random_state=0))

cv = KFold(4, shuffle=True, random_state=9)
table = {}
for name, est in base + [("stack", stack)]:
    s = -cross_val_score(est, X_dev, y_dev, cv=cv, scoring="neg_root_mean_squared_error")
    table[name] = (s.mean(), est)
    print(f"{name:6s} {s.mean():6.2f} +/- {s.std():.2f}")
name, (_, est) = min(table.items(), key=lambda kv: kv[1][0])
est.fit(X_dev, y_dev)
print("chosen", name, "hold-out RMSE", np.sqrt(np.mean((y_hold - est.predict(X_hold)) ** 2)).round(2))
