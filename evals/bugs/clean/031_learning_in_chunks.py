"""Scaler and model both learn chunk by chunk, from training rows only."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

X, y = make_classification(4000, 20, n_informative=8, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
scaler, model = StandardScaler(), SGDClassifier(random_state=0)
for rows in np.array_split(np.arange(len(X_train)), 10):
    scaler.partial_fit(X_train[rows])
for rows in np.array_split(np.arange(len(X_train)), 10):
    model.partial_fit(scaler.transform(X_train[rows]), y_train[rows], classes=[0, 1])
print("accuracy:", model.score(scaler.transform(X_test), y_test))
