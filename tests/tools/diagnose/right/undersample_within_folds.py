# Random undersampling done by hand: only the training side of each fold is thinned out.
import numpy as np
from lightgbm import LGBMClassifier
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold

X, y = make_classification(n_samples=3000, n_features=16, n_informative=6, weights=[0.96], class_sep=0.9, random_state=40)


def undersample(X, y, ratio, rng):
    pos, neg = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    keep = rng.choice(neg, size=min(len(neg), int(ratio * len(pos))), replace=False)
    idx = rng.permutation(np.r_[pos, keep])
    return X[idx], y[idx], len(keep) / len(neg)


def undo_prior_shift(p, beta):
    """Bring probabilities learnt on thinned negatives back to the true base rate."""
    return beta * p / (beta * p + 1 - p)


rows = {"all rows": [], "undersampled": []}
for fold, (tr, va) in enumerate(StratifiedKFold(5, shuffle=True, random_state=40).split(X, y)):
    rng = np.random.default_rng(fold)
    for name in rows:
        if name == "all rows":
            Xf, yf, beta = X[tr], y[tr], 1.0
        else:
            Xf, yf, beta = undersample(X[tr], y[tr], ratio=4, rng=rng)
        m = LGBMClassifier(n_estimators=100, learning_rate=0.05, num_leaves=15, random_state=0, n_jobs=1, verbose=-1).fit(Xf, yf)
        p = undo_prior_shift(m.predict_proba(X[va])[:, 1], beta)
        rows[name].append((roc_auc_score(y[va], p), average_precision_score(y[va], p), brier_score_loss(y[va], p)))

print(f"{'':14s}    AUC     AP  Brier")
for name, r in rows.items():
    print(f"{name:14s}", "  ".join(f"{v:.3f}" for v in np.mean(r, axis=0)))
