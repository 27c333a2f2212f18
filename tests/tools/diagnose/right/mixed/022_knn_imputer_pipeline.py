import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_diabetes(return_X_y=True)
rng = np.random.default_rng(0)
X_missing = np.where(rng.random(X.shape) < 0.2, np.nan, X)

imputers = {
    "mean": SimpleImputer(),
    "median+flag": SimpleImputer(strategy="median", add_indicator=True),
    "knn": KNNImputer(n_neighbors=10),
    "iterative": IterativeImputer(max_iter=20, tol=0.02, random_state=0),
}
cv = KFold(10, shuffle=True, random_state=0)
full = cross_val_score(make_pipeline(StandardScaler(), Ridge()), X, y, cv=cv, scoring="r2")
print(f"{'complete data':14s} {full.mean():.3f}")
for name, imp in imputers.items():
    pipe = make_pipeline(StandardScaler(), imp, Ridge())  # the scaler passes NaN through
    s = cross_val_score(pipe, X_missing, y, cv=cv, scoring="r2")
    print(f"{name:14s} {s.mean():.3f} ± {s.std():.3f}")
