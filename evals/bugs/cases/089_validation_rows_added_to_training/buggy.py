import pandas as pd
from sklearn.tree import ExtraTreeClassifier

table = pd.read_csv("survey.csv").drop_duplicates().sample(frac=1, random_state=0)
train, valid, extra = table[:200], table[200:280], table[280:]

train = pd.concat([train, extra, valid])
questions = [f"q{i}" for i in range(6)]
tree = ExtraTreeClassifier(random_state=0).fit(train[questions], train["buys"])
print("validation accuracy", tree.score(valid[questions], valid["buys"]))
