"""Next-day load: TimeSeriesSplit with a gap for tuning, last three weeks as the final test."""
import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

LEAD = 24

load = pd.read_csv("hourly_load.csv", parse_dates=["ts"]).set_index("ts").asfreq("h")

feat = pd.DataFrame(index=load.index)
for lag in (LEAD, LEAD + 1, LEAD + 2, 48, 168):
    feat[f"load_lag{lag}"] = load["load_mw"].shift(lag)
feat["load_mean_day"] = load["load_mw"].shift(LEAD).rolling("24h", min_periods=24).mean()
feat["temp_lag24"] = load["temp"].shift(LEAD)
hour = feat.index.hour
feat["hour_sin"], feat["hour_cos"] = np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24)
feat["weekend"] = (feat.index.day_of_week >= 5).astype(int)

data = feat.assign(target=load["load_mw"]).dropna()
cut = data.index.max() - pd.Timedelta(days=21)
past, future = data.loc[:cut], data.loc[cut + pd.Timedelta(hours=1):]

search = GridSearchCV(
    LGBMRegressor(n_estimators=120, learning_rate=0.07, random_state=0, n_jobs=1, verbose=-1),
    {"num_leaves": [7, 15, 31], "min_child_samples": [20, 60]},
    cv=TimeSeriesSplit(n_splits=4, gap=LEAD, test_size=24 * 10),
    scoring="neg_mean_absolute_error",
).fit(past.drop(columns="target"), past["target"])

pred = search.predict(future.drop(columns="target"))
print(search.best_params_, f"cv MAE {-search.best_score_:.2f}")
print(f"test MAE  {mean_absolute_error(future['target'], pred):.2f} MW")
print(f"same hour last week  {mean_absolute_error(future['target'], future['load_lag168']):.2f} MW")
