import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(5)
n = 1500
orders = pd.DataFrame({"postcode": rng.integers(0, 700, n), "items": rng.poisson(3, n)})
orders["delay"] = rng.normal(48, 12, n)

# postcodes are too many for dummies: use the mean delay of each
orders["postcode_delay"] = orders.groupby("postcode")["delay"].transform("mean")
train, test = train_test_split(orders, test_size=0.3, random_state=0)

used = ["items", "postcode_delay"]
gbr = GradientBoostingRegressor(random_state=0, max_depth=2).fit(train[used], train["delay"])
print(f"test R2: {gbr.score(test[used], test['delay']):.3f}")
