import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

digits = load_digits()
order = np.argsort(digits.target, kind="stable")  # as the folders 0/, 1/, ... 9/ are read
images, numbers = digits.data[order], digits.target[order]

X_train, X_test, y_train, y_test = train_test_split(images, numbers, test_size=0.2, shuffle=False)
svc = SVC().fit(X_train, y_train)
print("test accuracy:", round(svc.score(X_test, y_test), 3))
