"""Credit default model: one pipeline, stratified hold-out, ROC AUC and average precision."""
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector as sel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

df = pd.read_csv("loans.csv").drop(columns=["loan_id", "issued"])
y = df.pop("defaulted")

X_train, X_test, y_train, y_test = train_test_split(df, y, test_size=0.25, stratify=y, random_state=11)

numeric = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
categorical = make_pipeline(
    SimpleImputer(strategy="constant", fill_value="unknown"),
    OneHotEncoder(handle_unknown="ignore", min_frequency=10),
)
prep = ColumnTransformer(
    [("num", numeric, sel(dtype_include="number")), ("cat", categorical, sel(dtype_exclude="number"))]
)
clf = make_pipeline(prep, LogisticRegression(C=0.5, max_iter=1000, class_weight="balanced"))
clf.fit(X_train, y_train)

scores = clf.predict_proba(X_test)[:, 1]
print(f"AUC  {roc_auc_score(y_test, scores):.3f}")
print(f"AP   {average_precision_score(y_test, scores):.3f}  (prevalence {y_test.mean():.3f})")
