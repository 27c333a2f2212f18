"""Which of two moods does a stretch of signal show? Windows of fifty values, one every second value."""

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(12)
signal = np.cumsum(rng.normal(size=4000)) * 0.2 + 0.1 * rng.normal(size=4000)
mood = np.repeat(rng.integers(0, 2, 20), 200)  # has nothing to do with the signal

starts = np.arange(0, 3950, 2)
windows = np.stack([signal[start : start + 50] for start in starts])
labels = mood[starts + 25]

X_train, X_test, y_train, y_test = train_test_split(windows, labels, test_size=0.25, random_state=0)
knn = KNeighborsClassifier(n_neighbors=1).fit(X_train, y_train)
print("test accuracy", round(knn.score(X_test, y_test), 3))
