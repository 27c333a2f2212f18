"""Nadeau & Bengio's corrected resampled t-test for two classifiers on the same repeated folds."""
import numpy as np
from scipy import stats
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def corrected_t(d, test_frac):
    n = len(d)
    var = np.var(d, ddof=1) * (1 / n + test_frac / (1 - test_frac))
    t = np.mean(d) / np.sqrt(var)
    return t, 2 * stats.t.sf(abs(t), n - 1)


X, y = load_breast_cancer(return_X_y=True)
k, repeats = 5, 3
cv = RepeatedStratifiedKFold(n_splits=k, n_repeats=repeats, random_state=36851234)

a = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression(C=0.5)), X, y, cv=cv, scoring="neg_log_loss")
b = cross_val_score(HistGradientBoostingClassifier(max_iter=60, learning_rate=0.1, random_state=0), X, y, cv=cv, scoring="neg_log_loss")

d = a - b
t_naive = stats.ttest_rel(a, b)
t, p = corrected_t(d, 1 / k)
print(f"logistic {-a.mean():.4f}  boosting {-b.mean():.4f}  difference {d.mean():+.4f}")
print(f"naive paired t: p={t_naive.pvalue:.4g}")
print(f"corrected t={t:.2f} p={p:.4g}")
rng = np.random.default_rng(0)
rope = 0.01
post = stats.t.rvs(k * repeats - 1, loc=d.mean(), scale=np.sqrt(np.var(d, ddof=1) * (1 / len(d) + 1 / (k - 1))), size=20000, random_state=rng)
print(f"P(logistic better) {np.mean(post > rope):.2f}  P(equal) {np.mean(np.abs(post) <= rope):.2f}  P(boosting better) {np.mean(post < -rope):.2f}")
