import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv")
df = df[["tenure", "monthly", "age", "support_calls", "churn"]]
df = df.dropna()

X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="churn"), df["churn"], random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
print("accuracy", model.score(X_test, y_test))
