import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv").drop(columns="customer_id")
X = df.drop(columns="churn").astype({"contract": "category", "payment": "category"})
X_train, X_test, y_train, y_test = train_test_split(X, df["churn"], stratify=df["churn"], random_state=0)

hgb = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=80, random_state=0)
hgb.fit(X_train, y_train)
risk = hgb.predict_proba(X_test)[:, 0]
print("AUC on held-out customers:", round(roc_auc_score(y_test, risk), 3))
