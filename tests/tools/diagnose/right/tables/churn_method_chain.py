# one chain from the file to the frame, one pipeline from the frame to the score
import pandas as pd
from sklearn import set_config
from sklearn.compose import make_column_selector as sel, make_column_transformer
from sklearn.ensemble import VotingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, roc_auc_score
from sklearn.model_selection import train_test_split, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

set_config(transform_output="pandas")

df = (
    pd.read_csv("data/telco_churn.csv", na_values=[" "])
    .rename(columns=str.lower)
    .assign(
        totalcharges=lambda d: d["totalcharges"].fillna(0.0),
        churn=lambda d: d["churn"].eq("Yes").astype(int),
        charge_per_month=lambda d: d["totalcharges"] / d["tenure"].clip(lower=1),
        autopay=lambda d: d["paymentmethod"].isin(["Bank transfer", "Credit card"]).astype(int),
    )
    .drop(columns=["customerid"])
)
X_train, X_test, y_train, y_test = train_test_split(
    df.drop(columns="churn"), df["churn"], test_size=0.25, random_state=12, stratify=df["churn"])

text = ["gender", "contract", "internetservice", "paymentmethod"]
prep = make_column_transformer(
    (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), text),
    (StandardScaler(), sel(dtype_include="number")),
    verbose_feature_names_out=False)
vote = VotingClassifier([
    ("lr", LogisticRegression(C=0.5, max_iter=500)),
    ("hgb", HistGradientBoostingClassifier(max_depth=3, max_iter=60, random_state=0))], voting="soft")
pipe = make_pipeline(prep, vote)

cv = cross_validate(pipe, X_train, y_train, cv=5, scoring=["roc_auc", "average_precision", "neg_log_loss"])
print(pd.DataFrame(cv).filter(like="test_").agg(["mean", "std"]).round(3))
pipe.fit(X_train, y_train)
print("test AUC", round(roc_auc_score(y_test, pipe.predict_proba(X_test)[:, 1]), 3))
print(classification_report(y_test, pipe.predict(X_test), digits=3))
