import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("houses.csv")
df["age"] = 2022 - df["year_built"]
df["district"] = df["district"].astype("category")
df["garage"] = df["garage"].astype("category")
features = ["area_m2", "rooms", "district", "age", "condition", "garage"]

trainval, test = train_test_split(df, test_size=0.2, random_state=99)
train, val = train_test_split(trainval, test_size=0.2, random_state=99)

reg = lgb.LGBMRegressor(n_estimators=800, learning_rate=0.05, num_leaves=15, objective="regression", random_state=99, n_jobs=1, verbose=-1)
reg.fit(
    train[features], np.log(train["price"]),
    eval_X=(val[features],), eval_y=(np.log(val["price"]),),
    callbacks=[lgb.early_stopping(40, verbose=False)],
)
print("trees used:", reg.best_iteration_)

pred = np.exp(reg.predict(test[features]))
print(f"MAE  {mean_absolute_error(test['price'], pred):,.0f}")
print(f"MAPE {mean_absolute_percentage_error(test['price'], pred):.1%}")
base = np.full(len(test), train["price"].median())
print(f"MAE of the median {mean_absolute_error(test['price'], base):,.0f}")
