import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedShuffleSplit, learning_curve, validation_curve
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

data = load_digits()
cv = StratifiedShuffleSplit(n_splits=4, test_size=0.25, random_state=31)

sizes, tr, va = learning_curve(
    KNeighborsClassifier(n_neighbors=3), data.data, data.target,
    train_sizes=np.linspace(0.1, 1.0, 5), cv=cv, shuffle=True, random_state=31,
)
print("n_train   train   valid")
for n, a, b in zip(sizes, tr.mean(axis=1), va.mean(axis=1)):
    print(f"{n:7d} {a:7.3f} {b:7.3f}")

depths = [2, 4, 6, 9, 13]
tr, va = validation_curve(DecisionTreeClassifier(random_state=0), data.data, data.target,
                          param_name="max_depth", param_range=depths, cv=cv)
print("\ndepth   train   valid")
for d, a, b in zip(depths, tr.mean(axis=1), va.mean(axis=1)):
    bar = "#" * int(40 * b)
    print(f"{d:5d} {a:7.3f} {b:7.3f} {bar}")
