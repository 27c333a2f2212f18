import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler, OneHotEncoder
from sklearn.compose import make_column_transformer
from sklearn.metrics import mean_absolute_error

s = (pd.read_csv("data/store_sales.csv", parse_dates=["date"])
       .groupby("date", as_index=False).agg(sales=("sales", "sum"), promos=("promo", "sum"))
       .sort_values("date")
       .assign(lag1=lambda d: d.sales.shift(1),
               lag7=lambda d: d.sales.shift(7),
               mean7=lambda d: d.sales.shift(1).rolling(7).mean(),
               mean30=lambda d: d.sales.shift(1).rolling(30).mean(),
               ewm=lambda d: d.sales.shift(1).ewm(span=10).mean(),
               dow=lambda d: d.date.dt.day_of_week,
               month=lambda d: d.date.dt.month)
       .dropna()
       .reset_index(drop=True))

n_test = 90
dev, test = s.iloc[:-n_test], s.iloc[-n_test:]
num = ["promos", "lag1", "lag7", "mean7", "mean30", "ewm"]
pipe = Pipeline([
    ("prep", make_column_transformer((StandardScaler(), num), (OneHotEncoder(handle_unknown="ignore"), ["dow", "month"]))),
    ("ridge", Ridge())])
gs = GridSearchCV(pipe, {"ridge__alpha": np.logspace(-2, 3, 12)}, cv=TimeSeriesSplit(n_splits=5, test_size=60),
                  scoring="neg_mean_absolute_error")
gs.fit(dev, dev["sales"])
print("alpha", gs.best_params_["ridge__alpha"], "cv MAE", round(-gs.best_score_, 2))
print("test MAE one day ahead", round(mean_absolute_error(test["sales"], gs.predict(test)), 2))
print("yesterday", round(mean_absolute_error(test["sales"], test["lag1"]), 2), "last week", round(mean_absolute_error(test["sales"], test["lag7"]), 2))
