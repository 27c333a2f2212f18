# Many noise columns: the selector lives inside the pipeline, so every fold selects its own columns.
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_diabetes(return_X_y=True)
rng = np.random.RandomState(0)
X = np.hstack([X, rng.normal(size=(X.shape[0], 150))])

X_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=0)
search = GridSearchCV(
    Pipeline([("sc", StandardScaler()), ("kbest", SelectKBest(f_regression)), ("ridge", Ridge())]),
    {"kbest__k": [3, 6, 10, 20, 60, "all"], "ridge__alpha": [0.1, 10, 100, 1000]},
    cv=KFold(5, shuffle=True, random_state=0),
    scoring="neg_root_mean_squared_error",
)
search.fit(X_tr, y_tr)

kept = np.flatnonzero(search.best_estimator_["kbest"].get_support())
print(search.best_params_, "| original columns kept:", int((kept < 10).sum()), "of", len(kept))
print("cv RMSE  :", round(-search.best_score_, 2))
print("test RMSE:", round(-search.score(X_te, y_te), 2))
