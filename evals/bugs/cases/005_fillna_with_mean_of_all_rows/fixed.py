import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv")
df = df.drop(columns=["customer_id"])
df = pd.get_dummies(df, columns=["contract", "payment"])
missing = df["age"].isna()

X = df.drop(columns=["churn"])
y = df["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
fill = X_train["age"].mean()
X_train = X_train.fillna({"age": fill})
X_test = X_test.fillna({"age": fill})

model = RandomForestClassifier(n_estimators=100, random_state=0)
model.fit(X_train, y_train)
print("accuracy", model.score(X_test, y_test))
