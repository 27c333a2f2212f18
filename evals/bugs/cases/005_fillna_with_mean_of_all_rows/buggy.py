import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv")
df = df.drop(columns=["customer_id"])
df = pd.get_dummies(df, columns=["contract", "payment"])
missing = df["age"].isna()

fill = df["age"].mean()
df["age"] = df["age"].fillna(fill)

X = df.drop(columns=["churn"])
y = df["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

model = RandomForestClassifier(n_estimators=100, random_state=0)
model.fit(X_train, y_train)
print("accuracy", model.score(X_test, y_test))
