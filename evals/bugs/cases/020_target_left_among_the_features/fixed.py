import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

houses = pd.read_csv("houses.csv")
y = houses["price"]
X = houses.select_dtypes("number").drop(columns="price")

X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=8)
model = make_pipeline(SimpleImputer(), LinearRegression())
model.fit(X_train, y_train)
print("columns:", list(X.columns))
print("R2:", round(model.score(X_test, y_test), 4))
