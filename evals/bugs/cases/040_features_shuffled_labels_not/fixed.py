import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(0)
X, y = load_digits(return_X_y=True)
X = X / 16.0

order = rng.permutation(len(X))
X, y = X[order], y[order]
cut = int(0.75 * len(X))
X_train, X_test = X[:cut], X[cut:]
y_train, y_test = y[:cut], y[cut:]

clf = LogisticRegression(max_iter=300)
clf.fit(X_train, y_train)
print("test accuracy:", round(clf.score(X_test, y_test), 3))
