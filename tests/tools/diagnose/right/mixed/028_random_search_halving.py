from scipy.stats import loguniform, randint
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa
from sklearn.metrics import classification_report
from sklearn.model_selection import HalvingRandomSearchCV, RandomizedSearchCV, train_test_split

SEED = 99
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=SEED)

space = {
    "max_features": ["sqrt", "log2", 0.3],
    "min_samples_leaf": randint(1, 10),
    "max_depth": randint(4, 20),
}
searches = {
    "random": RandomizedSearchCV(RandomForestClassifier(60, random_state=SEED), space, n_iter=8, cv=3, random_state=SEED),
    "halving": HalvingRandomSearchCV(RandomForestClassifier(random_state=SEED), space, resource="n_estimators",
                                     min_resources=10, max_resources=90, factor=3, cv=3, random_state=SEED),
}
for name, s in searches.items():
    s.fit(X_train, y_train)
    print(f"{name:8s} cv accuracy {s.best_score_:.3f} with {s.best_params_}")

winner = max(searches.values(), key=lambda s: s.best_score_)
print(classification_report(y_test, winner.predict(X_test), digits=3))
