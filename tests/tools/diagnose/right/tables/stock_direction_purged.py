"""Direction of the next five days: a purged walk-forward, because neighbouring labels overlap."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

H = 5
rng = np.random.default_rng(30)
n = 1800
drift = np.zeros(n)
for t in range(1, n):
    drift[t] = 0.97 * drift[t - 1] + rng.normal(0, 0.0008)
price = pd.Series(100 * np.exp(np.cumsum(drift + rng.normal(0, 0.01, n))), index=pd.bdate_range("2015-01-01", periods=n))

ret = np.log(price).diff()
X = pd.DataFrame({
    "r1": ret, "r5": ret.rolling(5).sum(), "r20": ret.rolling(20).sum(), "r60": ret.rolling(60).sum(),
    "vol20": ret.rolling(20).std(), "ma_gap": np.log(price / price.rolling(50).mean())})
future = np.log(price.shift(-H) / price)
ok = X.notna().all(axis=1) & future.notna()
X, y = X[ok], (future[ok] > 0).astype(int)

def purged_splits(n, first=600, step=100, gap=H):
    for start in range(first, n - step + 1, step):
        yield np.arange(0, start - gap), np.arange(start, start + step)

p = pd.Series(np.nan, index=y.index)
base = p.copy()
for tr, te in purged_splits(len(y)):
    m = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X.iloc[tr], y.iloc[tr])
    p.iloc[te] = m.predict_proba(X.iloc[te])[:, 1]
    base.iloc[te] = y.iloc[tr].mean()
done = p.notna()
print("days scored", done.sum(), "up share", y[done].mean().round(3))
print("AUC", round(roc_auc_score(y[done], p[done]), 3), "log loss", round(log_loss(y[done], p[done]), 4), "base", round(log_loss(y[done], base[done]), 4))
print(pd.DataFrame({"y": y[done], "p": p[done]}).groupby(y[done].index.year)[["y", "p"]].mean().round(3))
