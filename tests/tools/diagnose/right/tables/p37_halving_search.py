import numpy as np
from scipy.stats import randint, loguniform
from sklearn.datasets import make_friedman1
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import d2_absolute_error_score, mean_absolute_error
from sklearn.model_selection import HalvingRandomSearchCV, KFold, train_test_split

X, y = make_friedman1(4000, n_features=12, noise=1.5, random_state=0)
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, random_state=0)

search = HalvingRandomSearchCV(
    HistGradientBoostingRegressor(loss="absolute_error", random_state=0),
    {
        "max_leaf_nodes": randint(4, 40),
        "learning_rate": loguniform(0.03, 0.4),
        "min_samples_leaf": randint(5, 60),
        "l2_regularization": loguniform(1e-3, 10),
    },
    resource="max_iter", max_resources=90, min_resources=10, factor=3, n_candidates=9,
    cv=KFold(3, shuffle=True, random_state=0), scoring="neg_mean_absolute_error", random_state=0,
)
search.fit(X_tr, y_tr)
for it in range(search.n_iterations_):
    rows = search.cv_results_["iter"] == it
    print(f"iter {it}: {rows.sum():2d} candidates, max_iter={search.n_resources_[it]}, best MAE {-np.max(search.cv_results_['mean_test_score'][rows]):.3f}")
pred = search.predict(X_te)
print(search.best_params_)
print(f"test MAE {mean_absolute_error(y_te, pred):.3f}  D2 {d2_absolute_error_score(y_te, pred):.3f}")
