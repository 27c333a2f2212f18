"""Backtest: how well would the forest have done in each month?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error


@dataclass
class Fold:
    month: pd.Period
    error: float
    rows: int


class Backtest:
    def __init__(self, path, trees=40, first_year=1):
        table = pd.read_csv(path, parse_dates=["date"]).sort_values("date")
        table["month"] = table["date"].dt.to_period("M")
        self.table = self.features(table)
        self.trees = trees
        self.first_year = first_year

    @staticmethod
    def features(table):
        table = table.copy()
        table["day"] = (table["date"] - table["date"].min()).dt.days
        table["weekday"] = table["date"].dt.day_of_week
        table["is_weekend"] = (table["weekday"] >= 5).astype(int)
        return table

    @property
    def columns(self):
        return ["day", "weekday", "is_weekend", "promo", "temperature"]

    def months(self):
        months = self.table["month"].unique()
        return months[12 * self.first_year :]

    def fold(self, month):
        inside = self.table["month"] == month
        past = self.table[~inside]
        now = self.table[inside]
        forest = RandomForestRegressor(self.trees, min_samples_leaf=2, random_state=0)
        forest.fit(past[self.columns], past["sales"])
        error = mean_absolute_error(now["sales"], forest.predict(now[self.columns]))
        return Fold(month, error, len(past))

    def run(self):
        return [self.fold(month) for month in self.months()]


if __name__ == "__main__":
    folds = Backtest("sales.csv").run()
    for fold in folds:
        print(f"{fold.month}  {fold.error:7.2f}  ({fold.rows} rows)")
    print(f"mean error over the months: {np.mean([fold.error for fold in folds]):.2f}")
