import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder


def build():
    categories = ["contract", "payment"]
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
    columns = ColumnTransformer([("cats", encoder, categories)], remainder="passthrough")
    return Pipeline([("columns", columns), ("model", HistGradientBoostingClassifier(max_iter=40))])


frame = pd.read_csv("churn.csv")
y = frame.pop("churn")
result = cross_validate(build(), frame, y, cv=3, scoring=["roc_auc", "neg_brier_score"])
print({name: values.mean().round(3) for name, values in result.items() if name.startswith("test")})
