import pandas as pd
from sklearn.ensemble import RandomForestClassifier

people = pd.read_csv("survey.csv").drop_duplicates().reset_index(drop=True)

test = people.sample(frac=0.3, random_state=42)
train = people.drop(test.index)
print(len(train), "training rows,", len(test), "test rows")

X_cols = [c for c in people.columns if c.startswith("q")]
rf = RandomForestClassifier(n_estimators=80, random_state=0)
rf.fit(train[X_cols], train["buys"])

acc = (rf.predict(test[X_cols]) == test["buys"]).mean()
print("test accuracy %.3f" % acc)
