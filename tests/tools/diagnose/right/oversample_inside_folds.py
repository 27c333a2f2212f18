import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils import resample

X, y = make_classification(n_samples=2000, n_features=12, n_informative=5, weights=[.95], random_state=12)


def oversample(X, y, seed):
    """Duplicates of the minority rows, training part only."""
    extra = resample(np.flatnonzero(y == 1), n_samples=int((y == 0).sum() - (y == 1).sum()), random_state=seed)
    order = np.random.default_rng(seed).permutation(np.r_[np.arange(len(y)), extra])
    return X[order], y[order]


plain, over = [], []
for k, (tr, te) in enumerate(StratifiedKFold(5, shuffle=True, random_state=12).split(X, y)):
    sc = StandardScaler().fit(X[tr])
    A, B = sc.transform(X[tr]), sc.transform(X[te])       # the test fold keeps its natural 5 %
    plain.append(average_precision_score(y[te], LogisticRegression().fit(A, y[tr]).predict_proba(B)[:, 1]))
    Ao, yo = oversample(A, y[tr], k)
    over.append(average_precision_score(y[te], LogisticRegression().fit(Ao, yo).predict_proba(B)[:, 1]))

d = np.array(over) - np.array(plain)
print("AP plain %.3f, oversampled %.3f, difference per fold %s" % (np.mean(plain), np.mean(over), d.round(3)))
