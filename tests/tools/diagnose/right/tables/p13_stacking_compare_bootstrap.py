import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 99
X, y = make_classification(1500, 25, n_informative=9, n_clusters_per_class=3, flip_y=0.06, random_state=SEED)
X = pd.DataFrame(X, columns=[f"v{i:02d}" for i in range(X.shape[1])])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.35, stratify=y, random_state=SEED)

base = [
    ("lr", make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))),
    ("rf", RandomForestClassifier(80, random_state=SEED)),
    ("lgb", LGBMClassifier(n_estimators=50, learning_rate=0.08, random_state=SEED, verbose=-1, n_jobs=1)),
]
stack = StackingClassifier(
    base, final_estimator=LogisticRegression(), stack_method="predict_proba",
    cv=StratifiedKFold(5, shuffle=True, random_state=SEED),
)

probas = {}
for name, est in [*base, ("stack", stack)]:
    est.fit(X_train, y_train)
    probas[name] = est.predict_proba(X_test)[:, 1]

rng = np.random.default_rng(SEED)
draws = []
for _ in range(400):
    i = rng.integers(0, len(y_test), len(y_test))
    draws.append({k: roc_auc_score(y_test[i], p[i]) for k, p in probas.items()})
draws = pd.DataFrame(draws)

for k, p in probas.items():
    lo, hi = draws[k].quantile([0.025, 0.975])
    print(f"{k:6s} AUC {roc_auc_score(y_test, p):.4f}  [{lo:.4f}, {hi:.4f}]")
diff = draws["stack"] - draws["lgb"]
print(f"stack - lgb: {diff.mean():+.4f}  95% [{diff.quantile(.025):+.4f}, {diff.quantile(.975):+.4f}]")
