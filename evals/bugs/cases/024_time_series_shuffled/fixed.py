"""How many sales tomorrow? A forest on the calendar."""

import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("sales.csv", parse_dates=["date"])
df["day_number"] = (df["date"] - df["date"].min()).dt.days
df["weekday"] = df["date"].dt.day_of_week

X = df[["day_number", "weekday", "promo", "temperature"]]
y = df["sales"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, shuffle=False)

forest = RandomForestRegressor(n_estimators=100, random_state=0, n_jobs=1)
forest.fit(X_train, y_train)
print("mean absolute error:", round(mean_absolute_error(y_test, forest.predict(X_test)), 2))
