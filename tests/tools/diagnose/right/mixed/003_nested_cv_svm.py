import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True)

inner = StratifiedKFold(n_splits=4, shuffle=True, random_state=1)
outer = StratifiedKFold(n_splits=5, shuffle=True, random_state=2)

pipe = Pipeline([("scale", StandardScaler()), ("svc", SVC())])
grid = {
    "svc__C": [0.1, 1, 10],
    "svc__gamma": ["scale", 0.01, 0.001],
}
search = GridSearchCV(pipe, grid, cv=inner, scoring="roc_auc")

# the outer loop sees a fresh search in every fold
scores = cross_val_score(search, X, y, cv=outer, scoring="roc_auc")
print("nested ROC AUC: %.4f +/- %.4f" % (scores.mean(), scores.std()))

# The estimate is fixed now; the delivered model uses every row.
final = search.fit(X, y).best_estimator_
print("parameters of the delivered model:", search.best_params_)
print("support vectors:", final.named_steps["svc"].n_support_)
