"""Split conformal intervals: train, calibration, test; coverage is counted once on the test."""
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.model_selection import train_test_split

ALPHA = 0.1
X, y = make_friedman1(n_samples=3000, noise=1.0, random_state=0)
rng = np.random.default_rng(0)
y = y + rng.normal(0, 1, len(y)) * (1 + X[:, 3] * 2)     # wider noise at one side

X_tr, X_tmp, y_tr, y_tmp = train_test_split(X, y, test_size=0.5, random_state=1)
X_cal, X_te, y_cal, y_te = train_test_split(X_tmp, y_tmp, test_size=0.5, random_state=1)

def conformal_quantile(scores, alpha):
    n = len(scores)
    k = int(np.ceil((n + 1) * (1 - alpha)))
    return np.sort(scores)[min(k, n) - 1]

mean = GradientBoostingRegressor(n_estimators=100, random_state=0).fit(X_tr, y_tr)
q = conformal_quantile(np.abs(y_cal - mean.predict(X_cal)), ALPHA)
lo, hi = mean.predict(X_te) - q, mean.predict(X_te) + q
print("absolute residual: coverage", ((y_te >= lo) & (y_te <= hi)).mean().round(3), "width", (hi - lo).mean().round(2))

low = GradientBoostingRegressor(loss="quantile", alpha=ALPHA / 2, n_estimators=100, random_state=0).fit(X_tr, y_tr)
up = GradientBoostingRegressor(loss="quantile", alpha=1 - ALPHA / 2, n_estimators=100, random_state=0).fit(X_tr, y_tr)
s = np.maximum(low.predict(X_cal) - y_cal, y_cal - up.predict(X_cal))
q = conformal_quantile(s, ALPHA)
lo, hi = low.predict(X_te) - q, up.predict(X_te) + q
print("conformalised quantiles: coverage", ((y_te >= lo) & (y_te <= hi)).mean().round(3), "width", (hi - lo).mean().round(2))
for name, m in (("quiet", X_te[:, 3] < .5), ("loud", X_te[:, 3] >= .5)):
    print(name, "coverage", ((y_te >= lo) & (y_te <= hi))[m].mean().round(3), "width", (hi - lo)[m].mean().round(2))
