"""Sales of tomorrow from those of the days before; the last half-year is kept for the end."""
# data: sales
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error

daily = pd.read_csv("sales.csv", parse_dates=["date"]).sort_values("date").set_index("date")
for lag in (1, 2, 7):
    daily[f"lag_{lag}"] = daily["sales"].shift(lag)
daily["mean_before"] = daily["sales"].shift(1).rolling(7).mean()
daily["weekday"] = daily.index.day_of_week
daily = pd.get_dummies(daily, columns=["weekday"]).dropna()

past, future = daily.iloc[:-180], daily.iloc[-180:]
columns = [name for name in daily.columns if name not in ("sales", "temperature")]
model = Ridge(alpha=1.0).fit(past[columns], past["sales"])
print("MAE of the model:", mean_absolute_error(future["sales"], model.predict(future[columns])))
print("MAE of yesterday:", mean_absolute_error(future["sales"], future["lag_1"]))
