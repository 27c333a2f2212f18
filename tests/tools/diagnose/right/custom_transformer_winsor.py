"""A transformer that clips to quantiles learnt in fit(), and an asymmetric custom scorer."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.impute import KNNImputer
from sklearn.linear_model import QuantileRegressor
from sklearn.metrics import make_scorer, mean_pinball_loss
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data


class Winsorizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, lower=0.01, upper=0.99):
        self.lower = lower
        self.upper = upper

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float)
        self.low_, self.high_ = np.quantile(X, [self.lower, self.upper], axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        return np.clip(X, self.low_, self.high_)


houses = pd.read_csv("houses.csv")
X, y = houses[["area", "rooms", "year", "garage"]], houses["price"] / 1000
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, random_state=12)

pinball_80 = make_scorer(mean_pinball_loss, alpha=0.8, greater_is_better=False)
pipe = Pipeline([
    ("scale", StandardScaler()),              # leaves the gaps in place, so the neighbours are found on one scale
    ("impute", KNNImputer(n_neighbors=5)),
    ("clip", Winsorizer()),
    ("reg", QuantileRegressor(quantile=0.8, alpha=0.0)),
])
gs = GridSearchCV(pipe, {"clip__upper": [0.95, 0.99, 1.0], "reg__alpha": [0.0, 0.05, 0.5]},
                  scoring=pinball_80, cv=KFold(4, shuffle=True, random_state=0)).fit(X_tr, y_tr)
pred = gs.predict(X_te)
print(gs.best_params_)
print("pinball(0.8): %.2f" % mean_pinball_loss(y_te, pred, alpha=0.8))
print("share of prices under the 80%% line: %.3f" % np.mean(y_te <= pred))
