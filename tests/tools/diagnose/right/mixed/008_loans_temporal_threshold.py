"""
Default prediction. Three blocks in time: fit on the oldest loans, choose the
decision threshold on the middle block, report once on the newest block.
"""
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve, precision_score, recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CONFIG = {
    "train_frac": 0.6,
    "valid_frac": 0.2,
    "beta": 2.0,
}

loans = pd.read_csv("loans.csv", parse_dates=["issue_date"]).sort_values("issue_date", kind="stable")
loans["amount_to_income"] = loans["amount"] / loans["income"]
loans[["income", "amount"]] = np.log(loans[["income", "amount"]])

n = len(loans)
a = int(n * CONFIG["train_frac"])
b = a + int(n * CONFIG["valid_frac"])
train, valid, test = loans.iloc[:a], loans.iloc[a:b], loans.iloc[b:]

num = ["income", "amount", "amount_to_income", "term", "credit_score", "years_employed"]
prep = ColumnTransformer([
    ("num", make_pipeline(SimpleImputer(), StandardScaler()), num),
    ("cat", OneHotEncoder(handle_unknown="ignore"), ["purpose"]),
])
model = make_pipeline(prep, LogisticRegression(max_iter=1000))
model.fit(train, train["default"])

p_valid = model.predict_proba(valid)[:, 1]
prec, rec, thr = precision_recall_curve(valid["default"], p_valid)
b2 = CONFIG["beta"] ** 2
fbeta = (1 + b2) * prec * rec / np.maximum(b2 * prec + rec, 1e-12)
cut = thr[np.argmax(fbeta[:-1])]
print(f"threshold from validation: {cut:.4f}")

p_test = model.predict_proba(test)[:, 1]
flag = p_test >= cut
print(f"AP {average_precision_score(test['default'], p_test):.3f} (base rate {test['default'].mean():.3f})")
print(f"precision {precision_score(test['default'], flag):.3f}  recall {recall_score(test['default'], flag):.3f}")
