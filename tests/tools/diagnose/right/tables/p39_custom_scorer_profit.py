import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import make_scorer, confusion_matrix
from sklearn.model_selection import GridSearchCV, StratifiedKFold, TunedThresholdClassifierCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

GAIN, LOSS = 120.0, 15.0


def campaign_profit(y_true, y_pred):
    """Average profit per customer, if everyone predicted 1 gets a letter."""
    tn, fp, fn, tp = confusion_matrix(y_true, y_pred, labels=[0, 1]).ravel()
    return (GAIN * tp - LOSS * (tp + fp)) / len(y_true)


profit = make_scorer(campaign_profit)

X, y = make_classification(5000, 18, n_informative=6, weights=[0.9], flip_y=0.03, random_state=8)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=8)
cv = StratifiedKFold(4, shuffle=True, random_state=8)

lr = GridSearchCV(
    make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
    {"logisticregression__C": [0.01, 0.1, 1, 10]}, scoring="neg_log_loss", cv=cv,
).fit(X_tr, y_tr).best_estimator_
gb = GradientBoostingClassifier(n_estimators=60, random_state=8)

for name, est in [("logistic", lr), ("boosting", gb)]:
    tuned = TunedThresholdClassifierCV(est, scoring=profit, cv=cv, thresholds=60).fit(X_tr, y_tr)
    at_half = est.fit(X_tr, y_tr)
    print(
        f"{name:9s} threshold {tuned.best_threshold_:.3f} (theory {LOSS / GAIN:.3f})  "
        f"profit per head: 0.5 -> {profit(at_half, X_te, y_te):.2f}, tuned -> {profit(tuned, X_te, y_te):.2f}"
    )
print("letter to all:", round(campaign_profit(y_te, np.ones_like(y_te)), 2), " to none: 0.00")
