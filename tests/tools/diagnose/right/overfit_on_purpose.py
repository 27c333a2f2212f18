"""Lecture demo: why the training score says nothing. The scores on the training part are shown on purpose."""
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

rng = np.random.RandomState(1)
X = rng.normal(size=(400, 30))
y = rng.randint(0, 2, size=400)          # pure noise: nothing can be learnt

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=1)
print("depth  train   test")
for depth in (1, 2, 4, 8, None):
    tree = DecisionTreeClassifier(max_depth=depth, random_state=1).fit(X_train, y_train)
    print(f"{str(depth):>5s}  {tree.score(X_train, y_train):.3f}  {tree.score(X_test, y_test):.3f}")
print("\nA full tree knows its own training rows by heart; on new rows it is a coin.")
