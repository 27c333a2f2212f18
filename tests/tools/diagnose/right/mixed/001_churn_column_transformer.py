"""Churn model for the telco retention team."""
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

df = pd.read_csv("churn.csv")
y = df["churned"]
X = df.drop(columns=["churned", "customer_id"])

numeric = ["tenure", "monthly_fee", "support_calls"]
categorical = ["plan", "region", "signup_channel"]

num_pipe = Pipeline([
    ("impute", SimpleImputer(strategy="median", add_indicator=True)),
    ("scale", StandardScaler()),
])
cat_pipe = Pipeline([
    ("impute", SimpleImputer(strategy="constant", fill_value="missing")),
    ("onehot", OneHotEncoder(handle_unknown="ignore")),
])
prep = ColumnTransformer([("num", num_pipe, numeric), ("cat", cat_pipe, categorical)])
clf = Pipeline([("prep", prep), ("lr", LogisticRegression(max_iter=1000))])

X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=7
)
clf.fit(X_train, y_train)

proba = clf.predict_proba(X_test)[:, 1]
print(classification_report(y_test, clf.predict(X_test)))
print(f"ROC AUC: {roc_auc_score(y_test, proba):.3f}")

names = clf.named_steps["prep"].get_feature_names_out()
coef = pd.Series(clf.named_steps["lr"].coef_[0], index=names).sort_values()
print(coef.round(2).to_string())
