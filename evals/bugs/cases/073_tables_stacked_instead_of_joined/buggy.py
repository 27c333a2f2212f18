import pandas as pd
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

iris = load_iris(as_frame=True)
sepals = iris.data.filter(like="sepal")
petals = iris.data.filter(like="petal")

X = pd.concat([sepals, petals]).fillna(0).iloc[: len(iris.target)]
X_train, X_test, y_train, y_test = train_test_split(X, iris.target, random_state=1, test_size=0.4)
rf = RandomForestClassifier(n_estimators=50, random_state=0).fit(X_train, y_train)
print("accuracy", round(rf.score(X_test, y_test), 3))
