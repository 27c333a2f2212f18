"""Numbers and categories through a ColumnTransformer, scored by cross-validation."""
# data: churn
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMERIC = ["tenure", "monthly", "support_calls", "age", "total_charges"]
CATEGORIC = ["contract", "payment"]


def make_model():
    numbers = Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())])
    columns = ColumnTransformer(
        [("numbers", numbers, NUMERIC), ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIC)]
    )
    return Pipeline([("columns", columns), ("model", LogisticRegression(max_iter=1000))])


if __name__ == "__main__":
    table = pd.read_csv("churn.csv")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(make_model(), table[NUMERIC + CATEGORIC], table["churn"], cv=folds, scoring="roc_auc")
    print(f"AUC {scores.mean():.3f} (spread {scores.std():.3f})")
