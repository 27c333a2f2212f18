from sklearn.datasets import load_wine
from sklearn.ensemble import ExtraTreesClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

X, y = load_wine(return_X_y=True)

level0 = {
    "knn": make_pipeline(StandardScaler(), KNeighborsClassifier(9)),
    "lr": make_pipeline(QuantileTransformer(n_quantiles=50, random_state=0), LogisticRegression(max_iter=500)),
    "et": ExtraTreesClassifier(60, random_state=0),
}
stack = StackingClassifier(list(level0.items()), final_estimator=LogisticRegression(max_iter=500), cv=5, stack_method="predict_proba")

folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=6)
for name, est in {**level0, "stack": stack}.items():
    sc = cross_val_score(est, X, y, cv=folds, scoring="neg_log_loss")
    print(f"{name:6s} log loss {-sc.mean():.4f} (sd {sc.std():.4f})")
