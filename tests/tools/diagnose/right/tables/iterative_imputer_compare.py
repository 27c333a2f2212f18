import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import BayesianRidge, Ridge
from sklearn.model_selection import RepeatedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_diabetes(return_X_y=True, as_frame=True)
rng = np.random.default_rng(1)
X = X.mask(rng.random(X.shape) < 0.2)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=1)

imputers = {
    "mean": SimpleImputer(),
    "median + flag": SimpleImputer(strategy="median", add_indicator=True),
    "knn": KNNImputer(n_neighbors=10),
    "iterative": IterativeImputer(estimator=BayesianRidge(), max_iter=40, tol=2e-2, random_state=0),
}
cv = RepeatedKFold(n_splits=5, n_repeats=2, random_state=0)
rows = []
for name, imp in imputers.items():
    s = cross_val_score(make_pipeline(imp, StandardScaler(), Ridge(1.0)), X_train, y_train, cv=cv, scoring="r2")
    rows.append((name, s.mean(), s.std()))
res = pd.DataFrame(rows, columns=["imputer", "r2", "sd"]).set_index("imputer").sort_values("r2", ascending=False)
print(res.round(3))
best = res.index[0]
model = make_pipeline(imputers[best], StandardScaler(), Ridge(1.0)).fit(X_train, y_train)
print("with", best, "test R2", round(model.score(X_test, y_test), 3))
