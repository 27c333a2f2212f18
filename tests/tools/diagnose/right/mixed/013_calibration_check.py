import numpy as np
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.datasets import make_classification
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

X, y = make_classification(
    n_samples=6000, n_features=20, n_informative=4, n_redundant=10, random_state=21
)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.4, stratify=y, random_state=21)

candidates = {
    "raw": GaussianNB(),
    "sigmoid": CalibratedClassifierCV(GaussianNB(), method="sigmoid", cv=5),
    "isotonic": CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=5),
}
for name, clf in candidates.items():
    p = clf.fit(X_tr, y_tr).predict_proba(X_te)[:, 1]
    frac, mean = calibration_curve(y_te, p, n_bins=10, strategy="quantile")
    ece = np.mean(np.abs(frac - mean))
    print(f"{name:9s} brier={brier_score_loss(y_te, p):.4f} logloss={log_loss(y_te, p):.4f} ece={ece:.4f}")
