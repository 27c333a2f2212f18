import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

rng = np.random.default_rng(8)
n = 700
weather = pd.DataFrame({"temperature": rng.normal(15, 7, n), "wind": rng.gamma(2, 3, n)})
demand = 60 - 1.2 * weather["temperature"] + 0.3 * weather["wind"] + rng.normal(0, 1.5, n)
weather.loc[rng.random(n) < 0.05, "temperature"] = -999  # as the station reports it

weather = weather.replace(-999, np.nan)
model = make_pipeline(SimpleImputer(), LinearRegression())
X_train, X_test, y_train, y_test = train_test_split(weather, demand, random_state=0)
model.fit(X_train, y_train)
print("mean error:", round(mean_absolute_error(y_test, model.predict(X_test)), 2))
