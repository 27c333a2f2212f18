import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import RobustScaler


class ChurnData:
    columns = ["tenure", "monthly", "support_calls"]

    def __init__(self, path, seed=0):
        self.frame = pd.read_csv(path)
        self.seed = seed
        train, _ = train_test_split(self.frame, test_size=0.25, random_state=seed)
        self.scaler = RobustScaler().fit(train[self.columns])

    def split(self):
        X = self.scaler.transform(self.frame[self.columns])
        return train_test_split(X, self.frame["churn"], test_size=0.25, random_state=self.seed)


data = ChurnData("churn.csv")
X_train, X_test, y_train, y_test = data.split()
clf = LogisticRegression().fit(X_train, y_train)
print("accuracy", clf.score(X_test, y_test))
