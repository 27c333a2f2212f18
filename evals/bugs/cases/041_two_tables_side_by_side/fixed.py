import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import cross_val_score

customers = pd.read_csv("customers.csv")
spent = pd.read_csv("spent.csv")

table = pd.get_dummies(customers, columns=["city"])
table = table.merge(spent, on="customer", validate="one_to_one")
print(table.head())

X = table.drop(columns=["customer", "next_year"])
scores = cross_val_score(LinearRegression(), X, table["next_year"], cv=5)
print("R2 %.3f" % scores.mean())
