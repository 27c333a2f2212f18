"""TargetEncoder cross-fits by itself, inside the pipeline."""
# data: houses
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

houses = pd.read_csv("houses.csv")
price = houses.pop("price")
encode = make_column_transformer((TargetEncoder(target_type="continuous", random_state=0), ["district"]), remainder="passthrough")
model = make_pipeline(encode, HistGradientBoostingRegressor(max_iter=80, random_state=0))
scores = cross_val_score(model, houses, price, cv=KFold(5, shuffle=True, random_state=0), scoring="r2")
print("R2:", scores.mean())
