import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer
from sklearn.model_selection import BaseCrossValidator, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from scipy.stats import spearmanr


class PurgedWalkForward(BaseCrossValidator):
    """Expanding window; `gap` rows before each test block are left out,
    because their labels look that many rows ahead."""

    def __init__(self, n_splits=5, gap=5, min_train=200):
        self.n_splits, self.gap, self.min_train = n_splits, gap, min_train

    def get_n_splits(self, X=None, y=None, groups=None):
        return self.n_splits

    def split(self, X, y=None, groups=None):
        n = len(X)
        edges = np.linspace(self.min_train, n, self.n_splits + 1).astype(int)
        for a, b in zip(edges[:-1], edges[1:]):
            yield np.arange(0, a - self.gap), np.arange(a, b)


rng = np.random.default_rng(3)
n = 1200
mom = np.zeros(n)
for i in range(1, n):
    mom[i] = 0.97 * mom[i - 1] + rng.normal(0, 0.0012)
ret = pd.Series(mom + rng.normal(0, 0.01, n), index=pd.bdate_range("2018-01-01", periods=n))

H = 5
feat = pd.DataFrame({
    "r1": ret,
    "r5": ret.rolling(5).sum(),
    "r20": ret.rolling(20).sum(),
    "vol20": ret.rolling(20).std(),
})
label = ret.rolling(H).sum().shift(-H).rename("next_5d")
data = feat.join(label).dropna()

rank_ic = make_scorer(lambda y, p: spearmanr(y, p).statistic)
model = make_pipeline(StandardScaler(), Ridge(alpha=50.0))
cv = PurgedWalkForward(n_splits=6, gap=H)
ic = cross_val_score(model, data[feat.columns], data["next_5d"], cv=cv, scoring=rank_ic)
print("rank IC per block:", ic.round(3), " mean", ic.mean().round(3))
for k, (tr, te) in enumerate(cv.split(data)):
    print(k, data.index[tr[-1]].date(), "->", data.index[te[0]].date(), len(tr), len(te))
