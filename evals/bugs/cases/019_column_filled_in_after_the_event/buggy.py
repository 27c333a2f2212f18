"""Will a loan be paid back? Score applications at the counter."""

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

loans = pd.read_csv("loans.csv")
target = loans["default"]
features = loans.drop(columns=["loan_id", "default"])

encode = make_column_transformer((OrdinalEncoder(), ["grade"]), remainder="passthrough")
model = make_pipeline(encode, HistGradientBoostingClassifier(random_state=0, max_iter=60))
auc = cross_val_score(model, features, target, cv=5, scoring="roc_auc")
print(f"AUC {auc.mean():.3f} +- {auc.std():.3f}")
