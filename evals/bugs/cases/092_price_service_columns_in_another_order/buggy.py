"""Train the price model, and answer requests as the service would."""

import json

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline


class PriceModel:
    """Holds the fitted pipeline and the columns that it was fitted on."""

    def __init__(self, columns):
        self.columns = list(columns)
        self.pipeline = make_pipeline(
            SimpleImputer(strategy="median"),
            GradientBoostingRegressor(n_estimators=120, max_depth=3, random_state=0),
        )

    def fit(self, frame, prices):
        self.pipeline.fit(frame[self.columns].to_numpy(), np.log(prices))
        return self

    def predict(self, matrix):
        return np.exp(self.pipeline.predict(matrix))


class Service:
    """Takes requests in JSON, one house each."""

    def __init__(self, model):
        self.model = model

    def row(self, request):
        house = json.loads(request)
        known = sorted(set(self.model.columns) & house.keys())
        return [np.nan if house[name] is None else house[name] for name in known]

    def answer(self, requests):
        matrix = np.array([self.row(request) for request in requests], dtype=float)
        return self.model.predict(matrix)


def as_requests(frame):
    frame = frame.astype(object).where(frame.notna(), None)
    return [json.dumps(record) for record in frame.to_dict("records")]


houses = pd.read_csv("houses.csv")
features = houses[["year", "area", "rooms", "distance"]]
X_train, X_test, y_train, y_test = train_test_split(features, houses["price"], test_size=0.25, random_state=1)

model = PriceModel(features.columns).fit(X_train, y_train)
service = Service(model)
answers = service.answer(as_requests(X_test))
error = np.mean(np.abs(answers - y_test) / y_test)
print(f"error of the service in percent: {100 * error:.1f}")
