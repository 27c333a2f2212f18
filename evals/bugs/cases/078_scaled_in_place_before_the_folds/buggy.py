import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import KFold

wine = load_wine()
Xs = wine.data.copy()
y = wine.target

view = Xs
view -= view.mean(axis=0)
view /= view.std(axis=0)

accuracies = []
for train, test in KFold(n_splits=5, shuffle=True, random_state=0).split(Xs):
    model = SGDClassifier(random_state=0)
    model.fit(Xs[train], y[train])
    accuracies.append(np.mean(model.predict(Xs[test]) == y[test]))
print("accuracy %.3f" % np.mean(accuracies))
