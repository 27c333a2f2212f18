"""Nested cross-validation: the inner loop tunes, the outer loop scores."""
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True)
pipe = Pipeline([("scale", StandardScaler()), ("select", SelectKBest(f_classif)), ("svc", SVC())])
grid = {"select__k": [10, 20, "all"], "svc__C": [0.5, 2, 8], "svc__gamma": ["scale", 0.01]}
inner = StratifiedKFold(4, shuffle=True, random_state=1)
outer = StratifiedKFold(5, shuffle=True, random_state=2)

search = GridSearchCV(pipe, grid, cv=inner, scoring="balanced_accuracy")
nested = cross_val_score(search, X, y, cv=outer, scoring="balanced_accuracy")
print("nested balanced accuracy", nested.round(3), "mean", nested.mean().round(4), "sd", nested.std(ddof=1).round(4))

# the model to ship is tuned on everything; its expected score is the nested one
final = search.fit(X, y)
print("shipped parameters", final.best_params_)
