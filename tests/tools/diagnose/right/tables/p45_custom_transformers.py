from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.utils.validation import check_is_fitted, validate_data


class Winsorizer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, q: float = 0.01):
        self.q = q

    def fit(self, X, y=None):
        X = validate_data(self, X, ensure_all_finite="allow-nan", dtype=float)
        self.lo_ = np.nanquantile(X, self.q, axis=0)
        self.hi_ = np.nanquantile(X, 1 - self.q, axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=float)
        return np.clip(X, self.lo_, self.hi_)


class RareGrouper(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Levels below `min_share` of the rows seen in fit become 'other'."""

    def __init__(self, min_share: float = 0.02):
        self.min_share = min_share

    def fit(self, X: pd.DataFrame, y=None):
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        self.keep_ = {c: set(s.index[s >= self.min_share]) for c in X for s in [X[c].value_counts(normalize=True)]}
        return self

    def transform(self, X: pd.DataFrame):
        check_is_fitted(self)
        return X.apply(lambda col: col.where(col.isin(self.keep_[col.name]), "other"))


def date_parts(X: pd.DataFrame) -> np.ndarray:
    d = pd.to_datetime(X.iloc[:, 0])
    return np.column_stack([d.dt.month, d.dt.day_of_week, (d.dt.day_of_week >= 5).astype(int)])


rng = np.random.default_rng(1)
n = 1500
df = pd.DataFrame({
    "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
    "area": rng.lognormal(4.3, 0.4, n),
    "rooms": rng.integers(1, 7, n).astype(float),
    "district": [f"d{z}" for z in np.minimum(rng.geometric(0.15, n), 30)],
})
df["price"] = 2.1 * df["area"] + 9 * df["rooms"] + 3 * df["sold"].dt.month + rng.normal(0, 25, n)
df.loc[rng.random(n) < 0.05, "rooms"] = np.nan
df.loc[rng.random(n) < 0.01, "area"] *= 20

pipe = Pipeline([
    ("prep", ColumnTransformer([
        ("num", Pipeline([("wins", Winsorizer()), ("imp", SimpleImputer(strategy="median", add_indicator=True))]), ["area", "rooms"]),
        ("cat", Pipeline([("rare", RareGrouper()), ("oh", OneHotEncoder(handle_unknown="ignore"))]), ["district"]),
        ("date", FunctionTransformer(date_parts), ["sold"]),
    ])),
    ("rf", RandomForestRegressor(80, min_samples_leaf=3, random_state=0)),
])
X_tr, X_te, y_tr, y_te = train_test_split(df.drop(columns="price"), df["price"], test_size=0.25, random_state=0)
gs = GridSearchCV(pipe, {"prep__num__wins__q": [0.0, 0.02], "prep__cat__rare__min_share": [0.02, 0.08]},
                  cv=KFold(3, shuffle=True, random_state=0), scoring="neg_median_absolute_error")
gs.fit(X_tr, y_tr)
print(gs.best_params_, round(-gs.best_score_, 2))
print("test median abs. error:", round(-gs.score(X_te, y_te), 2))
