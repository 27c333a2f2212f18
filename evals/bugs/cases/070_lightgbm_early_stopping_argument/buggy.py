import lightgbm as lgb
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv").drop(columns="customer_id")
for column in ("contract", "payment"):
    df[column] = df[column].astype("category")
train, test = train_test_split(df, test_size=0.2, random_state=0)
train, valid = train_test_split(train, test_size=0.2, random_state=0)


def parts(frame):
    return frame.drop(columns="churn"), frame["churn"]


model = lgb.LGBMClassifier(n_estimators=300, learning_rate=0.05, verbose=-1, n_jobs=1, random_state=0)
model.fit(*parts(train), eval_set=[parts(valid)], eval_metric="auc", early_stopping_rounds=25)
X_test, y_test = parts(test)
print("AUC", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))
