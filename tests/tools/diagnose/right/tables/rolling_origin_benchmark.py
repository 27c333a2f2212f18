"""Rolling origin over 6 folds: four forecasters with the same data, none of them tuned."""
from __future__ import annotations
from abc import ABC, abstractmethod
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge


class Forecaster(ABC):
    @abstractmethod
    def fit(self, y: pd.Series) -> "Forecaster": ...
    @abstractmethod
    def predict(self, h: int) -> np.ndarray: ...


class SeasonalNaive(Forecaster):
    def fit(self, y):
        self.last = y.to_numpy()[-7:]
        return self
    def predict(self, h):
        return np.resize(self.last, h)


class SeasonalMean(SeasonalNaive):
    def fit(self, y):
        self.last = y.to_numpy()[-28:].reshape(4, 7).mean(0)
        return self


class Recursive(Forecaster):
    """One step ahead model over lags, its own forecasts fed back."""
    def __init__(self, model, lags=21):
        self.model, self.lags = model, lags
    def fit(self, y):
        v = y.to_numpy()
        X = np.lib.stride_tricks.sliding_window_view(v, self.lags)[:-1]
        self.scale = v.mean()
        self.model.fit(X / self.scale, v[self.lags:] / self.scale)
        self.tail = v[-self.lags:]
        return self
    def predict(self, h):
        window = list(self.tail / self.scale)
        for _ in range(h):
            window.append(float(self.model.predict([window[-self.lags:]])[0]))
        return np.array(window[-h:]) * self.scale


def rolling_origin(y, make, folds=6, h=14):
    errors = []
    for f in range(folds, 0, -1):
        end = len(y) - f * h
        past, future = y.iloc[:end], y.iloc[end:end + h]
        errors.append(np.abs(make().fit(past).predict(h) - future.to_numpy()).mean())
    return np.array(errors)


df = pd.read_csv("data/store_sales.csv", parse_dates=["date"])
y = df[df["store"] == 3].set_index("date")["sales"].sort_index()
for name, make in {
    "seasonal naive": SeasonalNaive,
    "seasonal mean": SeasonalMean,
    "ridge on lags": lambda: Recursive(Ridge(1e-3)),
    "forest on lags": lambda: Recursive(RandomForestRegressor(40, min_samples_leaf=3, random_state=0)),
}.items():
    e = rolling_origin(y, make)
    print(f"{name:15s} MAE by fold {e.round(1)} mean {e.mean():.2f}")
