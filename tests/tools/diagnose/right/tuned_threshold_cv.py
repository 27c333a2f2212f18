from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score, fbeta_score, make_scorer, recall_score
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV, train_test_split

# screening: recall counts twice as much as precision
f2 = make_scorer(fbeta_score, beta=2)

X, y = make_classification(2500, n_features=14, n_informative=6, weights=[0.88, 0.12], class_sep=0.8, random_state=5)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, stratify=y, test_size=0.3, random_state=5)

forest = RandomForestClassifier(100, min_samples_leaf=4, random_state=0)
plain = forest.fit(X_tr, y_tr)
tuned = TunedThresholdClassifierCV(
    RandomForestClassifier(100, min_samples_leaf=4, random_state=0),
    scoring=f2,
    cv=StratifiedKFold(4, shuffle=True, random_state=0),
).fit(X_tr, y_tr)

print(f"threshold from cross-validation: {tuned.best_threshold_:.3f} (cv F2 {tuned.best_score_:.3f})")
for name, m in (("0.5", plain), ("tuned", tuned)):
    yhat = m.predict(X_te)
    print(f"{name:>6}: F2 {fbeta_score(y_te, yhat, beta=2):.3f}  recall {recall_score(y_te, yhat):.3f}"
          f"  balanced acc. {balanced_accuracy_score(y_te, yhat):.3f}")
