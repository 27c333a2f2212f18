"""The library's own stacking makes its inner predictions by cross-validation."""
# data: churn
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

churn = pd.read_csv("churn.csv").drop(columns=["customer_id", "age"])
X = pd.get_dummies(churn.drop(columns="churn"))
X_train, X_test, y_train, y_test = train_test_split(X, churn["churn"], random_state=0, stratify=churn["churn"])
stack = StackingClassifier(
    [
        ("forest", RandomForestClassifier(n_estimators=40, random_state=0)),
        ("linear", make_pipeline(StandardScaler(), LogisticRegression())),
    ],
    final_estimator=LogisticRegression(),
    cv=4,
)
stack.fit(X_train, y_train)
print("AUC:", roc_auc_score(y_test, stack.predict_proba(X_test)[:, 1]))
