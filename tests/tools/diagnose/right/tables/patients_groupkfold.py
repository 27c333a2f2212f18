"""Diabetes risk; a patient has several visits, so all splits are by patient."""
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import KNNImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, recall_score
from sklearn.model_selection import GridSearchCV, GroupKFold, GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

data = pd.read_csv("data/patients.csv")
groups = data["patient_id"].to_numpy()
y = data["diagnosis"].to_numpy()
X = data.drop(columns=["patient_id", "visit", "diagnosis"])

outer = GroupShuffleSplit(n_splits=1, test_size=0.25, random_state=3)
tr, te = next(outer.split(X, y, groups))
assert not set(groups[tr]) & set(groups[te])

numeric = ["age", "bmi", "glucose", "bp_sys", "hba1c"]
prep = make_column_transformer(
    (make_pipeline(StandardScaler(), KNNImputer(n_neighbors=7)), numeric),
    (OneHotEncoder(handle_unknown="ignore"), ["smoker"]),
)
pipe = make_pipeline(prep, LogisticRegression(max_iter=500))
search = GridSearchCV(pipe, {"logisticregression__C": [0.01, 0.1, 1, 10]},
                      cv=GroupKFold(n_splits=5), scoring="roc_auc")
search.fit(X.iloc[tr], y[tr], groups=groups[tr])
print("cv auc", round(search.best_score_, 3), search.best_params_)

p = search.predict_proba(X.iloc[te])[:, 1]
print("held-out patients auc", round(roc_auc_score(y[te], p), 3))
print("sensitivity at .5", round(recall_score(y[te], p >= 0.5), 3))
coefs = search.best_estimator_[-1].coef_[0][: len(numeric)]
for n_, c in sorted(zip(numeric, coefs), key=lambda t: -abs(t[1])):
    print(f"{n_:10s} {c:+.2f}")
