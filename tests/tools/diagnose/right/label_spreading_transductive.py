# Transductive semi-supervised learning: the features of the unlabelled points are part of the
# problem by definition; their labels (kept aside as `truth`) are only used to score.
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading

X, truth = load_digits(return_X_y=True)
X = X[:800] / 16
truth = truth[:800]

res = {"spreading": [], "labelled only": []}
for seed in range(5):
    rng = np.random.default_rng(seed)
    labelled = np.concatenate([rng.choice(np.flatnonzero(truth == d), 4, replace=False) for d in range(10)])
    hidden = np.setdiff1d(np.arange(len(X)), labelled)
    y = np.full(len(X), -1)
    y[labelled] = truth[labelled]

    ls = LabelSpreading(kernel="knn", n_neighbors=7, alpha=0.2, max_iter=60).fit(X, y)
    res["spreading"].append((ls.transduction_[hidden] == truth[hidden]).mean())

    lr = LogisticRegression(max_iter=1000).fit(X[labelled], truth[labelled])
    res["labelled only"].append(lr.score(X[hidden], truth[hidden]))

for k, v in res.items():
    print(f"{k:14s} {np.mean(v):.3f} (sd {np.std(v, ddof=1):.3f})")
