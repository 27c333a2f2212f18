"""Who buys? Answers to a survey, one row a person."""

import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier


class BuyerModel:
    def __init__(self, path):
        self.table = pd.read_csv(path)
        self.tree = DecisionTreeClassifier(random_state=0)

    def split(self):
        questions = self.table.filter(like="q")
        return train_test_split(questions, self.table["buys"], test_size=0.25, random_state=5)

    def run(self):
        X_train, X_test, y_train, y_test = self.split()
        self.tree.fit(X_train, y_train)
        return self.tree.score(X_test, y_test)


model = BuyerModel("survey.csv")
print(f"test accuracy {model.run():.3f} on {len(model.table)} rows")
