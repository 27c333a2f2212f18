"""Try many settings of a nearest-neighbour model and keep the best one."""

import itertools

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

df = pd.read_csv("genes.csv")
y = df.pop("label").to_numpy()
X = df.to_numpy()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.35, random_state=0)
X_fit, X_val, y_fit, y_val = train_test_split(X_train, y_train, test_size=0.35, random_state=0)

rng = np.random.default_rng(0)
subsets = [rng.choice(X.shape[1], 50, replace=False) for _ in range(30)]
best = (0.0, None, None)
for k, columns in itertools.product([1, 3, 5, 7], subsets):
    knn = KNeighborsClassifier(n_neighbors=k)
    knn.fit(X_fit[:, columns], y_fit)
    score = knn.score(X_val[:, columns], y_val)
    if score > best[0]:
        best = (score, k, columns)

_, k, columns = best
final = KNeighborsClassifier(n_neighbors=k).fit(X_train[:, columns], y_train)
print("chosen k:", k)
print(f"accuracy of the chosen model: {final.score(X_test[:, columns], y_test):.3f}")
