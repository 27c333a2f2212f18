"""A hand-made stack of a forest, a tree and a linear model."""

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("churn.csv").drop(columns=["customer_id", "age"])
X = pd.get_dummies(df.drop(columns="churn")).astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, df["churn"], test_size=0.4, random_state=0)

firsts = [
    DecisionTreeClassifier(random_state=0),
    RandomForestClassifier(n_estimators=50, random_state=0),
    make_pipeline(StandardScaler(), LogisticRegression()),
]
train_level, test_level = [], []
for model in firsts:
    model.fit(X_train, y_train)
    train_level.append(model.predict_proba(X_train)[:, 1])
    test_level.append(model.predict_proba(X_test)[:, 1])

top = LogisticRegression().fit(np.column_stack(train_level), y_train)
risk = top.predict_proba(np.column_stack(test_level))[:, 1]
print(f"test AUC of the stack: {roc_auc_score(y_test, risk):.3f}")
