import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman1
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, StackingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import KFold, train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_friedman1(n_samples=1500, n_features=12, noise=1.0, random_state=8)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=8)

base = [
    ("knn", make_pipeline(StandardScaler(), KNeighborsRegressor(10))),
    ("et", ExtraTreesRegressor(n_estimators=100, random_state=0)),
    ("gb", GradientBoostingRegressor(random_state=0)),
]
stack = StackingRegressor(
    base,
    final_estimator=RidgeCV(),
    cv=KFold(5, shuffle=True, random_state=0),
)

rows = []
for name, est in base + [("stack", stack)]:
    est.fit(X_train, y_train)
    rows.append((name, root_mean_squared_error(y_test, est.predict(X_test))))
rows.append(("mean", root_mean_squared_error(y_test, np.full(len(y_test), y_train.mean()))))
print(pd.DataFrame(rows, columns=["model", "rmse"]).set_index("model").round(3))
