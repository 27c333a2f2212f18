import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv").drop(columns=["customer_id", "age"])
X = pd.get_dummies(df.drop(columns="churn"))
y = df["churn"]

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
forest = RandomForestClassifier(n_estimators=30, random_state=0)
forest.fit(X_train, y_train)
print("score to beat:", forest.predict_proba(X_test)[:, 1].std(), forest.score(X_test, y_test))
