import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, train_test_split

df = pd.read_csv("survey.csv").drop_duplicates()
y = df.pop("buys")
X_train, X_test, y_train, y_test = train_test_split(df, y, test_size=0.3, random_state=3)

grid = GridSearchCV(
    RandomForestClassifier(n_estimators=40, random_state=0),
    {"max_depth": [None, 12]},
    cv=3,
)
grid.fit(X_train, y_train)
best = grid.best_estimator_
print("accuracy on the test rows:", best.score(X_test, y_test))
