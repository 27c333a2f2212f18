import numpy as np
import pandas as pd
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split

houses = pd.read_csv("houses.csv").dropna()
X = pd.get_dummies(houses.drop(columns="price"), columns=["district"])
y = houses["price"] / 1000
X_fit, X_rest, y_fit, y_rest = train_test_split(X, y, test_size=0.4, random_state=0)
X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest, test_size=0.5, random_state=0)

models = {
    "mean": DummyRegressor(),
    "ridge": Ridge(alpha=1.0),
    "boosting": HistGradientBoostingRegressor(max_iter=80, random_state=0),
}
errors = {}
for name, model in models.items():
    model.fit(X_fit, y_fit)
    errors[name] = root_mean_squared_error(y_val, model.predict(X_val))
    print(f"{name:10s} {errors[name]:12.1f}")

best = min(errors, key=errors.get)
rmse = np.sqrt(np.mean((models[best].predict(X_test) - y_test) ** 2))
print(f"RMSE of the chosen model ({best}): {rmse:.1f}")
