"""Own estimators with the scikit-learn interface: a quantile clipper and a rare-category grouper."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted


class QuantileClipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=0.01, high=0.99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        X = np.asarray(X, dtype=float)
        self.lo_ = np.nanquantile(X, self.low, axis=0)
        self.hi_ = np.nanquantile(X, self.high, axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self, "lo_")
        return np.clip(np.asarray(X, dtype=float), self.lo_, self.hi_)


class RareGrouper(BaseEstimator, TransformerMixin):
    def __init__(self, min_share=0.02):
        self.min_share = min_share

    def fit(self, X, y=None):
        self.keep_ = {}
        for c in X.columns:
            share = X[c].value_counts(normalize=True)
            self.keep_[c] = set(share[share >= self.min_share].index)
        return self

    def transform(self, X):
        X = X.copy()
        for c, keep in self.keep_.items():
            X[c] = X[c].where(X[c].isin(keep), "other")
        return X


df = pd.read_csv("data/bank_marketing.csv", sep=";")
X, y = df.drop(columns="y"), (df["y"] == "yes").astype(int)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, stratify=y, random_state=5)
num = ["age", "balance", "campaign", "previous"]
cat = ["job", "marital", "education", "housing", "loan", "city"]
pipe = Pipeline([
    ("prep", ColumnTransformer([
        ("num", Pipeline([("clip", QuantileClipper()), ("scale", StandardScaler())]), num),
        ("cat", Pipeline([("rare", RareGrouper()), ("hot", OneHotEncoder(handle_unknown="ignore"))]), cat)])),
    ("clf", LogisticRegression(max_iter=500))])
search = RandomizedSearchCV(pipe, {
    "prep__num__clip__high": [0.95, 0.99, 1.0],
    "prep__cat__rare__min_share": [0.005, 0.015, 0.05],
    "clf__C": np.logspace(-2, 1, 10)}, n_iter=12, cv=4, scoring="average_precision", random_state=0)
search.fit(X_tr, y_tr)
p = search.predict_proba(X_te)[:, 1]
print(search.best_params_)
print("test AP", round(average_precision_score(y_te, p), 3), "base", round(y_te.mean(), 3), "AUC", round(roc_auc_score(y_te, p), 3))
