"""The target is modelled on a log scale and scored in money."""
# data: houses
import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

houses = pd.read_csv("houses.csv").dropna()
X = pd.get_dummies(houses.drop(columns="price"), columns=["district"])
X_train, X_test, y_train, y_test = train_test_split(X, houses["price"], random_state=0)
model = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
model.fit(X_train, y_train)
print("MAE:", mean_absolute_error(y_test, model.predict(X_test)))
