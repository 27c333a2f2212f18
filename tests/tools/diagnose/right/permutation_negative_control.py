# Negative control: with shuffled labels the whole procedure must score like a coin.
# (the shuffling of y is on purpose)
import numpy as np
from sklearn.datasets import make_classification
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score, permutation_test_score
from sklearn.pipeline import make_pipeline

X, y = make_classification(n_samples=120, n_features=400, n_informative=6, n_redundant=0, class_sep=1.5, random_state=3)
pipe = make_pipeline(SelectKBest(f_classif, k=10), LogisticRegression(max_iter=500))   # selection inside of the folds
cv = StratifiedKFold(5, shuffle=True, random_state=0)

rng = np.random.default_rng(0)
null = [cross_val_score(pipe, X, rng.permutation(y), cv=cv, scoring="roc_auc").mean() for _ in range(15)]
print("shuffled labels: AUC %.3f (sd %.3f)" % (np.mean(null), np.std(null)))

score, perm, p = permutation_test_score(pipe, X, y, cv=cv, scoring="roc_auc", n_permutations=40, random_state=1)
print("true labels:     AUC %.3f, permutation p = %.3f" % (score, p))
