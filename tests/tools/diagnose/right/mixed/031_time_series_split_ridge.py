import pandas as pd
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler
from sklearn.compose import make_column_transformer
from sklearn.metrics import mean_absolute_error

load = (
    pd.read_csv("energie.csv", parse_dates=["timestamp"])
    .sort_values("timestamp")
    .assign(
        hour=lambda d: d.timestamp.dt.hour,
        weekend=lambda d: (d.timestamp.dt.weekday >= 5).astype(int),
        lag24=lambda d: d.load_mw.shift(24),
        lag168=lambda d: d.load_mw.shift(168),
        temp24=lambda d: d.temp_c.shift(24),
    )
    .dropna()
    .reset_index(drop=True)
)
X = load[["hour", "weekend", "lag24", "lag168", "temp24"]]
y = load["load_mw"]

# no shuffling: the last fifth is the future
X_past, X_future, y_past, y_future = train_test_split(X, y, test_size=0.2, shuffle=False)

prep = make_column_transformer(
    (SplineTransformer(n_knots=7, extrapolation="periodic", knots=np.linspace(0, 24, 7)[:, None]), ["hour"]),
    (StandardScaler(), ["lag24", "lag168", "temp24"]),
    ("passthrough", ["weekend"]),
)
search = GridSearchCV(
    make_pipeline(prep, Ridge()),
    {"ridge__alpha": np.logspace(-3, 3, 7)},
    cv=TimeSeriesSplit(n_splits=5, gap=24),
    scoring="neg_mean_absolute_error",
)
search.fit(X_past, y_past)
print("alpha", search.best_params_["ridge__alpha"], "CV MAE", round(-search.best_score_, 2))
print("future MAE", round(mean_absolute_error(y_future, search.predict(X_future)), 2),
      "| lag-24", round(mean_absolute_error(y_future, X_future["lag24"]), 2))
