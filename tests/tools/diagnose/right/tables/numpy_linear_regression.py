"""Linear regression from scratch: normal equations against gradient descent, on the diabetes data."""
import numpy as np
from sklearn.datasets import load_diabetes

rng = np.random.default_rng(0)
X, y = load_diabetes(return_X_y=True, scaled=False)
perm = rng.permutation(len(X))
cut = int(0.8 * len(X))
tr, te = perm[:cut], perm[cut:]

mu, sd = X[tr].mean(axis=0), X[tr].std(axis=0)
Z = (X - mu) / sd
A_tr = np.c_[np.ones(len(tr)), Z[tr]]
A_te = np.c_[np.ones(len(te)), Z[te]]

w_closed, *_ = np.linalg.lstsq(A_tr, y[tr], rcond=None)

w = np.zeros(A_tr.shape[1])
lr = 0.1
losses = []
for step in range(3000):
    err = A_tr @ w - y[tr]
    grad = 2 * A_tr.T @ err / len(tr)
    w -= lr * grad
    losses.append((err ** 2).mean())

def r2(y, p):
    return 1 - ((y - p) ** 2).sum() / ((y - y.mean()) ** 2).sum()

print("loss first/last", round(losses[0], 1), round(losses[-1], 1))
print("closed form  test R2", round(r2(y[te], A_te @ w_closed), 4))
print("descent      test R2", round(r2(y[te], A_te @ w), 4))
print("largest coefficient difference", np.abs(w - w_closed).max().round(4))
