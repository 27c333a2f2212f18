import warnings

import numpy as np
from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

warnings.filterwarnings("ignore", category=RuntimeWarning)

X, y = load_breast_cancer(return_X_y=True)

inner = StratifiedKFold(n_splits=3, shuffle=True, random_state=1)
outer = StratifiedKFold(n_splits=5, shuffle=True, random_state=2)

pipe = Pipeline([
    ("scale", StandardScaler()),
    ("select", SelectKBest(f_classif)),
    ("svm", SVC()),
])
space = {
    "select__k": [5, 10, 20, 30],
    "svm__C": loguniform(1e-2, 1e3),
    "svm__gamma": loguniform(1e-4, 1e0),
}
search = RandomizedSearchCV(pipe, space, n_iter=15, cv=inner, scoring="roc_auc", random_state=7)

nested = cross_val_score(search, X, y, cv=outer, scoring="roc_auc")
print("outer AUC per fold:", np.round(nested, 4))
print(f"nested estimate: {nested.mean():.4f} +/- {nested.std(ddof=1):.4f}")

search.fit(X, y)
print("chosen:", search.best_params_)
print(f"inner score of the winner: {search.best_score_:.4f}")
