import pandas as pd
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.tree import DecisionTreeClassifier

frame = pd.read_csv("churn.csv").fillna({"age": -1})
X = pd.get_dummies(frame.drop(columns=["customer_id", "churn"]))
y = frame["churn"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)

search = GridSearchCV(
    DecisionTreeClassifier(random_state=0),
    {"min_samples_leaf": [1, 2], "criterion": ["gini", "entropy"]},
    cv=5,
)
search.fit(X_train, y_train)
print("best parameters:", search.best_params_)

final = search.best_estimator_
final.fit(X_train, y_train)
print("final test accuracy:", round(final.score(X_test, y_test), 3))
