# k nearest neighbours by hand; k is chosen on a validation part
import numpy as np
from sklearn.datasets import load_wine

def minmax_fit(A):
    lo = A.min(axis=0)
    return lo, A.max(axis=0) - lo

def knn_predict(X_ref, y_ref, X_new, k):
    d2 = (X_new ** 2).sum(1)[:, None] - 2 * X_new @ X_ref.T + (X_ref ** 2).sum(1)[None]
    nearest = np.argpartition(d2, k, axis=1)[:, :k]
    votes = y_ref[nearest]
    return np.array([np.bincount(v, minlength=3).argmax() for v in votes])

X, y = load_wine(return_X_y=True)
rng = np.random.default_rng(42)
order = rng.permutation(len(y))
tr, va, te = np.split(order, [int(.6 * len(y)), int(.8 * len(y))])

lo, span = minmax_fit(X[tr])
Z = (X - lo) / span
best_k, best_acc = None, -1
for k in (1, 3, 5, 7, 9, 15):
    acc = (knn_predict(Z[tr], y[tr], Z[va], k) == y[va]).mean()
    print(f"k={k:2d} validation accuracy {acc:.3f}")
    if acc > best_acc:
        best_k, best_acc = k, acc

fit_idx = np.concatenate([tr, va])
lo, span = minmax_fit(X[fit_idx])
Z = (X - lo) / span
print("k =", best_k, "test accuracy", (knn_predict(Z[fit_idx], y[fit_idx], Z[te], best_k) == y[te]).mean().round(3))
