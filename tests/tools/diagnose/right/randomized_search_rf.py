from scipy.stats import randint
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RandomizedSearchCV, train_test_split
import pandas as pd

cancer = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(cancer.data, cancer.target, random_state=31, stratify=cancer.target)

param_dist = {
    "n_estimators": randint(20, 80),
    "max_depth": [3, 5, None],
    "max_features": randint(2, 12),
    "min_samples_leaf": randint(1, 6),
}
search = RandomizedSearchCV(RandomForestClassifier(random_state=31), param_dist, n_iter=8, cv=4, scoring="roc_auc", random_state=31)
search.fit(X_train, y_train)

print(pd.DataFrame(search.cv_results_)[["params", "mean_test_score", "std_test_score"]].sort_values("mean_test_score", ascending=False).head(3).to_string())
print("Best:", search.best_params_)
print("AUC on the test set:", round(roc_auc_score(y_test, search.predict_proba(X_test)[:, 1]), 4))
