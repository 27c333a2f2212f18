# Prequential ("test, then train") evaluation of online learners on a stream with a drift.
# There is no separate test set: each block is predicted before it is learnt.
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import GaussianNB

rng = np.random.default_rng(5)
n, block = 4000, 100
X = rng.normal(size=(n, 8))
w1, w2 = rng.normal(size=8), rng.normal(size=8)
w = np.where((np.arange(n) < n // 2)[:, None], w1, w2)
y = ((X * w).sum(1) + rng.normal(scale=0.5, size=n) > 0).astype(int)

sgd = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.05, random_state=0)
nb = GaussianNB()
acc = {"sgd": [], "nb": []}
for start in range(0, n, block):
    xb, yb = X[start:start + block], y[start:start + block]
    if start:
        acc["sgd"].append(sgd.score(xb, yb))
        acc["nb"].append(nb.score(xb, yb))
    sgd.partial_fit(xb, yb, classes=[0, 1])
    nb.partial_fit(xb, yb, classes=[0, 1])

half = len(acc["sgd"]) // 2
for k, v in acc.items():
    print(f"{k}: before the drift {np.mean(v[:half]):.3f}, ten blocks after {np.mean(v[half + 1:half + 11]):.3f}, at the end {np.mean(v[-5:]):.3f}")
