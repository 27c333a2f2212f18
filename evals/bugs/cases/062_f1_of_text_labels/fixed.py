import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("churn.csv")
df["left"] = df["churn"].map({0: "no", 1: "yes"})
X = df[["tenure", "monthly", "support_calls"]]
X_train, X_test, y_train, y_test = train_test_split(X, df["left"], random_state=0, stratify=df["left"])
tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(X_train, y_train)
print("F1:", f1_score(y_test, tree.predict(X_test), pos_label="yes"))
