"""Each fold is tested on days after those it was trained on."""
# data: sales
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import TimeSeriesSplit, cross_val_score

sales = pd.read_csv("sales.csv", parse_dates=["date"]).sort_values("date")
sales["change"] = sales["sales"].diff()
sales["yesterday"] = sales["change"].shift(1)
sales["weekday"] = sales["date"].dt.day_of_week
sales = sales.dropna()
model = HistGradientBoostingRegressor(max_iter=60, random_state=0)
scores = cross_val_score(
    model,
    sales[["yesterday", "weekday", "promo"]],
    sales["change"],
    cv=TimeSeriesSplit(n_splits=5),
    scoring="neg_mean_absolute_error",
)
print("MAE per fold:", (-scores).round(2))
