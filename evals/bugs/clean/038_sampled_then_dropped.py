"""A test part by sample() is taken out of the training part by its index."""
# data: shop
import pandas as pd
from sklearn.linear_model import LinearRegression

customers = pd.read_csv("customers.csv").merge(pd.read_csv("spent.csv"), on="customer", validate="one_to_one")
test = customers.sample(frac=0.25, random_state=7)
train = customers.drop(test.index)
assert not set(train["customer"]) & set(test["customer"])
model = LinearRegression().fit(train[["age", "visits"]], train["next_year"])
print("R2:", model.score(test[["age", "visits"]], test["next_year"]))
