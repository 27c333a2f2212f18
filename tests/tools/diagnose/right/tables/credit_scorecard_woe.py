"""A scorecard: bins and weights of evidence learned on the training loans, points, KS and Gini out of time."""
import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

class WoE:
    def __init__(self, bins=5):
        self.bins = bins

    def fit(self, x, y):
        edges = np.unique(np.nanquantile(x, np.linspace(0, 1, self.bins + 1)))
        edges[0], edges[-1] = -np.inf, np.inf
        self.edges = edges
        b = self._bin(x)
        bad, good = y.sum(), (1 - y).sum()
        self.table, self.iv = {}, 0.0
        for k in np.unique(b):
            pb = (y[b == k].sum() + 0.5) / bad
            pg = ((1 - y[b == k]).sum() + 0.5) / good
            self.table[k] = np.log(pg / pb)
            self.iv += (pg - pb) * self.table[k]
        return self

    def _bin(self, x):
        b = np.digitize(x, self.edges[1:-1])
        return np.where(np.isnan(x), -1, b)

    def transform(self, x):
        return np.array([self.table.get(k, 0.0) for k in self._bin(x)])

loans = pd.read_csv("data/loans.csv", parse_dates=["issue_d"]).sort_values("issue_d")
loans["lti"] = loans["loan_amnt"] / loans["annual_inc"]
cut = loans["issue_d"].quantile(0.7)
train, test = loans[loans.issue_d <= cut], loans[loans.issue_d > cut]
cols = ["int_rate", "dti", "fico", "lti", "annual_inc"]
y_tr, y_te = train["default"].to_numpy(), test["default"].to_numpy()

encoders = {c: WoE().fit(train[c].to_numpy(), y_tr) for c in cols}
for c, e in encoders.items():
    print(f"{c:12s} IV {e.iv:.3f}")
used = [c for c in cols if encoders[c].iv > 0.02]
A_tr = np.column_stack([encoders[c].transform(train[c].to_numpy()) for c in used])
A_te = np.column_stack([encoders[c].transform(test[c].to_numpy()) for c in used])
lr = LogisticRegression(C=10).fit(A_tr, y_tr)

PDO, BASE, ODDS = 20, 600, 30
factor = PDO / np.log(2)
score = BASE - factor * np.log(ODDS) - factor * lr.decision_function(A_te)
p = lr.predict_proba(A_te)[:, 1]
print("out-of-time Gini", round(2 * roc_auc_score(y_te, p) - 1, 3), "KS", round(ks_2samp(score[y_te == 1], score[y_te == 0]).statistic, 3))
print(pd.DataFrame({"score": pd.cut(score, 6), "bad": y_te}).groupby("score", observed=True)["bad"].agg(["size", "mean"]).round(3))
