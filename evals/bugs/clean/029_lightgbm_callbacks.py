"""LightGBM with its callbacks of today."""
# needs: sklearn, lightgbm
# data: houses
import lightgbm as lgb
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

houses = pd.read_csv("houses.csv").astype({"district": "category"})
rest, test = train_test_split(houses, test_size=0.2, random_state=1)
train, valid = train_test_split(rest, test_size=0.2, random_state=1)
model = lgb.LGBMRegressor(n_estimators=300, learning_rate=0.05, n_jobs=1, random_state=1, verbose=-1)
model.fit(
    train.drop(columns="price"),
    train["price"],
    eval_set=[(valid.drop(columns="price"), valid["price"])],
    callbacks=[lgb.early_stopping(20, verbose=False)],
)
print("MAE:", mean_absolute_error(test["price"], model.predict(test.drop(columns="price"))))
