# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.ensemble import HistGradientBoostingRegressor, VotingRegressor
from sklearn.inspection import PartialDependenceDisplay, partial_dependence
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import KFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# %% demand falls with price, by what we know of the shop
rng = np.random.default_rng(3)
n = 1800
df = pd.DataFrame({"price": rng.uniform(1, 10, n), "shelf": rng.integers(1, 6, n), "temp": rng.normal(15, 8, n)})
df["units"] = 60 - 4 * df["price"] + 3 * df["shelf"] + 12 / (1 + np.exp(-(df["temp"] - 20) / 2)) + rng.normal(0, 6, n)
X_tr, X_te, y_tr, y_te = train_test_split(df.drop(columns="units"), df["units"], test_size=0.3, random_state=0)

# %%
free = HistGradientBoostingRegressor(max_iter=40, random_state=0)
mono = HistGradientBoostingRegressor(max_iter=40, monotonic_cst={"price": -1, "shelf": 1}, random_state=0)
vote = VotingRegressor([("mono", mono), ("lin", make_pipeline(StandardScaler(), LinearRegression()))])
for name, m in {"free": free, "monotone": mono, "vote": vote}.items():
    m.fit(X_tr, y_tr)
    print(f"{name:9s} MAE {mean_absolute_error(y_te, m.predict(X_te)):.3f}")

# %% price curves
pd_free = partial_dependence(free, X_tr, ["price"], grid_resolution=30)["average"][0]
pd_mono = partial_dependence(mono, X_tr, ["price"], grid_resolution=30)["average"][0]
print("rises in the curve: free", int((np.diff(pd_free) > 1e-9).sum()), "monotone", int((np.diff(pd_mono) > 1e-9).sum()))
PartialDependenceDisplay.from_estimator(mono, X_tr, ["price", "temp", ("price", "temp")], grid_resolution=15)
plt.tight_layout()
plt.show()

# %% residuals of out-of-fold predictions on the training part
oof = cross_val_predict(mono, X_tr, y_tr, cv=KFold(3, shuffle=True, random_state=0))
res = y_tr - oof
print(res.groupby(pd.cut(X_tr["temp"], [-20, 5, 15, 25, 50]), observed=True).agg(["mean", "std", "size"]).round(2))
