import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_pinball_loss
from sklearn.model_selection import train_test_split

ALPHA = 0.1
rng = np.random.default_rng(0)
X, f = make_friedman1(6000, n_features=6, noise=0, random_state=0)
y = f + rng.normal(0, 0.5 + 2.0 * X[:, 0], len(f))

X_fit, X_rest, y_fit, y_rest = train_test_split(X, y, train_size=0.5, random_state=0)
X_cal, X_test, y_cal, y_test = train_test_split(X_rest, y_rest, train_size=0.4, random_state=0)


def quantile_model(q):
    return HistGradientBoostingRegressor(loss="quantile", quantile=q, max_iter=120, learning_rate=0.08, random_state=0)


lo, hi = (quantile_model(q).fit(X_fit, y_fit) for q in (ALPHA / 2, 1 - ALPHA / 2))
lo_t, hi_t = lo.predict(X_test), hi.predict(X_test)
print("pinball:", round(mean_pinball_loss(y_test, lo_t, alpha=ALPHA / 2), 3), round(mean_pinball_loss(y_test, hi_t, alpha=1 - ALPHA / 2), 3))

s = np.maximum(lo.predict(X_cal) - y_cal, y_cal - hi.predict(X_cal))
k = int(np.ceil((len(s) + 1) * (1 - ALPHA)))
margin = np.sort(s)[k - 1]


def coverage(a, b, mask=slice(None)):
    return np.mean((y_test[mask] >= a[mask]) & (y_test[mask] <= b[mask]))


print(f"plain quantiles: coverage {coverage(lo_t, hi_t):.3f}  width {np.mean(hi_t - lo_t):.2f}")
print(f"conformalised:   coverage {coverage(lo_t - margin, hi_t + margin):.3f}  width {np.mean(hi_t - lo_t + 2 * margin):.2f}")
for name, m in (("quiet", X_test[:, 0] < 0.3), ("loud", X_test[:, 0] > 0.7)):
    print(f"   {name}: {coverage(lo_t - margin, hi_t + margin, m):.3f}")
