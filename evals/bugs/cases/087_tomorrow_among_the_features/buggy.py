"""Sales from the day before and the day before that."""

import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error


def add_lags(frame, lags):
    for lag in lags:
        frame[f"lag_{lag}"] = frame["sales"].shift(-lag)
    return frame.dropna()


sales = pd.read_csv("sales.csv", parse_dates=["date"]).sort_values("date")
table = add_lags(sales, [1, 2])
train, test = table[:600], table[600:]
used = ["lag_1", "lag_2", "promo"]
model = GradientBoostingRegressor(random_state=0, max_depth=2).fit(train[used], train["sales"])
print("MAE", round(mean_absolute_error(test["sales"], model.predict(test[used])), 2))
