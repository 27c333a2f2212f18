import pandas as pd
from sklearn.linear_model import Lasso
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_predict

houses = pd.read_csv("houses.csv").dropna()
X = houses[["rooms", "distance", "year"]]
y = houses["price"]

model = Lasso(alpha=3000)
predicted = cross_val_predict(model, X, y, cv=5)
print("R2:", round(r2_score(predicted, y), 3))
