"""The threshold comes from inner folds; the test part only sees the result."""
# data: fraud
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

fraud = pd.read_csv("fraud.csv")
y = fraud.pop("is_fraud")
X_train, X_test, y_train, y_test = train_test_split(fraud, y, stratify=y, random_state=0)
base = make_pipeline(StandardScaler(), LogisticRegression())
tuned = TunedThresholdClassifierCV(base, scoring="f1", cv=4, random_state=0).fit(X_train, y_train)
print("threshold", round(tuned.best_threshold_, 3))
print(classification_report(y_test, tuned.predict(X_test)))
