import pandas as pd
import xgboost as xgb
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv")
X = pd.get_dummies(df.drop(columns=["churn", "customer_id"]))
y = df["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=4)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, test_size=0.3, random_state=4)

model = xgb.XGBClassifier(
    n_estimators=400, learning_rate=0.05, max_depth=4, early_stopping_rounds=20, eval_metric="logloss", n_jobs=1
)
model.fit(X_train, y_train, eval_set=[(X_val, y_val)], verbose=False)
print("trees kept:", model.best_iteration + 1)
print("test log-loss:", round(log_loss(y_test, model.predict_proba(X_test)[:, 1]), 4))
