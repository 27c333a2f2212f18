"""Fraud with a time-ordered split; the alert threshold is chosen on validation, then used once on test."""
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, confusion_matrix

COST_REVIEW = 4.0      # an analyst's look at an alert
RECOVERY = 0.8         # share of the amount saved by a caught fraud

def cost(y, alert, amount):
    return COST_REVIEW * alert.sum() - RECOVERY * amount[(alert == 1) & (y == 1)].sum()

df = pd.read_csv("data/transactions.csv").sort_values("Time").reset_index(drop=True)
n = len(df)
i, j = int(n * 0.6), int(n * 0.8)
train, valid, test = df.iloc[:i], df.iloc[i:j], df.iloc[j:]
cols = [c for c in df.columns if c.startswith("V")] + ["Amount"]

clf = HistGradientBoostingClassifier(max_depth=3, learning_rate=0.05, max_iter=120,
                                     class_weight="balanced", random_state=0)
clf.fit(train[cols], train["Class"])

pv = clf.predict_proba(valid[cols])[:, 1]
print("validation AP", round(average_precision_score(valid["Class"], pv), 3))
grid = np.quantile(pv, np.linspace(0.8, 0.999, 60))
costs = [cost(valid["Class"].values, (pv >= t).astype(int), valid["Amount"].values) for t in grid]
thr = grid[int(np.argmin(costs))]
print("threshold", round(float(thr), 4), "validation cost", round(min(costs), 1))

pt = clf.predict_proba(test[cols])[:, 1]
alert = (pt >= thr).astype(int)
print("test AP", round(average_precision_score(test["Class"], pt), 3),
      "base rate", round(test["Class"].mean(), 4))
print(confusion_matrix(test["Class"], alert))
print("test cost", round(cost(test["Class"].values, alert, test["Amount"].values), 1))
