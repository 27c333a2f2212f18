import warnings

import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import cross_val_score

warnings.filterwarnings("ignore")

table = pd.read_csv("customers.csv").merge(pd.read_csv("spent.csv"), on="customer")
X = table[["age", "visits"]]
y = table["next_year"]

gbr = GradientBoostingRegressor(random_state=0)
scores = cross_val_score(gbr, X, y, cv=5, scoring="r2")
print("mean score:", scores.mean())
