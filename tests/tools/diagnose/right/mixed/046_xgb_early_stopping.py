import pandas as pd
import xgboost as xgb
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

churn = pd.read_csv("churn.csv").drop(columns="customer_id")
for c in ("plan", "region", "signup_channel"):
    churn[c] = churn[c].astype("category")
X, y = churn.drop(columns="churned"), churn["churned"]

X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=3)
X_train, X_valid, y_train, y_valid = train_test_split(X_tmp, y_tmp, test_size=0.2, stratify=y_tmp, random_state=3)

model = xgb.XGBClassifier(
    n_estimators=1000, learning_rate=0.05, max_depth=3, subsample=0.8, colsample_bytree=0.8,
    enable_categorical=True, tree_method="hist", eval_metric="logloss",
    early_stopping_rounds=30, random_state=3, n_jobs=1,
)
model.fit(X_train, y_train, eval_set=[(X_valid, y_valid)], verbose=False)
print("trees kept:", model.best_iteration + 1)

p = model.predict_proba(X_test)[:, 1]
print("test log loss %.3f, AUC %.3f" % (log_loss(y_test, p), roc_auc_score(y_test, p)))
