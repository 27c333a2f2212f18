"""Is the forest really better than the tree?  Paired bootstrap and McNemar's exact test on one test set."""
import numpy as np
from scipy.stats import binomtest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

X, y = load_breast_cancer(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.4, stratify=y, random_state=17)

tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(Xa, ya)
forest = RandomForestClassifier(n_estimators=150, random_state=0).fit(Xa, ya)
s_tree, s_forest = tree.predict_proba(Xb)[:, 1], forest.predict_proba(Xb)[:, 1]

rng = np.random.default_rng(0)
diffs = []
while len(diffs) < 600:
    i = rng.integers(0, len(yb), len(yb))
    if yb[i].min() == yb[i].max():
        continue
    diffs.append(roc_auc_score(yb[i], s_forest[i]) - roc_auc_score(yb[i], s_tree[i]))
lo, hi = np.percentile(diffs, [2.5, 97.5])
print(f"AUC tree {roc_auc_score(yb, s_tree):.4f}, forest {roc_auc_score(yb, s_forest):.4f}, difference 95% CI [{lo:.4f}, {hi:.4f}]")

ok_tree, ok_forest = tree.predict(Xb) == yb, forest.predict(Xb) == yb
b, c = int(np.sum(ok_forest & ~ok_tree)), int(np.sum(~ok_forest & ok_tree))
print(f"discordant pairs {b} vs {c}, McNemar exact p = {binomtest(b, b + c, 0.5).pvalue:.4f}")
