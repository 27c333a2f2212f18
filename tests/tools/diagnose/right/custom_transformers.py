"""Own transformers which learn everything they need in fit()."""
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data


class QuantileClipper(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, low=0.01, high=0.99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        X = validate_data(self, X, ensure_all_finite="allow-nan")
        self.lower_ = np.nanquantile(X, self.low, axis=0)
        self.upper_ = np.nanquantile(X, self.high, axis=0)
        return self

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        return np.clip(X, self.lower_, self.upper_)


class HouseFeatures(TransformerMixin, BaseEstimator):
    """District -> number by the order of frequency, median for the missing rooms."""

    def fit(self, X, y=None):
        self.order_ = {d: i for i, d in enumerate(X["district"].value_counts().index)}
        self.median_rooms_ = X["rooms"].median()
        return self

    def transform(self, X):
        check_is_fitted(self)
        out = pd.DataFrame(index=X.index)
        out["area"] = X["area_m2"]
        out["rooms"] = X["rooms"].fillna(self.median_rooms_)
        out["age"] = 2022 - X["year_built"]
        out["condition"] = X["condition"]
        out["district"] = X["district"].map(self.order_).fillna(len(self.order_))
        out["cars"] = X["garage"].map({"none": 0, "single": 1, "double": 2})
        return out.astype(float)


def main():
    df = pd.read_csv("houses.csv")
    X, y = df.drop(columns=["id", "price"]), df["price"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=55)
    pipe = Pipeline([
        ("features", HouseFeatures()),
        ("clip", QuantileClipper(0.005, 0.995)),
        ("model", GradientBoostingRegressor(n_estimators=150, max_depth=4, learning_rate=0.08, random_state=55)),
    ])
    pipe.fit(X_train, y_train)
    print("MAE {:,.0f}".format(mean_absolute_error(y_test, pipe.predict(X_test))))
    print(pipe.named_steps["features"].order_)


if __name__ == "__main__":
    main()
