"""p >> n: the selection has to live inside the folds. Null data as a control."""
import numpy as np
from sklearn.datasets import make_classification
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def evaluate(X, y, k=20):
    pipe = make_pipeline(SelectKBest(f_classif, k=k), StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    return cross_val_score(pipe, X, y, cv=cv, scoring="balanced_accuracy")


rng = np.random.default_rng(0)
X_null = rng.normal(size=(100, 3000))
y_null = np.repeat([0, 1], 50)
print("pure noise      : %.2f" % evaluate(X_null, y_null).mean())

X_sig, y_sig = make_classification(
    n_samples=100, n_features=3000, n_informative=15, n_redundant=0,
    class_sep=2.5, n_clusters_per_class=1, random_state=4,
)
print("planted signals : %.2f" % evaluate(X_sig, y_sig).mean())
