import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def applications(n=6000, seed=13):
    r = np.random.default_rng(seed)
    sex = r.choice(["f", "m"], n)
    region = r.choice(["north", "south", "east"], n, p=[0.5, 0.3, 0.2])
    income = r.lognormal(np.where(sex == "f", 10.2, 10.35), 0.4)
    debt = r.beta(2, 5, n)
    job = r.choice(["clerk", "manual", "self", "none"], n, p=[0.4, 0.3, 0.2, 0.1])
    eta = -0.9 - 1.1 * (np.log(income) - 10.3) + 2.5 * debt + 0.5 * (job == "none") + 0.3 * (region == "east")
    return pd.DataFrame(dict(sex=sex, region=region, income=income, debt=debt, job=job,
                             default=(r.random(n) < 1 / (1 + np.exp(-eta))).astype(int)))


df = applications()
strata = df["sex"] + df["region"] + df["default"].astype(str)
train, test = train_test_split(df, test_size=0.4, stratify=strata, random_state=0)
train, val = train_test_split(train, test_size=0.3, stratify=strata[train.index], random_state=0)

num, cat = ["income", "debt"], ["job", "region"]
model = Pipeline([
    ("prep", ColumnTransformer([("n", StandardScaler(), num), ("c", OneHotEncoder(drop="first"), cat)])),
    ("lr", LogisticRegression()),
]).fit(train[num + cat], train["default"])

p_val = model.predict_proba(val[num + cat])[:, 1]
cut = np.quantile(p_val, 0.8)
test = test.assign(p=model.predict_proba(test[num + cat])[:, 1])
test["reject"] = (test["p"] >= cut).astype(int)


def slice_report(g):
    return pd.Series({
        "n": len(g),
        "base_rate": g["default"].mean(),
        "reject_rate": g["reject"].mean(),
        "tpr": recall_score(g["default"], g["reject"]),
        "fpr": 1 - recall_score(g["default"], g["reject"], pos_label=0),
        "auc": roc_auc_score(g["default"], g["p"]),
        "calib_gap": g["p"].mean() - g["default"].mean(),
    })


for key in ["sex", "region", ["sex", "region"]]:
    rep = test.groupby(key)[["default", "reject", "p"]].apply(slice_report)
    print(rep.round(3), "\n")
    print("largest gap in tpr:", round(rep["tpr"].max() - rep["tpr"].min(), 3), "\n")
