"""A CART classifier by hand (gini), depth picked by 5-fold CV on the training data."""
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from sklearn.datasets import load_iris, load_breast_cancer

@dataclass
class Node:
    value: int
    feature: int = -1
    threshold: float = 0.0
    left: Node | None = None
    right: Node | None = None

def gini_split(x, y, n_classes):
    order = np.argsort(x, kind="stable")
    xs, ys = x[order], y[order]
    onehot = np.eye(n_classes)[ys]
    left = onehot.cumsum(0)[:-1]
    right = onehot.sum(0) - left
    nl = np.arange(1, len(ys)); nr = len(ys) - nl
    g = nl * (1 - ((left / nl[:, None]) ** 2).sum(1)) + nr * (1 - ((right / nr[:, None]) ** 2).sum(1))
    g[xs[1:] == xs[:-1]] = np.inf
    i = int(g.argmin())
    return g[i] / len(ys), (xs[i] + xs[i + 1]) / 2

def build(X, y, depth, n_classes, min_leaf=4):
    node = Node(int(np.bincount(y, minlength=n_classes).argmax()))
    if depth == 0 or len(y) < 2 * min_leaf or len(np.unique(y)) == 1:
        return node
    best = min(((*gini_split(X[:, j], y, n_classes), j) for j in range(X.shape[1])), key=lambda t: t[0])
    score, thr, j = best
    if not np.isfinite(score):
        return node
    m = X[:, j] <= thr
    if m.all() or not m.any():
        return node
    node.feature, node.threshold = j, thr
    node.left = build(X[m], y[m], depth - 1, n_classes, min_leaf)
    node.right = build(X[~m], y[~m], depth - 1, n_classes, min_leaf)
    return node

def predict_one(node, row):
    while node.left is not None:
        node = node.left if row[node.feature] <= node.threshold else node.right
    return node.value

def predict(node, X):
    return np.array([predict_one(node, r) for r in X])

for loader in (load_iris, load_breast_cancer):
    X, y = loader(return_X_y=True)
    k = y.max() + 1
    rng = np.random.default_rng(0)
    idx = rng.permutation(len(y))
    test, train = idx[: len(y) // 4], idx[len(y) // 4:]
    folds = np.array_split(train, 5)
    cv = {}
    for depth in (1, 2, 3, 4, 6):
        accs = []
        for f in range(5):
            fit = np.concatenate([folds[g] for g in range(5) if g != f])
            tree = build(X[fit], y[fit], depth, k)
            accs.append((predict(tree, X[folds[f]]) == y[folds[f]]).mean())
        cv[depth] = np.mean(accs)
    depth = max(cv, key=cv.get)
    tree = build(X[train], y[train], depth, k)
    print(loader.__name__, {d: round(float(a), 3) for d, a in cv.items()}, "depth", depth,
          "test", (predict(tree, X[test]) == y[test]).mean().round(3))
