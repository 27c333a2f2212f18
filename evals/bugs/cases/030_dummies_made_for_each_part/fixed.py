import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("churn.csv").drop(columns=["customer_id", "age"])
train = df.iloc[:1000]
test = df.iloc[1000:]
test = test[test["contract"] != "two years"]

X_train = pd.get_dummies(train.drop(columns="churn"))
X_test = pd.get_dummies(test.drop(columns="churn")).reindex(columns=X_train.columns, fill_value=False)

model = LogisticRegression(max_iter=5000)
model.fit(X_train, train["churn"])
print("accuracy", model.score(X_test, test["churn"]))
