"""House prices with a 30-level neighbourhood column, encoded by the cross-fitting TargetEncoder."""
import argparse

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_percentage_error, root_mean_squared_error
from sklearn.model_selection import KFold, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder


def get_args():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--csv", default="houses.csv")
    ap.add_argument("--alpha", type=float, default=1.0)
    ap.add_argument("--seed", type=int, default=2)
    return ap.parse_args()


def build(alpha, seed):
    pre = ColumnTransformer([
        ("numbers", Pipeline([("imp", SimpleImputer()), ("sc", StandardScaler())]), ["area", "rooms", "year", "garage"]),
        ("hood", Pipeline([("te", TargetEncoder(target_type="continuous", cv=KFold(5, shuffle=True, random_state=seed))), ("sc", StandardScaler())]), ["neighbourhood"]),
        ("heat", OneHotEncoder(drop="first"), ["heating"]),
    ])
    return TransformedTargetRegressor(Pipeline([("pre", pre), ("ridge", Ridge(alpha=alpha))]), func=np.log, inverse_func=np.exp)


def main():
    args = get_args()
    houses = pd.read_csv(args.csv)
    train, test = train_test_split(houses, test_size=0.2, random_state=args.seed)
    model = build(args.alpha, args.seed).fit(train.drop(columns="price"), train["price"])
    pred = model.predict(test.drop(columns="price"))
    print(f"RMSE {root_mean_squared_error(test['price'], pred):,.0f}")
    print(f"MAPE {mean_absolute_percentage_error(test['price'], pred):.2%}")
    base = np.full(len(test), train["price"].median())
    print(f"baseline MAPE {mean_absolute_percentage_error(test['price'], base):.2%}")


if __name__ == "__main__":
    main()
