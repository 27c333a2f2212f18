"""Grid search over the number of neighbours for house prices."""

import pandas as pd
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

houses = pd.read_csv("houses.csv").dropna()
X = houses[["area", "rooms", "year", "distance"]]
y = houses["price"] / 1000
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=3)

pipe = Pipeline([("scale", StandardScaler()), ("knn", KNeighborsRegressor())])
grid = {"knn__n_neighbors": [1, 5, 10, 20, 400]}
mae = make_scorer(mean_absolute_error)
search = GridSearchCV(pipe, grid, scoring=mae, cv=4)
search.fit(X_train, y_train)

print(search.best_params_)
error = mean_absolute_error(y_test, search.predict(X_test))
print("test MAE", round(error, 1))
