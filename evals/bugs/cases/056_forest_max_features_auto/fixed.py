import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

PARAMS = {
    "n_estimators": 60,
    "min_samples_leaf": 3,
    "max_features": "sqrt",
    "random_state": 1,
}


def run(path):
    df = pd.read_csv(path).drop(columns=["customer_id", "age"])
    X = pd.get_dummies(df.drop(columns="churn"))
    X_train, X_test, y_train, y_test = train_test_split(X, df["churn"], random_state=1, stratify=df["churn"])
    forest = RandomForestClassifier(**PARAMS)
    forest.fit(X_train, y_train)
    return roc_auc_score(y_test, forest.predict_proba(X_test)[:, 1])


print(run("churn.csv"))
