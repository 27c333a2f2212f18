"""Nested cross-validation: the inner loop chooses, the outer loop reports."""
import warnings
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


@dataclass
class Candidate:
    name: str
    estimator: BaseEstimator
    grid: dict = field(default_factory=dict)

    def pipeline(self) -> Pipeline:
        return Pipeline([("scale", StandardScaler()), ("select", SelectKBest(f_classif)), ("model", clone(self.estimator))])


@dataclass
class Study:
    candidates: list
    outer: int = 4
    inner: int = 3
    seed: int = 0

    def run(self, X, y):
        outer = StratifiedKFold(self.outer, shuffle=True, random_state=self.seed)
        folds = list(outer.split(X, y))     # the same folds for every candidate
        results = {}
        for c in self.candidates:
            scores, chosen = [], []
            for k, (tr, te) in enumerate(folds):
                inner = StratifiedKFold(self.inner, shuffle=True, random_state=self.seed + k + 1)
                gs = GridSearchCV(c.pipeline(), c.grid, cv=inner, scoring="balanced_accuracy").fit(X[tr], y[tr])
                scores.append(balanced_accuracy_score(y[te], gs.predict(X[te])))
                chosen.append(gs.best_params_)
            results[c.name] = (np.array(scores), chosen)
        return results


if __name__ == "__main__":
    warnings.filterwarnings("error", category=RuntimeWarning)
    X, y = load_breast_cancer(return_X_y=True)
    study = Study([
        Candidate("logreg", LogisticRegression(max_iter=1000), {"select__k": [10, 30], "model__C": [0.1, 1.0]}),
        Candidate("knn", KNeighborsClassifier(), {"select__k": [10, 30], "model__n_neighbors": [5, 11]}),
    ])
    res = study.run(X, y)
    for name, (s, ch) in res.items():
        print(f"{name:7s} {s.mean():.3f} (folds {np.round(s, 3)})")
        for c in ch:
            print("        ", c)
