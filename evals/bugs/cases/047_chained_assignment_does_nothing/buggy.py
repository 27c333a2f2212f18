import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

houses = pd.read_csv("houses.csv")
houses = houses[["area", "rooms", "price"]].dropna()
houses.loc[houses.index[::40], "area"] *= 100  # typed in square decimetres at one office

too_large = houses["area"] > 1000
print(too_large.sum(), "areas are too large")
houses["area"][too_large] = houses["area"] / 100

model = LinearRegression().fit(houses[["area"]], np.log(houses["price"]))
print("R2:", round(model.score(houses[["area"]], np.log(houses["price"])), 3))
