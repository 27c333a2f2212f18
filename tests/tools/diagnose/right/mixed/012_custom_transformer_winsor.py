import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet
from sklearn.model_selection import RepeatedKFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils.validation import check_is_fitted


class Winsorizer(TransformerMixin, BaseEstimator):
    """Clips each column to quantiles learned in fit."""

    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = np.asarray(X, dtype=float)
        self.lo_ = np.quantile(X, self.lower, axis=0)
        self.hi_ = np.quantile(X, self.upper, axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        check_is_fitted(self)
        return np.clip(np.asarray(X, dtype=float), self.lo_, self.hi_)


X, y = load_diabetes(return_X_y=True, scaled=False)
pipe = Pipeline([
    ("winsor", Winsorizer(0.02, 0.98)),
    ("scale", StandardScaler()),
    ("poly", PolynomialFeatures(2, interaction_only=True, include_bias=False)),
    ("rescale", StandardScaler()),
    ("net", ElasticNet(alpha=1.5, l1_ratio=0.7, max_iter=20000)),
])
res = cross_validate(
    pipe, X, y,
    cv=RepeatedKFold(n_splits=5, n_repeats=3, random_state=0),
    scoring={"mae": "neg_mean_absolute_error", "r2": "r2"},
    return_train_score=True,
)
print(f"train R2 {res['train_r2'].mean():.3f}")
print(f"valid R2 {res['test_r2'].mean():.3f}")
print(f"valid MAE {-res['test_mae'].mean():.2f}")
