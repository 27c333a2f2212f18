"""Training on 1:1 undersampled rows, probabilities put back to the true prior."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss
from sklearn.model_selection import train_test_split


def undersample(X, y, rng):
    pos = np.flatnonzero(y == 1)
    neg = rng.choice(np.flatnonzero(y == 0), size=len(pos), replace=False)
    keep = rng.permutation(np.r_[pos, neg])
    return X[keep], y[keep], len(neg) / (y == 0).sum()


def correct(p, beta):
    return beta * p / (beta * p - p + 1)


X, y = make_classification(20000, 15, n_informative=7, weights=[0.97], flip_y=0.01, random_state=2)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=2)

Xs, ys, beta = undersample(X_train, y_train, np.random.default_rng(0))
small = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.06, random_state=0).fit(Xs, ys)
full = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.06, random_state=0).fit(X_train, y_train)

raw = small.predict_proba(X_test)[:, 1]
for name, p in [("undersampled, raw", raw), ("undersampled, corrected", correct(raw, beta)), ("all rows", full.predict_proba(X_test)[:, 1])]:
    print(f"{name:24s} mean p {p.mean():.4f} (true {y_test.mean():.4f})  AP {average_precision_score(y_test, p):.3f}"
          f"  Brier {brier_score_loss(y_test, p):.4f}  log-loss {log_loss(y_test, p):.4f}")
print(f"rows used: {len(ys)} instead of {len(y_train)}; beta = {beta:.4f}")
