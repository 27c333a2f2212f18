"""Ordered target (job satisfaction 1..4 made from a score): ordinal logistic by scipy against plain multinomial."""
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.metrics import make_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class OrdinalLogit(ClassifierMixin, BaseEstimator):
    def __init__(self, l2=1e-2):
        self.l2 = l2

    def _cuts(self, theta):
        return np.cumsum(np.r_[theta[0], np.exp(theta[1:])])

    def _proba(self, X, w, cuts):
        c = expit(cuts[None, :] - (X @ w)[:, None])
        c = np.c_[np.zeros(len(X)), c, np.ones(len(X))]
        return np.clip(np.diff(c, axis=1), 1e-12, 1)

    def fit(self, X, y):
        self.classes_, k = np.unique(y, return_inverse=True)
        d, n_cut = X.shape[1], len(self.classes_) - 1

        def loss(p):
            P = self._proba(X, p[:d], self._cuts(p[d:]))
            return -np.log(P[np.arange(len(k)), k]).mean() + self.l2 * (p[:d] ** 2).sum()

        p0 = np.r_[np.zeros(d), -1.0, np.zeros(n_cut - 1)]
        p = minimize(loss, p0, method="BFGS").x
        self.coef_, self.cuts_ = p[:d], self._cuts(p[d:])
        return self

    def predict_proba(self, X):
        return self._proba(X, self.coef_, self.cuts_)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(1)]


rng = np.random.default_rng(4)
X = rng.normal(size=(1200, 6))
latent = X @ np.array([1.0, -0.8, 0.5, 0, 0, 0.2]) + rng.logistic(size=1200)
y = np.digitize(latent, [-1.5, 0.2, 1.6]) + 1
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
qwk = make_scorer(cohen_kappa_score, weights="quadratic")
models = {"ordinal": make_pipeline(StandardScaler(), OrdinalLogit()), "multinomial": make_pipeline(StandardScaler(), LogisticRegression())}
cv = {k: cross_val_score(m, X_tr, y_tr, cv=StratifiedKFold(4, shuffle=True, random_state=0), scoring=qwk).mean() for k, m in models.items()}
print({k: round(float(v), 3) for k, v in cv.items()})
m = models[max(cv, key=cv.get)].fit(X_tr, y_tr)
p = m.predict(X_te)
print("test quadratic kappa", round(cohen_kappa_score(y_te, p, weights="quadratic"), 3), "MAE", round(mean_absolute_error(y_te, p), 3))
