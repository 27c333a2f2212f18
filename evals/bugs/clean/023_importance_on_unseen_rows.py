"""Permutation importance on the test part explains a finished model and chooses nothing."""
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.model_selection import train_test_split

wine = load_wine(as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(wine.data, wine.target, random_state=0, stratify=wine.target)
forest = RandomForestClassifier(n_estimators=60, random_state=0).fit(X_train, y_train)
found = permutation_importance(forest, X_test, y_test, n_repeats=5, random_state=0)
for i in found.importances_mean.argsort()[::-1][:5]:
    print(f"{wine.feature_names[i]:30s} {found.importances_mean[i]:.3f}")
