"""Two models on repeated folds, compared by the corrected resampled t test of Nadeau and Bengio."""
import numpy as np
from scipy import stats
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)
K, R = 5, 4
cv = RepeatedStratifiedKFold(n_splits=K, n_repeats=R, random_state=0)
a = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)), X, y, cv=cv, scoring="roc_auc")
b = cross_val_score(RandomForestClassifier(80, random_state=0), X, y, cv=cv, scoring="roc_auc")
d = a - b
n_test = len(y) / K
n_train = len(y) - n_test
se = np.sqrt(d.var(ddof=1) * (1 / (K * R) + n_test / n_train))
t = d.mean() / se
p = 2 * stats.t.sf(abs(t), K * R - 1)
half = stats.t.ppf(0.975, K * R - 1) * se
print(f"logistic {a.mean():.4f}, forest {b.mean():.4f}")
print(f"difference {d.mean():+.4f} [{d.mean() - half:+.4f}, {d.mean() + half:+.4f}], t={t:.2f}, p={p:.3f}")
