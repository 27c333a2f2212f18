"""Mean-encoding of a high-cardinality shop code, computed from the training part of each fold."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder
from sklearn.compose import make_column_transformer

rng = np.random.default_rng(31)
n, shops = 4000, 250
frame = pd.DataFrame({"shop": rng.integers(0, shops, n).astype(str), "ads": rng.exponential(2, n)})
effect = rng.normal(0, 3, shops)
frame["sales"] = 20 + effect[frame["shop"].astype(int)] + 1.5 * frame["ads"] + rng.normal(0, 4, n)


def smooth_means(train, m=10.0):
    prior = train["sales"].mean()
    g = train.groupby("shop")["sales"].agg(["mean", "size"])
    return (g["mean"] * g["size"] + prior * m) / (g["size"] + m), prior


def encode(train, other):
    table, prior = smooth_means(train)
    return other["shop"].map(table).fillna(prior)


by_hand, built_in, none = [], [], []
for tr, te in KFold(5, shuffle=True, random_state=0).split(frame):
    train, test = frame.iloc[tr].copy(), frame.iloc[te].copy()
    # out-of-fold values for the rows that fit the regression
    oof = pd.Series(index=train.index, dtype=float)
    for a, b in KFold(5, shuffle=True, random_state=1).split(train):
        oof.iloc[b] = encode(train.iloc[a], train.iloc[b]).to_numpy()
    A = np.column_stack([oof, train["ads"]])
    B = np.column_stack([encode(train, test), test["ads"]])
    pred = LinearRegression().fit(A, train["sales"]).predict(B)
    by_hand.append(mean_squared_error(test["sales"], pred))

    pipe = make_pipeline(
        make_column_transformer((TargetEncoder(random_state=0), ["shop"]), remainder="passthrough"), LinearRegression())
    pipe.fit(train[["shop", "ads"]], train["sales"])
    built_in.append(mean_squared_error(test["sales"], pipe.predict(test[["shop", "ads"]])))

    lr = LinearRegression().fit(train[["ads"]], train["sales"])
    none.append(mean_squared_error(test["sales"], lr.predict(test[["ads"]])))

for name, v in (("no shop", none), ("by hand", by_hand), ("TargetEncoder", built_in)):
    print(f"{name:14s} MSE {np.mean(v):.2f}")
