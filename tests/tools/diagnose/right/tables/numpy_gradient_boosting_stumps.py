"""Gradient boosting from scratch with stumps; the number of rounds from a validation set."""
import numpy as np
from sklearn.datasets import make_friedman2
from sklearn.model_selection import train_test_split

class Stump:
    def fit(self, X, r):
        best = np.inf
        for j in range(X.shape[1]):
            o = np.argsort(X[:, j])
            x, g = X[o, j], r[o]
            c = np.cumsum(g)
            n = np.arange(1, len(g))
            gain = c[:-1] ** 2 / n + (c[-1] - c[:-1]) ** 2 / (len(g) - n)
            gain[x[1:] == x[:-1]] = -np.inf
            k = gain.argmax()
            if -gain[k] < best:
                best = -gain[k]
                self.j, self.t = j, (x[k] + x[k + 1]) / 2
                self.l, self.r = c[k] / (k + 1), (c[-1] - c[k]) / (len(g) - k - 1)
        return self

    def predict(self, X):
        return np.where(X[:, self.j] <= self.t, self.l, self.r)

def boost(X, y, Xv, yv, rounds=400, eta=0.1, patience=30):
    base = y.mean()
    f, fv = np.full(len(y), base), np.full(len(yv), base)
    trees, best, best_round = [], np.inf, 0
    for m in range(rounds):
        s = Stump().fit(X, y - f)
        f += eta * s.predict(X)
        fv += eta * s.predict(Xv)
        trees.append(s)
        mse = ((yv - fv) ** 2).mean()
        if mse < best:
            best, best_round = mse, m + 1
        elif m + 1 - best_round >= patience:
            break
    return base, trees[:best_round], best

X, y = make_friedman2(n_samples=1500, noise=60, random_state=3)
X_tr, X_tmp, y_tr, y_tmp = train_test_split(X, y, test_size=0.4, random_state=3)
X_va, X_te, y_va, y_te = train_test_split(X_tmp, y_tmp, test_size=0.5, random_state=3)
base, trees, best = boost(X_tr, y_tr, X_va, y_va)
pred = base + 0.1 * sum(t.predict(X_te) for t in trees)
print("rounds", len(trees), "validation RMSE", round(best ** 0.5, 2))
print("test RMSE", np.sqrt(((y_te - pred) ** 2).mean()).round(2), "mean", np.sqrt(((y_te - y_tr.mean()) ** 2).mean()).round(2))
