import numpy as np
from sklearn.datasets import load_wine
from sklearn.neighbors import KNeighborsClassifier

X, y = load_wine(return_X_y=True)
rng = np.random.default_rng(5)
order = rng.permutation(len(X))
X, y = X[order], y[order]

n_train = int(0.6 * len(X))
n_val = int(0.2 * len(X))
parts = {
    "train": slice(0, n_train),
    "val": slice(n_train, n_train + n_val),
    "test": slice(n_train + n_val, None),
}

mu = X[parts["train"]].mean(axis=0)
sd = X[parts["train"]].std(axis=0)
Z = (X - mu) / sd  # statistics of the training rows, applied to everything

best_k, best_acc = None, -1.0
for k in range(1, 26, 2):
    knn = KNeighborsClassifier(n_neighbors=k).fit(Z[parts["train"]], y[parts["train"]])
    acc = knn.score(Z[parts["val"]], y[parts["val"]])
    if acc > best_acc:
        best_k, best_acc = k, acc
print(f"chosen k={best_k}, validation accuracy {best_acc:.3f}")

knn = KNeighborsClassifier(n_neighbors=best_k).fit(Z[parts["train"]], y[parts["train"]])
print(f"test accuracy {knn.score(Z[parts['test']], y[parts['test']]):.3f}")
