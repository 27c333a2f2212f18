import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

fraud = pd.read_csv("fraud.csv")
X = fraud.drop(columns="is_fraud")
y = fraud["is_fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=9)
X_train, X_val, y_train, y_val = train_test_split(X_train, y_train, test_size=0.4, stratify=y_train, random_state=9)

clf = LogisticRegression(max_iter=5000).fit(X_train, y_train)

thresholds = np.linspace(0.02, 0.9, 45)
p = clf.predict_proba(X_val)[:, 1]
f1 = [f1_score(y_val, p > t) for t in thresholds]
best_t = thresholds[int(np.argmax(f1))]
print(f"best threshold {best_t:.2f}")
print(f"test F1 {f1_score(y_test, clf.predict_proba(X_test)[:, 1] > best_t):.3f}")
