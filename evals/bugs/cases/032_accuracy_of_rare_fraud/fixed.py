"""Train the fraud detector and say how good it is."""

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def load():
    table = pd.read_csv("fraud.csv")
    return table.drop(columns="is_fraud"), table["is_fraud"]


X, y = load()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
detector = make_pipeline(StandardScaler(), LogisticRegression())
detector.fit(X_train, y_train)
quality = f1_score(y_test, detector.predict(X_test))
print(f"quality of the detector: {quality:.3f}")
