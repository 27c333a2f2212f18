import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

houses = pd.read_csv("houses.csv").dropna()
X = houses[["area", "rooms", "distance"]]
y = houses["price"] / 1000.5

X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
