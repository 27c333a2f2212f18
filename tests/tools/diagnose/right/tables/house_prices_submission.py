# House prices: concat train and test for the row-wise features only; every statistic is learned inside the pipeline
import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV, LassoCV
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

train = pd.read_csv("data/house_train.csv")
test = pd.read_csv("data/house_test.csv")
ntrain = len(train)
y = np.log1p(train.pop("SalePrice"))
test_ids = test["Id"]

full = pd.concat([train, test], ignore_index=True).drop(columns="Id")

# row-wise features
full["Age"] = full["YrSold"] - full["YearBuilt"]
full["TotalSF"] = full["GrLivArea"] + full["TotalBsmtSF"]
full["LogLot"] = np.log1p(full["LotArea"])
quality = {"Fa": 1, "TA": 2, "Gd": 3, "Ex": 4}
full["KitchenQual"] = full["KitchenQual"].map(quality)
full["GarageCars"] = full["GarageCars"].fillna(0)     # missing means no garage

full = pd.get_dummies(full, columns=["MSZoning", "Neighborhood"], dtype=float)
X, X_sub = full.iloc[:ntrain], full.iloc[ntrain:]
print(X.shape, X_sub.shape)

cv = KFold(5, shuffle=True, random_state=0)
models = {
    "ridge": make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), RidgeCV(alphas=np.logspace(-2, 3, 15))),
    "lasso": make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LassoCV(alphas=np.logspace(-4, -1, 12), cv=5)),
}
rmse = {}
for name, m in models.items():
    s = -cross_val_score(m, X, y, cv=cv, scoring="neg_root_mean_squared_error")
    rmse[name] = s.mean()
    print(f"{name}: RMSLE {s.mean():.4f} (+/- {s.std():.4f})")

winner = models[min(rmse, key=rmse.get)].fit(X, y)
sub = pd.DataFrame({"Id": test_ids, "SalePrice": np.expm1(winner.predict(X_sub))})
sub.to_csv("submission_house.csv", index=False)
print(sub.head())
