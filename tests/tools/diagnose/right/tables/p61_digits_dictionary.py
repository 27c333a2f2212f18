"""Representation from a big unlabelled pool, classifier from few labels.
"""
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, MiniBatchDictionaryLearning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.frozen import FrozenEstimator

X, y = load_digits(return_X_y=True)
X = X / 16.0
X_pool, X_rest, _, y_rest = train_test_split(X, y, train_size=1000, random_state=0)

pca = PCA(20, whiten=True, random_state=0).fit(X_pool)
dico = MiniBatchDictionaryLearning(30, alpha=0.5, batch_size=64, max_iter=8, transform_algorithm="threshold", transform_alpha=0.1, random_state=0).fit(X_pool)
encoders = {
    "pixels": StandardScaler().fit(X_pool),
    "pca": pca,
    "dictionary": dico,
}

acc = {k: [] for k in encoders}
for seed in range(4):
    X_lab, X_test, y_lab, y_test = train_test_split(X_rest, y_rest, train_size=60, stratify=y_rest, random_state=seed)
    for name, enc in encoders.items():
        clf = make_pipeline(FrozenEstimator(enc), LogisticRegression(C=0.1, max_iter=2000)).fit(X_lab, y_lab)
        acc[name].append(clf.score(X_test, y_test))
for name, a in acc.items():
    print(f"{name:10s} {np.mean(a):.3f} ± {np.std(a, ddof=1):.3f}")
