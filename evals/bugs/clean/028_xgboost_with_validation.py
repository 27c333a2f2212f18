"""Early stopping watches a validation part; the test part is for the end."""
# needs: sklearn, xgboost
# data: churn
import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

churn = pd.read_csv("churn.csv").drop(columns="customer_id")
X = pd.get_dummies(churn.drop(columns="churn"))
X_rest, X_test, y_rest, y_test = train_test_split(X, churn["churn"], test_size=0.2, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.2, random_state=0)
model = xgb.XGBClassifier(
    n_estimators=300, learning_rate=0.05, early_stopping_rounds=15, eval_metric="auc", n_jobs=1, random_state=0
)
model.fit(X_train, y_train, eval_set=[(X_val, y_val)], verbose=False)
print("AUC:", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
