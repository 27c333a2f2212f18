import pandas as pd
from sklearn.linear_model import Ridge

houses = pd.read_csv("houses.csv")
train = houses[:700].copy()
test = houses[700:].copy()

middle = train["area"].median()
for part in (train, test):
    part["area"].fillna(middle, inplace=True)

columns = ["area", "rooms", "distance"]
ridge = Ridge().fit(train[columns], train["price"])
print("R2 on the rest:", round(ridge.score(test[columns], test["price"]), 3))
